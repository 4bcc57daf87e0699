package dev.waystate.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waystate.ServerProcess;
import io.grpc.Status;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.BlockingClientCall;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(90)
class ReflectionIT {

    private static final String[] SERVICES = {
        "my_package.DisplacementService",
        "my_package.RequestStreaming",
        "waystate.v1.BulkDisplacementService",
        "waystate.v1.StateLogService"
    };

    @TempDir
    Path directory;

    @Test
    void bothVersionsListTheServices() throws Exception {
        try (Client client = Client.of(ServerProcess.shared())) {
            assertThat(Reflection.v1(client.channel())).contains(SERVICES);
            assertThat(Reflection.v1alpha(client.channel())).contains(SERVICES);
        }
    }

    @Test
    void oneSwitchTurnsBothVersionsOff() throws Exception {
        try (ServerProcess server = ServerProcess.start(directory, "--grpc.server.reflection-service-enabled=false");
                Client client = Client.of(server)) {
            assertCode(Status.Code.UNIMPLEMENTED, () -> Reflection.v1(client.channel()));
            assertCode(Status.Code.UNIMPLEMENTED, () -> Reflection.v1alpha(client.channel()));
            assertThat(client.displacement()).isPositive();
        }
    }

    @Test
    void streamThatAClientKeepsOpenEndsWithTheServer() throws Exception {
        try (ServerProcess server = ServerProcess.start(directory);
                Client client = Client.of(server)) {
            BlockingClientCall<ServerReflectionRequest, ServerReflectionResponse> call =
                    Reflection.open(client.channel());
            assertThat(Reflection.listServices(call)).contains(SERVICES);

            server.process().destroy();

            assertThat(server.process().waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertCode(Status.Code.UNAVAILABLE, call::read);
        }
    }

    private static void assertCode(Status.Code code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .extracting(Status::fromThrowable)
                .extracting(Status::getCode)
                .isEqualTo(code);
    }
}
