package dev.waystate.server.calls;

import dev.waystate.proto.Data;
import dev.waystate.proto.Empty;
import dev.waystate.server.status.InvalidRequestException;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import net.devh.boot.grpc.server.service.GrpcService;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;

/** Fails in every way that a service can; the info of a request says where. */
public class FaultyService implements BindableService {

    /** Adds the service to the server of a test that imports this. */
    @TestConfiguration(proxyBeanMethods = false)
    public static class Offered {
        @Bean
        @GrpcService
        FaultyService faultyService() {
            return new FaultyService();
        }
    }

    static final String SECRET = "the password is swordfish";

    public static final MethodDescriptor<Data, Empty> FAIL = method("Fail");
    static final MethodDescriptor<Data, Empty> FAIL_AT_START = method("FailAtStart");

    /** The callbacks of the streams, in order. */
    final List<String> events = Collections.synchronizedList(new ArrayList<>());

    @Override
    public ServerServiceDefinition bindService() {
        return ServerServiceDefinition.builder("waystate.test.Faulty")
                .addMethod(FAIL, ServerCalls.asyncBidiStreamingCall(FaultyStream::new))
                .addMethod(FAIL_AT_START, FaultyService::startCall)
                .build();
    }

    private static ServerCall.Listener<Data> startCall(ServerCall<Data, Empty> call, Metadata headers) {
        throw new IllegalStateException(SECRET);
    }

    private static MethodDescriptor<Data, Empty> method(String name) {
        return MethodDescriptor.<Data, Empty>newBuilder()
                .setFullMethodName("waystate.test.Faulty/" + name)
                .setType(MethodType.BIDI_STREAMING)
                .setRequestMarshaller(ProtoUtils.marshaller(Data.getDefaultInstance()))
                .setResponseMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
                .build();
    }

    private final class FaultyStream implements StreamObserver<Data> {

        private final StreamObserver<Empty> responses;
        private boolean failAtEnd;
        private boolean answeredElsewhere;

        FaultyStream(StreamObserver<Empty> responses) {
            this.responses = responses;
        }

        @Override
        public void onNext(Data data) {
            switch (data.getInfo()) {
                case "message" -> throw new IllegalStateException(SECRET);
                case "error" -> throw new StackOverflowError(SECRET);
                case "field" -> throw new InvalidRequestException("points[1]", "expected two numbers");
                case "status" ->
                    throw Status.FAILED_PRECONDITION.withDescription("not now").asRuntimeException();
                case "busy" -> throw new RejectedExecutionException(SECRET);
                case "thread" -> {
                    answeredElsewhere = true;
                    new Thread(() -> responses.onError(new IllegalStateException(SECRET))).start();
                }
                case "twice" -> {
                    responses.onCompleted();
                    throw new IllegalStateException(SECRET);
                }
                case "end" -> failAtEnd = true;
                default -> responses.onNext(Empty.getDefaultInstance());
            }
        }

        @Override
        public void onError(Throwable cancellation) {
            events.add("cancelled");
        }

        @Override
        public void onCompleted() {
            if (failAtEnd) {
                throw new IllegalStateException(SECRET);
            }
            if (!answeredElsewhere) {
                responses.onCompleted();
            }
        }
    }
}
