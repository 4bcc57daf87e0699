package dev.waystate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import dev.waystate.proto.Data;
import dev.waystate.proto.Empty;
import dev.waystate.proto.RequestStreamingGrpc.RequestStreamingImplBase;
import dev.waystate.proto.v1.GetSummaryRequest;
import dev.waystate.proto.v1.GetSummaryResponse;
import dev.waystate.proto.v1.ListRecordsRequest;
import dev.waystate.proto.v1.ListRecordsResponse;
import dev.waystate.proto.v1.ListSourcesRequest;
import dev.waystate.proto.v1.ListSourcesResponse;
import dev.waystate.proto.v1.ListTransitionsRequest;
import dev.waystate.proto.v1.ListTransitionsResponse;
import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceImplBase;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A server that keeps what commands ask, and answers each call as a test has said before, in the same order. It closes
 * after the test.
 */
final class ScriptedServer implements AfterEachCallback {

    private record Answer(
            List<? extends Message> responses, @Nullable Throwable failure) {}

    private static final Answer STORED = new Answer(List.of(Empty.getDefaultInstance()), null);

    private final List<Message> requests = Collections.synchronizedList(new ArrayList<>());
    private final List<Metadata> headers = Collections.synchronizedList(new ArrayList<>());
    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final Server server;

    ScriptedServer() {
        try {
            server = NettyServerBuilder.forPort(0)
                    .addService(new StateLog())
                    .addService(new Reporting())
                    .intercept(new Headers())
                    .build()
                    .start();
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }

    /** Makes the next call end well after these responses. */
    ScriptedServer answer(Message... responses) {
        answers.add(new Answer(List.of(responses), null));
        return this;
    }

    /** Makes the next call fail after these responses. */
    ScriptedServer fail(Throwable failure, Message... responses) {
        answers.add(new Answer(List.of(responses), failure));
        return this;
    }

    /** Runs a command against this server. */
    CommandRun run(String... args) {
        return CommandRun.at("localhost:" + server.getPort(), args);
    }

    /** Runs a command that takes this server for two replicas. */
    CommandRun runOverReplicas(String... args) {
        return CommandRun.at("localhost:" + server.getPort() + ",127.0.0.1:" + server.getPort(), args);
    }

    /** Checks that a command, whose words have spaces between them, is refused as wrong usage before any call. */
    void assertRefuses(String command, String message) {
        CommandRun run = run(command.split(" "));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(message);
        assertThat(requests()).isEmpty();
    }

    /** Returns the requests so far. */
    List<Message> requests() {
        return List.copyOf(requests);
    }

    /** Returns the metadata of the calls so far. */
    List<Metadata> headers() {
        return List.copyOf(headers);
    }

    private <T> void answer(Message request, StreamObserver<T> responses) {
        requests.add(request);
        finish(answers.remove(), responses);
    }

    @SuppressWarnings("unchecked") // a test that answers with another type fails
    private static <T> void finish(Answer answer, StreamObserver<T> responses) {
        answer.responses().forEach(response -> responses.onNext((T) response));
        if (answer.failure() == null) {
            responses.onCompleted();
        } else {
            responses.onError(answer.failure());
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        server.shutdownNow();
    }

    private final class StateLog extends StateLogServiceImplBase {

        @Override
        public void read(ReadRequest request, StreamObserver<ReadResponse> responses) {
            answer(request, responses);
        }

        @Override
        public void listRecords(ListRecordsRequest request, StreamObserver<ListRecordsResponse> responses) {
            answer(request, responses);
        }

        @Override
        public void listSources(ListSourcesRequest request, StreamObserver<ListSourcesResponse> responses) {
            answer(request, responses);
        }

        @Override
        public void listTransitions(ListTransitionsRequest request, StreamObserver<ListTransitionsResponse> responses) {
            answer(request, responses);
        }

        @Override
        public void getSummary(GetSummaryRequest request, StreamObserver<GetSummaryResponse> responses) {
            answer(request, responses);
        }
    }

    private final class Reporting extends RequestStreamingImplBase {

        @Override
        public StreamObserver<Data> streamState(StreamObserver<Empty> responses) {
            return new StreamObserver<>() {
                @Override
                public void onNext(Data report) {
                    requests.add(report);
                }

                @Override
                public void onError(Throwable cut) {
                    responses.onError(Status.CANCELLED.asRuntimeException());
                }

                @Override
                public void onCompleted() {
                    finish(answers.isEmpty() ? STORED : answers.remove(), responses);
                }
            };
        }
    }

    private final class Headers implements ServerInterceptor {

        @Override
        public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
                ServerCall<ReqT, RespT> call, Metadata received, ServerCallHandler<ReqT, RespT> next) {
            headers.add(received);
            return next.startCall(call, received);
        }
    }
}
