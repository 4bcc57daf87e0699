package peer;

import net.devh.boot.grpc.server.autoconfigure.GrpcServerSecurityAutoConfiguration;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** An application without a service. Spring Security 7 has moved the classes that the excluded part looks for. */
@SpringBootApplication(exclude = GrpcServerSecurityAutoConfiguration.class)
public class EmptyServer {

    public static void main(String[] args) {
        SpringApplication.run(EmptyServer.class, args);
    }
}
