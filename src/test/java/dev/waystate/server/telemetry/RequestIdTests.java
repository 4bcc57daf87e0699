package dev.waystate.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.waystate.InProcessTest;
import dev.waystate.proto.Data;
import dev.waystate.proto.Empty;
import dev.waystate.server.calls.FaultyService;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import net.devh.boot.grpc.client.inject.GrpcClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Import;

/** By what id a call is known to its client and in the log. */
@InProcessTest
@Import(FaultyService.Offered.class)
@ExtendWith(OutputCaptureExtension.class)
class RequestIdTests {

    private static final String MADE = "[0-9a-f]{16}";

    @GrpcClient("waystate")
    Channel channel;

    private final AtomicReference<Metadata> headers = new AtomicReference<>();
    private final AtomicReference<Metadata> trailers = new AtomicReference<>();

    @Test
    void theClientsIdComesBackInTheHeaders() {
        call("nothing", "order-17/4").forEachRemaining(response -> {});
        assertThat(headers.get().getAll(RequestId.ENTRY)).containsExactly("order-17/4");
        assertThat(trailers.get().containsKey(RequestId.ENTRY)).isFalse();
    }

    @Test
    void aCallWithoutOneIsGivenOneOfItsOwn() {
        call("nothing", null).next();
        String first = headers.get().get(RequestId.ENTRY);
        call("nothing", null).next();
        assertThat(first).matches(MADE);
        assertThat(headers.get().get(RequestId.ENTRY)).matches(MADE).isNotEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "two words", "tab\there", "129"})
    void anIdThatIsNotFitIsReplaced(String id) {
        call("nothing", id.equals("129") ? "x".repeat(129) : id).next();
        assertThat(headers.get().get(RequestId.ENTRY)).matches(MADE);
    }

    @Test
    void theLongestIdIsTaken() {
        call("nothing", "x".repeat(128)).next();
        assertThat(headers.get().get(RequestId.ENTRY)).hasSize(128);
    }

    @Test
    void aCallThatFailsHasItInItsTrailersItsStatusAndTheLog(CapturedOutput output) {
        StatusRuntimeException failure = catchThrowableOfType(
                StatusRuntimeException.class, () -> call("message", "order-18").hasNext());
        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
        assertThat(failure.getStatus().getDescription()).endsWith(" request order-18");
        assertThat(trailers.get().getAll(RequestId.ENTRY)).containsExactly("order-18");
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(output.toString())
                        .contains("Fail failed, request \"order-18\"")
                        .containsPattern("call method=waystate.test.Faulty/Fail .*request_id=\"order-18\""));
    }

    private Iterator<Empty> call(String fault, String id) {
        Metadata sent = new Metadata();
        if (id != null) {
            sent.put(RequestId.ENTRY, id);
        }
        return ClientCalls.blockingServerStreamingCall(
                ClientInterceptors.intercept(
                        channel,
                        MetadataUtils.newCaptureMetadataInterceptor(headers, trailers),
                        MetadataUtils.newAttachHeadersInterceptor(sent)),
                FaultyService.FAIL.toBuilder()
                        .setType(MethodType.SERVER_STREAMING)
                        .build(),
                CallOptions.DEFAULT.withDeadlineAfter(5, TimeUnit.SECONDS),
                Data.newBuilder().setInfo(fault).build());
    }
}
