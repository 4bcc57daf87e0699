import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.function.IntConsumer;

/** A server that keeps reports in one order, as its best client in Java appends, reads and follows them. */
interface Peer {

    String SOURCE = "cow";
    int STATUS = 2;
    String INFO = "Requires watering.";

    /** A report for a server that keeps bytes and does not look at them: 22 of them. */
    byte[] REPORT = (SOURCE + STATUS + INFO).getBytes();

    /** The loads to measure, each under the name of its row. The first one is the quickest way to fill the server. */
    List<Load> loads();

    /** Opens what appends reports one by one, in order, while another thread may follow. */
    Lane lane() throws Exception;

    /** Opens what appends single reports in order, without waiting for the answers if the client can do that. */
    default Lane withoutWaiting() throws Exception {
        return lane();
    }

    /** Whether reports that were read can be read again. */
    default boolean replays() {
        return true;
    }

    /** Reads so many reports, from the first one on, in order. */
    void replay(int reports) throws Exception;

    /** Tells how many reports come, whenever some do, from the end on. Returns when it follows. */
    void follow(IntConsumer arrived) throws Exception;

    /** Asks the server how many reports it has. */
    long stored() throws Exception;

    /** Appends of so many reports each, of which each lane has so many under way at a time. */
    record Load(String row, int batch, int lanes, int window, Callable<Lane> lane) {}

    /** A connection, or what one thread needs of it. */
    interface Lane extends AutoCloseable {

        /** Returns a lane that appends by a connection, and closes it in the end. */
        static Lane on(AutoCloseable connection, Lane appends) {
            return new Lane() {
                @Override
                public CompletionStage<?> append(int reports) throws Exception {
                    return appends.append(reports);
                }

                @Override
                public void close() throws Exception {
                    connection.close();
                }
            };
        }

        /** Appends reports. The stage completes when all are acknowledged; it is complete already if the client blocks. */
        CompletionStage<?> append(int reports) throws Exception;

        @Override
        default void close() throws Exception {}
    }
}
