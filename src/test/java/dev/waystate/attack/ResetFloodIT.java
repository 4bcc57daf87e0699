package dev.waystate.attack;

import static dev.waystate.attack.AttackedServer.ATTACKED_METHOD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.proto.v1.ReadRequest;
import io.netty.buffer.Unpooled;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Streams that are opened and reset at once, by the client (Rapid Reset) or, because of what it sends, by the server
 * (MadeYouReset): either way they never count as open ones, while the server has begun to work on them.
 */
@Timeout(120)
class ResetFloodIT {

    private static final int MOST_RESETS = 200;
    private static final int RAPID_ATTEMPTS = 100_000;
    private static final int PROVOKED_ATTEMPTS = 5_000;

    /** The calls that may begin in spite of the limit: those that one read of the transport holds are still begun. */
    private static final long MOST_BEGUN = MOST_RESETS + 1_500;

    private static final int ATTEMPTS_A_SEQUENCE = 100;
    private static final String READ = "waystate.v1.StateLogService/Read";
    private static final Duration SOON = Duration.ofSeconds(10);

    /** ENHANCE_YOUR_CALM. */
    private static final String TOO_MANY_RESETS = "11 too_many_rststreams";

    @TempDir
    static Path directory;

    private static AttackedServer server;
    private static AttackedServer withoutLimits;

    @BeforeAll
    static void start() throws Exception {
        server = AttackedServer.inUse(directory);
        withoutLimits = AttackedServer.withoutLimits(directory);
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
        withoutLimits.close();
    }

    /** What a client does to a call that it has sent completely, so that the server has to reset it. */
    enum Provocation {
        WINDOW_UPDATE_OF_NOTHING {
            @Override
            void send(Frames frames, int streamId) {
                frames.windowUpdate(streamId, 0);
            }
        },
        WINDOW_BEYOND_31_BITS {
            @Override
            void send(Frames frames, int streamId) {
                frames.windowUpdate(streamId, Integer.MAX_VALUE);
            }
        },
        PRIORITY_OF_WRONG_LENGTH {
            @Override
            void send(Frames frames, int streamId) {
                frames.frame(Frames.PRIORITY, (short) 0, streamId, new byte[4]);
            }
        },
        PRIORITY_OVER_ITSELF {
            @Override
            void send(Frames frames, int streamId) {
                byte[] priority =
                        Unpooled.buffer(5).writeInt(streamId).writeByte(15).array();
                frames.frame(Frames.PRIORITY, (short) 0, streamId, priority);
            }
        },
        HEADERS_AFTER_THE_END {
            @Override
            void send(Frames frames, int streamId) {
                frames.headers(streamId, Frames.headers(READ), true);
            }
        },
        DATA_AFTER_THE_END {
            @Override
            void send(Frames frames, int streamId) {
                frames.data(streamId, Unpooled.wrappedBuffer(new byte[1]), false);
            }
        };

        abstract void send(Frames frames, int streamId);
    }

    @Test
    void rapidResetIsCutOffEarlyAndNobodyElseNotices() throws Exception {
        long before = server.calls(ATTACKED_METHOD);
        try (RawConnection attacker = RawConnection.open(server.port())) {
            rapidReset(attacker);
            attacker.awaitEnd(SOON);
        }
        assertThat(server.calls(ATTACKED_METHOD) - before).isBetween((long) MOST_RESETS, MOST_RESETS + 1L);
        server.assertUnharmed();
    }

    @Test
    void oneResetTooManyIsAnsweredWithTheReason() throws Exception {
        try (RawConnection attacker = RawConnection.open(server.port())) {
            attack(attacker, MOST_RESETS, ResetFloodIT::resetRapidly);
            assertThat(attacker.isOpen()).isTrue();
            attacker.send(frames -> resetRapidly(frames, 2 * MOST_RESETS + 1));
            attacker.awaitEnd(SOON);
            assertThat(attacker.goAway()).isEqualTo(TOO_MANY_RESETS);
        }
    }

    @Test
    void withoutTheLimitRapidResetHasTheServerBeginEveryCall() throws Exception {
        try (RawConnection attacker = RawConnection.open(withoutLimits.port())) {
            assertThat(rapidReset(attacker)).isEqualTo(RAPID_ATTEMPTS);
            await().atMost(SOON).until(() -> withoutLimits.calls(ATTACKED_METHOD) == RAPID_ATTEMPTS);
            assertThat(attacker.isOpen()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void resetsThatTheServerIsMadeToSendAreCutOffAlike(Provocation provocation) throws Exception {
        long before = server.calls(READ);
        try (RawConnection attacker = RawConnection.open(server.port())) {
            provoke(attacker, provocation);
            attacker.awaitEnd(SOON);
        }
        assertThat(server.calls(READ) - before).isBetween((long) MOST_RESETS, MOST_BEGUN);
        server.assertUnharmed();
    }

    @ParameterizedTest
    @EnumSource
    void withoutTheLimitTheServerBeginsEveryCallItIsMadeToReset(Provocation provocation) throws Exception {
        long before = withoutLimits.calls(READ);
        try (RawConnection attacker = RawConnection.open(withoutLimits.port())) {
            assertThat(provoke(attacker, provocation)).isEqualTo(PROVOKED_ATTEMPTS);
            await().atMost(SOON).until(() -> withoutLimits.calls(READ) - before == PROVOKED_ATTEMPTS);
            await().atMost(SOON).until(() -> attacker.resets() > MOST_RESETS);
            assertThat(attacker.isOpen()).isTrue();
        }
    }

    private static int rapidReset(RawConnection attacker) throws InterruptedException {
        return attack(attacker, RAPID_ATTEMPTS, ResetFloodIT::resetRapidly);
    }

    private static void resetRapidly(Frames frames, int streamId) {
        frames.call(streamId, ATTACKED_METHOD);
        frames.reset(streamId);
    }

    private static int provoke(RawConnection attacker, Provocation provocation) throws InterruptedException {
        ReadRequest endless = ReadRequest.newBuilder().setFollow(true).build();
        return attack(attacker, PROVOKED_ATTEMPTS, (frames, streamId) -> {
            frames.call(streamId, READ);
            frames.lastMessage(streamId, endless);
            provocation.send(frames, streamId);
        });
    }

    private static int attack(RawConnection attacker, int attempts, Attempt attempt) throws InterruptedException {
        int[] streamId = {1};
        int sequences = attacker.flood(attempts / ATTEMPTS_A_SEQUENCE, frames -> {
            for (int i = 0; i < ATTEMPTS_A_SEQUENCE; i++) {
                attempt.send(frames, streamId[0]);
                streamId[0] += 2;
            }
        });
        return sequences * ATTEMPTS_A_SEQUENCE;
    }

    private interface Attempt {
        void send(Frames frames, int streamId);
    }
}
