package dev.waystate.statelog.kafka;

import dev.waystate.proto.topic.v1.RecordRow;
import dev.waystate.proto.topic.v1.Rows;
import dev.waystate.proto.topic.v1.SourceRow;
import dev.waystate.proto.topic.v1.TotalRow;
import dev.waystate.proto.topic.v1.TransitionRow;
import dev.waystate.proto.topic.v1.Way;
import dev.waystate.statelog.entry.Entry;
import dev.waystate.statelog.entry.History;

/** Makes entries of the topic from the rows of a history, and rows from entries. */
final class HistoryCodec {

    private HistoryCodec() {}

    static Rows.Builder message(Entry.Rows rows) {
        Rows.Builder message = Rows.newBuilder().setLast(rows.last());
        rows.sources().forEach(source -> message.addSources(message(source)));
        rows.records().forEach(record -> message.addRecords(message(record)));
        for (History.Transition transition : rows.transitions()) {
            message.addTransitions(TransitionRow.newBuilder()
                    .setSourceId(transition.sourceId())
                    .setPosition(transition.position())
                    .setStatus(transition.status())
                    .setSince(EntryCodec.message(transition.since())));
        }
        for (History.Total total : rows.totals()) {
            message.addTotals(TotalRow.newBuilder().setStatus(total.status()).setReports(total.reports()));
        }
        return message;
    }

    private static SourceRow.Builder message(History.Source source) {
        SourceRow.Builder message = SourceRow.newBuilder()
                .setId(source.id())
                .setName(source.name())
                .setDurableSequence(source.durableSequence())
                .setPosition(source.position())
                .setSequence(source.sequence())
                .setReport(EntryCodec.message(source.report()))
                .setRecordedAt(EntryCodec.message(source.recordedAt()))
                .setStateSince(EntryCodec.message(source.stateSince()));
        History.Way way = source.way();
        if (way != null) {
            message.setWay(Way.newBuilder()
                    .setLocatedAt(way.locatedAt())
                    .setFirst(EntryCodec.message(way.first()))
                    .setLatest(EntryCodec.message(way.latest()))
                    .setTravelled(way.travelled())
                    .setTravelledRest(way.rest()));
        }
        return message;
    }

    private static RecordRow.Builder message(History.Record record) {
        RecordRow.Builder message = RecordRow.newBuilder()
                .setSourceId(record.sourceId())
                .setSequence(record.sequence())
                .setReport(EntryCodec.message(record.report()))
                .setRecordedAt(EntryCodec.message(record.recordedAt()));
        if (record.previous() != null) {
            message.setPrevious(record.previous());
        }
        return message;
    }

    static Entry rows(Rows message) {
        return new Entry.Rows(
                message.getSourcesList().stream().map(HistoryCodec::source).toList(),
                message.getRecordsList().stream().map(HistoryCodec::record).toList(),
                message.getTransitionsList().stream()
                        .map(HistoryCodec::transition)
                        .toList(),
                message.getTotalsList().stream()
                        .map(total -> new History.Total(total.getStatus(), total.getReports()))
                        .toList(),
                message.getLast());
    }

    private static History.Source source(SourceRow message) {
        Way way = message.getWay();
        return new History.Source(
                message.getId(),
                message.getName(),
                message.getDurableSequence(),
                message.getPosition(),
                message.getSequence(),
                EntryCodec.report(message.getReport()),
                EntryCodec.instant(message.getRecordedAt()),
                EntryCodec.instant(message.getStateSince()),
                message.hasWay()
                        ? new History.Way(
                                way.getLocatedAt(),
                                EntryCodec.point(way.getFirst()),
                                EntryCodec.point(way.getLatest()),
                                way.getTravelled(),
                                way.getTravelledRest())
                        : null);
    }

    private static History.Record record(RecordRow message) {
        return new History.Record(
                message.getSourceId(),
                message.getSequence(),
                EntryCodec.report(message.getReport()),
                EntryCodec.instant(message.getRecordedAt()),
                message.hasPrevious() ? message.getPrevious() : null);
    }

    private static History.Transition transition(TransitionRow message) {
        return new History.Transition(
                message.getSourceId(),
                message.getPosition(),
                message.getStatus(),
                EntryCodec.instant(message.getSince()));
    }
}
