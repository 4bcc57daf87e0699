package dev.waystate.statelog.rpc;

import dev.waystate.proto.Data;
import dev.waystate.proto.Status;
import dev.waystate.security.access.Caller;
import dev.waystate.server.logging.LineBudget;
import dev.waystate.server.logging.LogText;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs one stream: its first reports one by one, and a line at its end. Since there may be many short streams, a budget
 * bounds the lines a second of all together, except for those of failures.
 */
final class StreamLogger {

    private static final Logger log = LoggerFactory.getLogger(StreamLogger.class);

    private final String source;
    private final Optional<Caller> caller;
    private final LineBudget budget;
    private int reports;

    /**
     * @param source who sends the stream
     * @param caller who makes the call, if that is known
     * @param reports how many are logged one by one
     * @param budget that of all streams
     */
    StreamLogger(String source, Optional<Caller> caller, int reports, LineBudget budget) {
        this.source = source;
        this.caller = caller;
        this.reports = reports;
        this.budget = budget;
    }

    void received(Data data) {
        if (reports > 0) {
            reports--;
            if (hasRoom()) {
                log.info("stream_state from {}: {} {}", sender(), statusName(data), LogText.quote(data.getInfo()));
            }
        }
    }

    void stored(long reports) {
        if (hasRoom()) {
            log.info("stream_state from {}: done, {} reports stored", sender(), reports);
        }
    }

    void cancelled(long reports) {
        if (hasRoom()) {
            log.info("stream_state from {}: cancelled, {} reports stored", sender(), reports);
        }
    }

    void failed(long reports, Throwable reason) {
        log.info(
                "stream_state from {}: failed, {} reports stored: {}",
                sender(),
                reports,
                LogText.quote(reason.toString()));
    }

    private boolean hasRoom() {
        return budget.allowsAt(System.nanoTime());
    }

    private String sender() {
        return LogText.quote(source)
                + caller.map(known -> " by " + LogText.quote(known.name())).orElse("");
    }

    private static String statusName(Data data) {
        return data.getStatus() == Status.UNRECOGNIZED
                ? Integer.toString(data.getStatusValue())
                : data.getStatus().name();
    }
}
