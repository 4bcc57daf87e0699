package dev.waystate.statelog.kafka;

import dev.waystate.statelog.entry.Entry;
import dev.waystate.statelog.entry.Origin;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/** Records as a consumer gets them. */
final class TopicRecords {

    static final String TOPIC = "reports";

    private TopicRecords() {}

    /** Returns a record whose header has a value; null for a record without the header. */
    static ConsumerRecord<byte[], byte[]> record(long offset, long millis, byte[] header, byte[] value) {
        RecordHeaders headers = new RecordHeaders();
        if (header != null) {
            headers.add(new RecordHeader(EntryCodec.HEADER, header));
        }
        return new ConsumerRecord<>(
                TOPIC,
                0,
                offset,
                millis,
                TimestampType.LOG_APPEND_TIME,
                0,
                value == null ? -1 : value.length,
                null,
                value,
                headers,
                Optional.of(0));
    }

    static ConsumerRecord<byte[], byte[]> record(long offset, String logId, Origin origin, Entry entry) {
        ProducerRecord<byte[], byte[]> sent = EntryCodec.encode(TOPIC, logId, origin, entry);
        return record(offset, 0, header(sent), sent.value());
    }

    static byte[] header(ProducerRecord<byte[], byte[]> sent) {
        return sent.headers().lastHeader(EntryCodec.HEADER).value();
    }
}
