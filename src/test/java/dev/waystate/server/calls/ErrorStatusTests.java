package dev.waystate.server.calls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.RetryInfo;
import dev.waystate.InProcessTest;
import dev.waystate.proto.Data;
import dev.waystate.proto.Empty;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import net.devh.boot.grpc.client.inject.GrpcClient;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Import;

/** What a client sees of each way to fail. */
@InProcessTest
@Import(FaultyService.Offered.class)
@ExtendWith(OutputCaptureExtension.class)
class ErrorStatusTests {

    @GrpcClient("waystate")
    Channel channel;

    @Autowired
    FaultyService faulty;

    @BeforeEach
    void forgetEvents() {
        faulty.events.clear();
    }

    @ParameterizedTest
    @ValueSource(strings = {"message", "error", "end", "thread"})
    void unknownExceptionsGiveAFixedTextWithAnIdThatTheLogHas(String fault, CapturedOutput output) {
        StatusRuntimeException failure = fail(FaultyService.FAIL, fault);
        assertInternal(failure, output);
    }

    @Test
    void exceptionsAtTheStartOfACallAreCovered(CapturedOutput output) {
        assertInternal(fail(FaultyService.FAIL_AT_START, ""), output);
    }

    @Test
    void invalidFieldsAreNamedInTheDetails() throws InvalidProtocolBufferException {
        StatusRuntimeException failure = fail(FaultyService.FAIL, "field");
        assertThat(failure.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(failure.getStatus().getDescription()).isEqualTo("points[1]: expected two numbers");
        BadRequest details = StatusProto.fromThrowable(failure).getDetails(0).unpack(BadRequest.class);
        assertThat(details.getFieldViolations(0).getField()).isEqualTo("points[1]");
    }

    @Test
    void aBusyExecutorIsToldWithATimeToTryAgain() throws InvalidProtocolBufferException {
        StatusRuntimeException failure = fail(FaultyService.FAIL, "busy");
        assertThat(failure.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
        assertThat(failure.getStatus().getDescription()).doesNotContain(FaultyService.SECRET);
        RetryInfo details = StatusProto.fromThrowable(failure).getDetails(0).unpack(RetryInfo.class);
        assertThat(details.getRetryDelay().getNanos()).isPositive();
    }

    @Test
    void statusesOfTheServiceAreKept() {
        StatusRuntimeException failure = fail(FaultyService.FAIL, "status");
        assertThat(failure.getStatus().getCode()).isEqualTo(Code.FAILED_PRECONDITION);
        assertThat(failure.getStatus().getDescription()).isEqualTo("not now");
    }

    @Test
    void aFailureAfterTheEndDoesNotCloseTwice() {
        assertThat(call(FaultyService.FAIL, "twice").hasNext()).isFalse();
    }

    @Test
    void theServiceOfAFailedCallSeesItCancelled() {
        fail(FaultyService.FAIL, "message");
        await().atMost(5, TimeUnit.SECONDS).until(() -> faulty.events.contains("cancelled"));
    }

    @Test
    void unreadableRequestsAreTheClientsFaultAndOneShortLogLine(CapturedOutput output) {
        MethodDescriptor<Data, Empty> garbled = FaultyService.FAIL.toBuilder(
                        new Garbage(), FaultyService.FAIL.getResponseMarshaller())
                .build();
        StatusRuntimeException failure = fail(garbled, "");
        assertThat(failure.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(failure.getStatus().getDescription()).contains("waystate.test.Faulty/Fail");
        await().atMost(5, TimeUnit.SECONDS).until(() -> faulty.events.contains("cancelled"));
        await().atMost(5, TimeUnit.SECONDS).until(() -> output.toString().contains("does not parse"));
        assertThat(output.toString().lines().filter(line -> line.contains("does not parse")))
                .hasSize(1)
                .allMatch(line -> line.length() < 500);
        assertThat(output).doesNotContain("\tat ");
    }

    @Test
    void callsWithoutFaultSucceed() {
        Iterator<Empty> responses = call(FaultyService.FAIL, "nothing");
        assertThat(responses.next()).isEqualTo(Empty.getDefaultInstance());
        assertThat(responses.hasNext()).isFalse();
    }

    private static void assertInternal(StatusRuntimeException failure, CapturedOutput output) {
        Status status = failure.getStatus();
        assertThat(status.getCode()).isEqualTo(Code.INTERNAL);
        assertThat(status.getDescription()).startsWith("Internal error: ").doesNotContain(FaultyService.SECRET);
        String id = status.getDescription().replaceFirst(".* ", "");
        assertThat(id).matches("[0-9a-f]{16}");
        await().atMost(5, TimeUnit.SECONDS)
                .untilAsserted(() -> assertThat(output.toString())
                        .contains("request \"" + id + "\"")
                        .contains(FaultyService.SECRET));
    }

    private StatusRuntimeException fail(MethodDescriptor<Data, Empty> method, String fault) {
        return catchThrowableOfType(
                StatusRuntimeException.class, () -> call(method, fault).hasNext());
    }

    private Iterator<Empty> call(MethodDescriptor<Data, Empty> method, String fault) {
        return ClientCalls.blockingServerStreamingCall(
                channel,
                method.toBuilder()
                        .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
                        .build(),
                CallOptions.DEFAULT.withDeadlineAfter(5, TimeUnit.SECONDS),
                Data.newBuilder().setInfo(fault).build());
    }

    /** Sends bytes that are no message. */
    private static final class Garbage implements MethodDescriptor.Marshaller<Data> {
        @Override
        public InputStream stream(Data data) {
            return new ByteArrayInputStream(new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xff});
        }

        @Override
        public Data parse(InputStream bytes) {
            throw new UnsupportedOperationException();
        }
    }
}
