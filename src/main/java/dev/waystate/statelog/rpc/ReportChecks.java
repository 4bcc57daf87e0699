package dev.waystate.statelog.rpc;

import com.google.common.base.Utf8;
import dev.waystate.geometry.Point;
import dev.waystate.proto.Data;
import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.server.status.InvalidRequestException;
import dev.waystate.statelog.Batch;
import dev.waystate.statelog.Claim;
import dev.waystate.statelog.Report;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Checks the reports of requests and converts them. */
@Component
class ReportChecks {

    /** The most bytes that a UTF-16 unit takes in UTF-8. */
    private static final int MAX_BYTES_PER_UNIT = 3;

    /** The bytes that a report takes in memory besides its info: the objects, and their places in lists. */
    private static final long REPORT_BYTES = 128;

    /** The most bytes that a UTF-16 unit takes in a Java string. */
    private static final int BYTES_PER_UNIT = 2;

    private static final int MAX_REPORTS_PER_REQUEST = 10_000;

    private final long maxInfoBytes;

    ReportChecks(StateLogServiceProperties properties) {
        this.maxInfoBytes = properties.maxInfoLength().toBytes();
    }

    /**
     * Converts a message of {@code stream_state}.
     *
     * @param location where the source is; null when it does not say
     * @param index its place in the stream, from 0, for the error
     * @throws InvalidRequestException if its info is too long
     */
    Report fromData(Data data, @Nullable Point location, long index) {
        checkInfo(data.getInfo(), "[", index);
        return new Report(data.getStatusValue(), data.getInfo(), null, location);
    }

    /**
     * Converts a request of {@code Append}.
     *
     * @throws InvalidRequestException if a field is out of range
     */
    Batch fromRequest(String source, @Nullable Claim claim, AppendRequest request) {
        int count = request.getReportsCount();
        if (count == 0) {
            return new Batch(source, claim, Batch.UNNUMBERED, List.of());
        }
        if (count > MAX_REPORTS_PER_REQUEST) {
            throw new InvalidRequestException(
                    "reports", "expected at most " + MAX_REPORTS_PER_REQUEST + " reports, but there are " + count);
        }
        long first = request.getFirstSequence();
        if (first < 1 || first > Long.MAX_VALUE - count) {
            throw new InvalidRequestException(
                    "first_sequence", "expected the sequence of the first report, from 1 on, but it is " + first);
        }
        List<Report> reports = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            reports.add(fromReport(request.getReports(i), i));
        }
        return new Batch(source, claim, first, reports);
    }

    /** Returns about how much memory a report takes. */
    static long bytes(Report report) {
        return REPORT_BYTES + BYTES_PER_UNIT * (long) report.info().length();
    }

    /** Returns about how much memory the reports of a request take. */
    static long bytes(List<Report> reports) {
        long bytes = REPORT_BYTES;
        for (Report report : reports) {
            bytes += bytes(report);
        }
        return bytes;
    }

    private Report fromReport(dev.waystate.proto.v1.Report report, int index) {
        checkInfo(report.getInfo(), "reports[", index);
        return new Report(
                report.getStatusValue(),
                report.getInfo(),
                report.hasReportedAt()
                        ? Fields.time(() -> "reports[" + index + "].reported_at", report.getReportedAt())
                        : null,
                report.hasLocation() ? Fields.point(report.getLocation()) : null);
    }

    private void checkInfo(String info, String list, long index) {
        if (info.length() * (long) MAX_BYTES_PER_UNIT <= maxInfoBytes) {
            return;
        }
        int bytes = Utf8.encodedLength(info);
        if (bytes > maxInfoBytes) {
            throw new InvalidRequestException(
                    list + index + "].info",
                    "expected at most " + maxInfoBytes + " bytes of UTF-8, but it has " + bytes);
        }
    }
}
