package dev.waystate.statelog.kafka;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.waystate.geometry.Point;
import dev.waystate.proto.topic.v1.Barrier;
import dev.waystate.proto.topic.v1.Batch;
import dev.waystate.proto.topic.v1.Claim;
import dev.waystate.proto.topic.v1.Genesis;
import dev.waystate.proto.topic.v1.Location;
import dev.waystate.proto.topic.v1.Release;
import dev.waystate.proto.topic.v1.Time;
import dev.waystate.statelog.Report;
import dev.waystate.statelog.entry.Entry;
import dev.waystate.statelog.entry.History;
import dev.waystate.statelog.entry.Origin;
import dev.waystate.statelog.entry.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import java.util.zip.CRC32C;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/**
 * Makes records of the topic from entries, and entries from records. {@code entry.proto} describes the format for
 * others.
 */
final class EntryCodec {

    /** Marks a record as an entry: the format and the checksum of its value, and the id of its log. */
    static final String HEADER = "waystate";

    private static final int FORMAT = 1;
    private static final int LOG_ID_BYTES = 16;
    private static final int HEADER_BYTES = 2 * Integer.BYTES + LOG_ID_BYTES;
    private static final int ORIGIN_TAG =
            dev.waystate.proto.topic.v1.Entry.ORIGIN_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;

    /** About the bytes that an entry takes besides its reports. */
    private static final int ENTRY_BYTES = 128;

    /** The most bytes that a report takes besides its info. */
    private static final int REPORT_BYTES = 64;

    /** The most bytes that a UTF-16 unit takes in UTF-8. */
    private static final int BYTES_PER_UNIT = 3;

    /**
     * An entry that was found in a record.
     *
     * @param logId the id of its log
     */
    record Found(String logId, Origin origin, Entry entry) {}

    private EntryCodec() {}

    /** Returns about how many bytes an entry takes in the topic, at most. */
    static long mostBytes(Entry entry) {
        long bytes = ENTRY_BYTES;
        if (entry instanceof Entry.Append append) {
            for (Report report : append.reports()) {
                bytes += mostBytes(report);
            }
        }
        return bytes;
    }

    /** Returns the most bytes that a report takes in an entry. */
    static long mostBytes(Report report) {
        return REPORT_BYTES + BYTES_PER_UNIT * (long) report.info().length();
    }

    static ProducerRecord<byte[], byte[]> encode(String topic, String logId, Origin origin, Entry entry) {
        byte[] value = message(origin, entry).toByteArray();
        byte[] header = ByteBuffer.allocate(HEADER_BYTES)
                .putInt(FORMAT)
                .putInt(checksum(value))
                .put(HexFormat.of().parseHex(logId))
                .array();
        return new ProducerRecord<>(topic, 0, (byte[]) null, value, List.of(new RecordHeader(HEADER, header)));
    }

    /**
     * Returns the entry in a record; null if another program wrote the record.
     *
     * @throws UnusableTopicException if it is damaged, or of a later format
     */
    static @Nullable Found decode(ConsumerRecord<byte[], byte[]> record) {
        return decode(record, origin -> null);
    }

    /**
     * Returns the entry in a record likewise. Entries of this process are not parsed, since it knows what it sent.
     *
     * @param own returns the entry of an origin that this process has sent; null if it is not known
     */
    static @Nullable Found decode(ConsumerRecord<byte[], byte[]> record, Function<Origin, @Nullable Entry> own) {
        Header header = record.headers().lastHeader(HEADER);
        if (header == null) {
            return null;
        }
        byte[] value = record.value();
        if (header.value() == null || header.value().length != HEADER_BYTES || value == null) {
            throw damaged(record, "expected a header of " + HEADER_BYTES + " bytes, and a value");
        }
        ByteBuffer fields = ByteBuffer.wrap(header.value());
        int format = fields.getInt();
        if (format != FORMAT) {
            throw later(record, "format " + format);
        }
        if (fields.getInt() != checksum(value)) {
            throw damaged(record, "its checksum is of another value");
        }
        try {
            String logId = HexFormat.of().formatHex(header.value(), HEADER_BYTES - LOG_ID_BYTES, HEADER_BYTES);
            Origin first = firstOrigin(value);
            Entry sent = first == null ? null : own.apply(first);
            if (sent != null) {
                return new Found(logId, first, sent);
            }
            dev.waystate.proto.topic.v1.Entry message = dev.waystate.proto.topic.v1.Entry.parseFrom(value);
            return new Found(logId, origin(message.getOrigin()), entry(record, message));
        } catch (IOException | IllegalArgumentException | DateTimeException problem) {
            throw damaged(record, problem.getMessage());
        }
    }

    /** Returns the origin if it is the first field, as in what this process writes; else null. */
    private static @Nullable Origin firstOrigin(byte[] value) throws IOException {
        CodedInputStream input = CodedInputStream.newInstance(value);
        if (input.readTag() != ORIGIN_TAG) {
            return null;
        }
        return origin(dev.waystate.proto.topic.v1.Origin.parseFrom(input.readByteArray()));
    }

    private static UnusableTopicException damaged(ConsumerRecord<?, ?> record, @Nullable String problem) {
        return new UnusableTopicException("The topic " + record.topic() + " is damaged: expected an entry at offset "
                + record.offset() + ", but " + problem
                + ". Nothing behind it can be applied: restore the topic, or begin a new one from a back-up");
    }

    private static UnusableTopicException later(ConsumerRecord<?, ?> record, String found) {
        return new UnusableTopicException("The topic " + record.topic() + " was written by a later Waystate: expected "
                + "format " + FORMAT + ", but from offset " + record.offset() + " on it has " + found
                + ". Run the later Waystate");
    }

    private static int checksum(byte[] value) {
        CRC32C checksum = new CRC32C();
        checksum.update(value);
        return (int) checksum.getValue();
    }

    private static dev.waystate.proto.topic.v1.Entry message(Origin origin, Entry entry) {
        dev.waystate.proto.topic.v1.Entry.Builder message =
                dev.waystate.proto.topic.v1.Entry.newBuilder().setOrigin(message(origin));
        if (entry instanceof Entry.Append append) {
            message.setBatch(message(append));
        } else if (entry instanceof Entry.Claim claim) {
            message.setClaim(Claim.newBuilder().setSource(claim.source()));
        } else if (entry instanceof Entry.Release release) {
            message.setRelease(Release.newBuilder().setSource(release.source()).setClaim(message(release.claim())));
        } else if (entry instanceof Entry.Genesis genesis) {
            message.setGenesis(message(genesis));
        } else if (entry instanceof Entry.Rows rows) {
            message.setRows(HistoryCodec.message(rows));
        } else {
            message.setBarrier(Barrier.getDefaultInstance());
        }
        return message.build();
    }

    private static Genesis.Builder message(Entry.Genesis genesis) {
        Genesis.Builder message =
                Genesis.newBuilder().setLogId(ByteString.copyFrom(HexFormat.of().parseHex(genesis.logId())));
        History history = genesis.history();
        if (history != null) {
            message.setHistory(dev.waystate.proto.topic.v1.History.newBuilder()
                    .setEarliestPosition(history.earliest())
                    .setStatesFrom(history.statesFrom()));
        }
        return message;
    }

    private static Batch.Builder message(Entry.Append append) {
        Batch.Builder batch = Batch.newBuilder().setSource(append.source()).setFirstSequence(append.firstSequence());
        if (append.claim() != null) {
            batch.setClaim(message(append.claim()));
        }
        for (Report report : append.reports()) {
            batch.addReports(message(report));
        }
        return batch;
    }

    static dev.waystate.proto.topic.v1.Report.Builder message(Report report) {
        dev.waystate.proto.topic.v1.Report.Builder message = dev.waystate.proto.topic.v1.Report.newBuilder()
                .setStatus(report.status())
                .setInfo(report.info());
        if (report.reportedAt() != null) {
            message.setReportedAt(message(report.reportedAt()));
        }
        if (report.location() != null) {
            message.setLocation(message(report.location()));
        }
        return message;
    }

    static Time.Builder message(Instant instant) {
        return Time.newBuilder().setSeconds(instant.getEpochSecond()).setNanos(instant.getNano());
    }

    static Location.Builder message(Point point) {
        return Location.newBuilder().setX(point.x()).setY(point.y());
    }

    private static dev.waystate.proto.topic.v1.Origin message(Origin origin) {
        return dev.waystate.proto.topic.v1.Origin.newBuilder()
                .setSession(ByteString.copyFrom(Session.bytes(origin.session())))
                .setCounter(origin.counter())
                .build();
    }

    private static Entry entry(ConsumerRecord<?, ?> record, dev.waystate.proto.topic.v1.Entry message) {
        return switch (message.getKindCase()) {
            case GENESIS -> genesis(message.getGenesis());
            case BATCH -> append(message.getBatch());
            case CLAIM -> new Entry.Claim(message.getClaim().getSource());
            case RELEASE ->
                new Entry.Release(
                        message.getRelease().getSource(),
                        origin(message.getRelease().getClaim()));
            case BARRIER -> Entry.BARRIER;
            case ROWS -> HistoryCodec.rows(message.getRows());
            case FORMAT_CHANGE ->
                throw later(record, "format " + message.getFormatChange().getFormat());
            case KIND_NOT_SET -> throw later(record, "entries of other kinds");
        };
    }

    private static Entry genesis(Genesis message) {
        return new Entry.Genesis(
                HexFormat.of().formatHex(message.getLogId().toByteArray()),
                message.hasHistory()
                        ? new History(
                                message.getHistory().getEarliestPosition(),
                                message.getHistory().getStatesFrom())
                        : null);
    }

    private static Entry append(Batch batch) {
        List<Report> reports = new ArrayList<>(batch.getReportsCount());
        batch.getReportsList().forEach(report -> reports.add(report(report)));
        return new Entry.Append(
                batch.getSource(),
                batch.hasClaim() ? origin(batch.getClaim()) : null,
                batch.getFirstSequence(),
                reports);
    }

    static Report report(dev.waystate.proto.topic.v1.Report message) {
        return new Report(
                message.getStatus(),
                message.getInfo(),
                message.hasReportedAt() ? instant(message.getReportedAt()) : null,
                message.hasLocation() ? point(message.getLocation()) : null);
    }

    static Instant instant(Time message) {
        return Instant.ofEpochSecond(message.getSeconds(), message.getNanos());
    }

    static Point point(Location message) {
        return new Point(message.getX(), message.getY());
    }

    private static Origin origin(dev.waystate.proto.topic.v1.Origin message) {
        if (message.getSession().size() != Session.ID_BYTES) {
            throw new IllegalArgumentException("expected a session of " + Session.ID_BYTES + " bytes, but it has "
                    + message.getSession().size());
        }
        return new Origin(Session.ofBytes(message.getSession().toByteArray()), message.getCounter());
    }
}
