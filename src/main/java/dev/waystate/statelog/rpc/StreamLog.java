package dev.waystate.statelog.rpc;

import dev.waystate.proto.Data;
import dev.waystate.proto.Status;
import dev.waystate.security.access.Caller;
import dev.waystate.server.text.LogText;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the server's log says of one stream: its first reports one by one, and one line at its end. */
final class StreamLog {

    private static final Logger log = LoggerFactory.getLogger(StreamLog.class);

    private final String source;
    private int lines;

    /**
     * @param source who sends the stream
     * @param caller who makes the call, if that is known
     * @param lines how many reports are logged one by one
     */
    StreamLog(String source, Optional<Caller> caller, int lines) {
        this.source = LogText.quote(source)
                + caller.map(known -> " by " + LogText.quote(known.name())).orElse("");
        this.lines = lines;
    }

    void received(Data data) {
        if (lines > 0) {
            lines--;
            log.info("stream_state from {}: {} {}", source, statusName(data), LogText.quote(data.getInfo()));
        }
    }

    void stored(long reports) {
        log.info("stream_state from {}: done, {} reports stored", source, reports);
    }

    void cancelled(long reports) {
        log.info("stream_state from {}: cancelled, {} reports stored", source, reports);
    }

    void failed(long reports, Throwable reason) {
        log.info(
                "stream_state from {}: failed, {} reports stored: {}",
                source,
                reports,
                LogText.quote(reason.toString()));
    }

    private static String statusName(Data data) {
        return data.getStatus() == Status.UNRECOGNIZED
                ? Integer.toString(data.getStatusValue())
                : data.getStatus().name();
    }
}
