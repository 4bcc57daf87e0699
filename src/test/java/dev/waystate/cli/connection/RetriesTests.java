package dev.waystate.cli.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RetriesTests {

    private static final StatusRuntimeException CUT = io.grpc.Status.UNAVAILABLE.asRuntimeException();

    private final List<StatusRuntimeException> outages = new ArrayList<>();
    private long now;
    private boolean newToken;

    @Test
    void anOutageIsToldOnce() {
        Retries retries = retries(Duration.ofMinutes(1));

        retries.pauseAfter(CUT);
        retries.pauseAfter(CUT);
        retries.progress();
        retries.pauseAfter(CUT);

        assertThat(outages).hasSize(2);
    }

    @Test
    void refusedTokenIsTriedAgainOnlyWhenThereIsAnother() {
        StatusRuntimeException refused = io.grpc.Status.UNAUTHENTICATED.asRuntimeException();
        Retries retries = retries(Duration.ofMinutes(1));

        newToken = true;
        assertThat(retries.pauseAfter(refused)).isEqualTo(Duration.ofMillis(100));
        newToken = false;
        assertThatThrownBy(() -> retries.pauseAfter(refused)).isSameAs(refused);
    }

    @Test
    void progressShortensThePauseAgain() {
        Retries retries = retries(Duration.ofMinutes(1));
        retries.pauseAfter(CUT);
        retries.pauseAfter(CUT);

        retries.progress();

        assertThat(retries.pauseAfter(CUT)).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void anOutageThatLastsTooLongEndsInItsFailure() {
        Retries retries = retries(Duration.ofSeconds(10));
        retries.pauseAfter(CUT);
        now = Duration.ofMillis(9_700).toNanos();
        retries.pauseAfter(CUT);
        now = Duration.ofMillis(9_900).toNanos();

        assertThatThrownBy(() -> retries.pauseAfter(CUT)).isSameAs(CUT);
    }

    @Test
    void afterProgressTheTimeCountsFromTheNextFailure() {
        Retries retries = retries(Duration.ofSeconds(10));
        retries.pauseAfter(CUT);
        retries.progress();
        now = Duration.ofHours(1).toNanos();

        assertThat(retries.pauseAfter(CUT)).isPositive();
    }

    @Test
    void zeroNeverTriesAgain() {
        assertThatThrownBy(() -> retries(Duration.ZERO).pauseAfter(CUT)).isSameAs(CUT);
        assertThat(outages).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"RESOURCE_EXHAUSTED", "UNAVAILABLE"})
    void serverThatNamesATimeIsGivenIt(Code code) {
        StatusRuntimeException full = StatusProto.toStatusRuntimeException(Status.newBuilder()
                .setCode(code.value())
                .addDetails(Any.pack(RetryInfo.newBuilder()
                        .setRetryDelay(com.google.protobuf.Duration.newBuilder().setSeconds(1))
                        .build()))
                .build());

        assertThat(retries(Duration.ofMinutes(1)).pauseAfter(full)).isEqualTo(Duration.ofSeconds(1));
    }

    /** Which it can be as often as one was cut: each may have left a request that comes late. */
    @Test
    void streamOfOurOwnThatWasCutMayTakeOverOnce() {
        StatusRuntimeException takenOver = io.grpc.Status.ABORTED.asRuntimeException();
        Retries retries = retries(Duration.ofMinutes(1));
        retries.opened();
        retries.pauseAfter(CUT);
        retries.progress();

        assertThat(retries.pauseAfter(takenOver)).isPositive();
        assertThatThrownBy(() -> retries.pauseAfter(takenOver)).isSameAs(takenOver);
    }

    /** Nothing of it comes late. */
    @Test
    void attemptThatNeverConnectedTakesNothingOver() {
        StatusRuntimeException takenOver = io.grpc.Status.ABORTED.asRuntimeException();
        Retries retries = retries(Duration.ofMinutes(1));
        retries.opened();
        for (int i = 0; i < 5; i++) {
            retries.pauseAfter(CUT);
        }

        assertThat(retries.pauseAfter(takenOver)).isPositive();
        assertThatThrownBy(() -> retries.pauseAfter(takenOver)).isSameAs(takenOver);
    }

    @ParameterizedTest
    @EnumSource(
            value = Code.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"OK", "UNAVAILABLE", "DEADLINE_EXCEEDED"})
    void otherFailuresAreFinal(Code code) {
        StatusRuntimeException failure = code.toStatus().asRuntimeException();

        assertThatThrownBy(() -> retries(Duration.ofMinutes(1)).pauseAfter(failure))
                .isSameAs(failure);
    }

    private Retries retries(Duration retryFor) {
        return new Retries(retryFor, new Backoff(() -> 0), () -> now, () -> newToken, outages::add);
    }
}
