package dev.waystate.cli.input;

import com.google.protobuf.Timestamp;
import dev.waystate.cli.output.InputException;
import dev.waystate.cli.output.StatusNames;
import dev.waystate.cli.output.Times;
import dev.waystate.proto.Data;
import dev.waystate.proto.v1.Report;
import org.jspecify.annotations.Nullable;

/**
 * A report as its file has it; what it stands for is checked when it is converted.
 *
 * @param status a name or a number
 * @param info free text, possibly empty
 * @param reportedAt an RFC 3339 time; null or blank when the source did not say
 */
public record ReportFields(
        String status, String info, @Nullable String reportedAt) {

    /**
     * Returns the message of {@code stream_state}, which has no time.
     *
     * @throws InputException if the status is none
     */
    public Data toData() {
        return StatusNames.report(StatusNames.number(status), info);
    }

    /**
     * Returns the message of {@code Append}.
     *
     * @throws InputException if the status or the time is none
     */
    public Report toReport() {
        Report.Builder report =
                Report.newBuilder().setStatusValue(StatusNames.number(status)).setInfo(info);
        if (reportedAt != null && !reportedAt.isBlank()) {
            Timestamp time = Times.fromText(reportedAt.strip());
            report.setReportedAt(time);
        }
        return report.build();
    }
}
