package dev.waystate.statelog.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waystate.statelog.LogUnavailableException;
import dev.waystate.statelog.entry.Entry;
import dev.waystate.statelog.entry.Session;
import dev.waystate.statelog.operation.LogMetrics;
import dev.waystate.statelog.operation.RetentionProperties;
import dev.waystate.statelog.operation.StoreProperties;
import dev.waystate.statelog.view.TopicPlace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicaViewTests {

    @TempDir
    Path directory;

    @Test
    void aViewThatWasClosedBeforeItWasWholeIsNotServedUntilItIs() throws Exception {
        ReplicaView begun = open();
        assertThatIsNotServed(begun);
        comeTo(begun, 2);
        begun.builtUpTo(3);
        assertThatIsNotServed(begun);
        begun.get().close();

        ReplicaView goingOn = open();
        assertThatIsNotServed(goingOn);
        goingOn.builtUpTo(4);
        comeTo(goingOn, 4);
        assertThat(goingOn.whole()).isSameAs(goingOn.get());
        goingOn.unmarkWhenWhole();
        goingOn.get().close();

        // The control.
        ReplicaView whole = open();
        assertThat(whole.whole()).isSameAs(whole.get());
        whole.get().close();
    }

    @Test
    void ofTheDamagedFilesTheLastOneIsKept() throws Exception {
        ReplicaView replica = open();
        Path kept = replica.rebuild();
        FileTime first = Files.getLastModifiedTime(kept);
        Files.setLastModifiedTime(kept, FileTime.fromMillis(0));
        replica.rebuild();
        replica.get().close();
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.filter(file -> file.toString().contains(".damaged")))
                    .containsExactly(kept);
        }
        assertThat(Files.getLastModifiedTime(kept)).isGreaterThanOrEqualTo(first);
    }

    private ReplicaView open() throws SQLException {
        return ReplicaView.open(
                new StoreProperties(directory.resolve("view.db"), 1, RetentionProperties.OFF), LogMetrics.NONE);
    }

    private static void assertThatIsNotServed(ReplicaView replica) throws SQLException {
        replica.unmarkWhenWhole();
        assertThatThrownBy(replica::whole).isInstanceOf(LogUnavailableException.class);
    }

    private static void comeTo(ReplicaView replica, long nextOffset) throws SQLException {
        assertThat(replica.get().begin()).isTrue();
        Entry genesis = new Entry.Genesis(Entry.Genesis.newLogId());
        replica.get().apply(new Session().next(), genesis, 1);
        replica.get().moveTo(new TopicPlace("cluster", "topic", nextOffset, 0));
        replica.get().commit();
        replica.get().advance();
    }
}
