package dev.waystate.statelog.view;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * How far a view has read the topic that the log stands in.
 *
 * @param cluster the id of the cluster
 * @param topic the id of the topic
 * @param nextOffset where the view goes on to read
 * @param leaderEpoch the leader epoch of the entry before, -1 when it is not known. A topic that has lost entries since
 *     has another one there
 */
public record TopicPlace(String cluster, String topic, long nextOffset, int leaderEpoch) {

    static TopicPlace read(ResultSet row, int column) throws SQLException {
        return new TopicPlace(
                row.getString(column), row.getString(column + 1), row.getLong(column + 2), row.getInt(column + 3));
    }

    void set(PreparedStatement insert) throws SQLException {
        insert.setString(1, cluster);
        insert.setString(2, topic);
        insert.setLong(3, nextOffset);
        insert.setInt(4, leaderEpoch);
    }
}
