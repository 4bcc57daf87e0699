import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures one server by the same means as the others: the rates of its loads, the delays of single reports, and a replay.
 * Each row is printed as a line: its name, and a number for each round.
 */
class Standing {

    private final Peer peer;
    private final int rounds;
    private final long roundNanos;
    private final long warmNanos;
    private final LongAdder acknowledged = new LongAdder();

    private Standing(Peer peer, int rounds, long millis, long warmMillis) {
        this.peer = peer;
        this.rounds = rounds;
        this.roundNanos = TimeUnit.MILLISECONDS.toNanos(millis);
        this.warmNanos = TimeUnit.MILLISECONDS.toNanos(warmMillis);
    }

    /**
     * Arguments: the server, its port, and either the rounds, the milliseconds of each and of warming up, and how many
     * reports to replay, or only how many reports it should have, for which it may need a minute after its start.
     */
    public static void main(String[] args) {
        try {
            Peer peer = peer(args[0], Integer.parseInt(args[1]));
            if (args.length == 3) {
                print("stored", await(peer, Long.parseLong(args[2])));
            } else {
                Standing standing =
                        new Standing(peer, Integer.parseInt(args[2]), Long.parseLong(args[3]), Long.parseLong(args[4]));
                standing.measure(Integer.parseInt(args[5]));
                System.in.read(); // stays connected until the server's memory has been read
            }
            System.exit(0); // the clients' threads are of no more use
        } catch (Exception problem) {
            problem.printStackTrace();
            System.exit(1);
        }
    }

    private static Peer peer(String name, int port) throws Exception {
        return switch (name) {
            case "waystate" -> new WaystatePeer(port);
            case "redis" -> new RedisPeer(port);
            case "postgresql" -> new PostgresPeer(port);
            case "kafka" -> new KafkaPeer(port);
            case "rabbitmq-quorum" -> new RabbitQuorumPeer(port);
            case "rabbitmq-stream" -> new RabbitStreamPeer(port);
            case "etcd" -> new EtcdPeer(port);
            case "nats" -> new NatsPeer(port);
            default -> throw new IllegalArgumentException("no such server: " + name);
        };
    }

    private static long await(Peer peer, long expected) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        long stored = peer.stored();
        while (stored < expected && System.nanoTime() < deadline) {
            Thread.sleep(100);
            stored = peer.stored();
        }
        return stored;
    }

    private void measure(int reports) throws Exception {
        for (Peer.Load load : peer.loads()) {
            print(load.row(), load(load, rounds, warmNanos));
        }
        acknowledge(50);
        follow(1_000);
        if (peer.replays()) {
            replay(reports);
        }
        print("acknowledged", acknowledged.sum());
    }

    /** Returns the reports that were acknowledged a second, in each round after the warm-up. */
    private double[] load(Peer.Load load, int rounds, long warmNanos) throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        List<Sender> senders = new ArrayList<>();
        for (int i = 0; i < load.lanes(); i++) {
            senders.add(new Sender(load, load.lane().call()));
        }
        List<Future<?>> ends = new ArrayList<>();
        senders.forEach(sender -> ends.add(threads.submit(sender)));
        TimeUnit.NANOSECONDS.sleep(warmNanos);
        double[] rates = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            long start = System.nanoTime();
            long before = acknowledged.sum();
            TimeUnit.NANOSECONDS.sleep(roundNanos);
            rates[i] = (acknowledged.sum() - before) * 1e9 / (System.nanoTime() - start);
        }
        senders.forEach(sender -> sender.ended = true);
        for (Future<?> end : ends) {
            end.get(60, TimeUnit.SECONDS);
        }
        for (Sender sender : senders) {
            sender.lane.close();
        }
        threads.shutdown();
        return rates;
    }

    /** Keeps as many appends under way on a lane as its load has. */
    private final class Sender implements Runnable {

        private final Peer.Load load;
        private final Peer.Lane lane;
        private final Semaphore free;
        private volatile boolean ended;
        private volatile Throwable problem;

        Sender(Peer.Load load, Peer.Lane lane) {
            this.load = load;
            this.lane = lane;
            this.free = new Semaphore(load.window());
        }

        @Override
        public void run() {
            try {
                while (!ended) {
                    free.acquire();
                    lane.append(load.batch()).whenComplete((done, failure) -> take(failure));
                }
                free.acquire(load.window()); // the last ones are answered
            } catch (Exception failure) {
                problem = failure;
            }
            if (problem != null) {
                throw new IllegalStateException(load.row(), problem);
            }
        }

        private void take(Throwable failure) {
            if (failure == null) {
                acknowledged.add(load.batch());
            } else {
                problem = failure;
                ended = true;
            }
            free.release();
        }
    }

    /** Appends one report at a time, at a rate, and waits for each. */
    private void acknowledge(int perSecond) throws Exception {
        Peer.Lane lane = peer.lane();
        int calls = count(perSecond, 2 * roundNanos); // twice as long as the others: it has few samples
        long[] delays = new long[count(perSecond, warmNanos) + calls * rounds];
        for (int i = 0; i < delays.length; i++) {
            long start = System.nanoTime();
            lane.append(1).toCompletableFuture().get(30, TimeUnit.SECONDS);
            delays[i] = System.nanoTime() - start;
            acknowledged.increment();
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1) / perSecond - delays[i]);
        }
        printPercentiles("acknowledge", delays, calls);
    }

    /** Appends single reports at a rate, without waiting where it can, and takes the time until the follower has each. */
    private void follow(int perSecond) throws Exception {
        int reports = count(perSecond, roundNanos);
        Arrivals arrivals = new Arrivals(count(perSecond, warmNanos) + reports * rounds);
        peer.follow(arrivals::take);
        Peer.Lane lane = peer.withoutWaiting();
        List<Future<?>> answers = new ArrayList<>();
        long start = System.nanoTime();
        for (int i = 0; i < arrivals.due.length; i++) {
            arrivals.due[i] =
                    start + i * TimeUnit.SECONDS.toNanos(1) / perSecond; // waiting for a slow client counts, too
            awaitExactly(arrivals.due[i]);
            answers.add(lane.append(1).toCompletableFuture());
        }
        for (Future<?> answer : answers) {
            answer.get(30, TimeUnit.SECONDS);
            acknowledged.increment();
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (arrivals.count < arrivals.delays.length) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("only " + arrivals.count + " reports came to the follower");
            }
            Thread.sleep(1);
        }
        printPercentiles("follow", arrivals.delays, reports);
    }

    private static int count(int perSecond, long nanos) {
        return (int) (perSecond * nanos / 1_000_000_000);
    }

    /** Sleeps, and spins for the last part: a sleep is late by as much as some of the delays are long. */
    private static void awaitExactly(long nanoTime) {
        while (nanoTime - System.nanoTime() > 100_000) {
            LockSupport.parkNanos(nanoTime - System.nanoTime() - 100_000);
        }
        while (System.nanoTime() < nanoTime) {
            Thread.onSpinWait();
        }
    }

    /** What came to the follower: the reports in their order, as they were sent. */
    private static final class Arrivals {

        final long[] due;
        final long[] delays;
        volatile int count;

        Arrivals(int reports) {
            due = new long[reports];
            delays = new long[reports];
        }

        void take(int reports) {
            long now = System.nanoTime();
            int next = count;
            for (int i = 0; i < reports; i++, next++) {
                delays[next] = now - due[next];
            }
            count = next;
        }
    }

    private void replay(int reports) throws Exception {
        while (acknowledged.sum() < reports) {
            load(peer.loads().get(0), 0, 2 * roundNanos);
        }
        long begun = System.nanoTime();
        do {
            peer.replay(reports / 4); // warms up
        } while (System.nanoTime() - begun < warmNanos);
        double[] rates = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            long start = System.nanoTime();
            peer.replay(reports);
            rates[i] = reports * 1e9 / (System.nanoTime() - start);
        }
        print("replay", rates);
    }

    /** Prints the medians and the 99th percentiles of the rounds in milliseconds; what comes before them warmed up. */
    private void printPercentiles(String row, long[] nanos, int perRound) {
        double[] medians = new double[rounds];
        double[] slowest = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            int end = nanos.length - (rounds - 1 - i) * perRound;
            long[] round = Arrays.copyOfRange(nanos, end - perRound, end);
            Arrays.sort(round);
            medians[i] = round[perRound / 2] / 1e6;
            slowest[i] = round[perRound * 99 / 100] / 1e6;
        }
        print(row + "-p50", medians);
        print(row + "-p99", slowest);
    }

    private static void print(String row, double... numbers) {
        StringBuilder line = new StringBuilder(row);
        for (double number : numbers) {
            line.append(' ').append(number);
        }
        System.out.println(line);
    }
}
