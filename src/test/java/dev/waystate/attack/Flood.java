package dev.waystate.attack;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Headers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/** Many connections that keep as many calls open as they may, until they are closed. One thread sends for all. */
final class Flood implements AutoCloseable {

    /** How often the server is asked for more, and calls that it has ended are made again. */
    private static final Duration INTERVAL = Duration.ofMillis(20);

    private static final Duration RENEWAL_INTERVAL = Duration.ofMillis(500);

    private final int port;
    private final Calls calls;
    private final List<Attacker> attackers = new ArrayList<>();
    private final Thread sender = new Thread(this::run, "flood");
    private volatile boolean stopping;
    private int called;

    /**
     * What each of the connections does.
     *
     * @param open how many calls it keeps open
     * @param data what is sent in a call, the number of which is given
     * @param bytesAFrame in frames of how many bytes
     * @param ends whether the call's data ends with the last byte
     * @param answersTaken whether its calls may be sent data
     */
    record Calls(
            int connections,
            int open,
            Http2Headers headers,
            IntFunction<byte[]> data,
            int bytesAFrame,
            boolean ends,
            boolean answersTaken) {}

    private Flood(int port, Calls calls) {
        this.port = port;
        this.calls = calls;
    }

    static Flood start(int port, Calls calls) {
        Flood flood = new Flood(port, calls);
        flood.sender.start();
        return flood;
    }

    private void run() {
        try {
            for (int i = 0; i < calls.connections && !stopping; i++) {
                Attacker attacker = new Attacker();
                attackers.add(attacker);
                attacker.renew();
                sendAll();
            }
            long renewedAt = System.nanoTime();
            while (!stopping) {
                LockSupport.parkNanos(INTERVAL.toNanos());
                if (System.nanoTime() - renewedAt > RENEWAL_INTERVAL.toNanos()) {
                    renewedAt = System.nanoTime();
                    renewAll();
                }
                sendAll();
            }
        } catch (Exception ended) { // also undeclared ones
            // It was closed, or the server has gone.
        } finally {
            attackers.forEach(Attacker::close);
        }
    }

    private void sendAll() {
        attackers.forEach(Attacker::sendData);
    }

    private void renewAll() throws InterruptedException {
        for (int i = 0; i < attackers.size() && !stopping; i++) {
            if (!attackers.get(i).connection.isOpen()) {
                attackers.set(i, new Attacker());
            }
            attackers.get(i).renew();
        }
    }

    boolean isUnderWay() {
        return sender.isAlive();
    }

    /** Ends the attack by closing its connections. */
    @Override
    public void close() throws InterruptedException {
        stopping = true;
        sender.interrupt();
        sender.join();
    }

    /** One connection. */
    private final class Attacker {

        private final RawConnection connection =
                calls.answersTaken ? RawConnection.open(port) : RawConnection.openWithoutWindow(port);
        private final List<OpenCall> open = new ArrayList<>();
        private int nextStreamId = 1;

        /** Makes as many calls as are missing: all at first, then those that the server has ended. */
        void renew() throws InterruptedException {
            open.removeIf(call -> connection.hasEndedCall(call.streamId));
            openCalls(calls.open - open.size());
        }

        private void openCalls(int more) throws InterruptedException {
            List<OpenCall> opened = new ArrayList<>();
            for (int i = 0; i < more; i++) {
                opened.add(new OpenCall(nextStreamId, Unpooled.wrappedBuffer(calls.data.apply(called++))));
                nextStreamId += 2;
            }
            connection.send(frames -> opened.forEach(call -> frames.headers(call.streamId, calls.headers, false)));
            open.addAll(opened);
        }

        void sendData() {
            for (OpenCall call : open) {
                if (call.data.isReadable() && !connection.hasEndedCall(call.streamId)) {
                    connection.sendData(call.streamId, call.data, calls.bytesAFrame, calls.ends);
                }
            }
        }

        void close() {
            connection.close();
        }
    }

    private record OpenCall(int streamId, ByteBuf data) {}
}
