package dev.waystate.statelog.kafka;

import java.util.List;

/**
 * A topic that can hold the log.
 *
 * @param logStart the offset of the oldest entry, or of the next one when there is none
 * @param warnings sentences about what the topic does not guarantee; each says what to do
 */
record CheckedTopic(TopicIdentity identity, long logStart, List<String> warnings) {}
