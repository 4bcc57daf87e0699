import static java.nio.charset.StandardCharsets.US_ASCII;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;

/** A stream of Redis, by Jedis: batches are pipelines. Single reports that do not wait for each other go by Lettuce. */
class RedisPeer implements Peer {

    private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);
    private static final String KEY = "reports";
    private static final String[] FIELDS = {"source", SOURCE, "status", Integer.toString(STATUS), "info", INFO};
    private static final byte[][] ENTRY = bytes(Stream.concat(Stream.of(KEY, "*"), Stream.of(FIELDS)));

    private final int port;

    RedisPeer(int port) {
        this.port = port;
    }

    private static byte[][] bytes(Stream<String> arguments) {
        return arguments.map(argument -> argument.getBytes(US_ASCII)).toArray(byte[][]::new);
    }

    private Connection connect() {
        return new Connection("127.0.0.1", port);
    }

    @Override
    public List<Load> loads() {
        return List.of(
                new Load("bulk", 1_000, 8, 1, this::lane),
                new Load("batches", 100, 8, 1, this::lane),
                new Load("single", 1, 1, 256, this::withoutWaiting),
                new Load("pipelined", 32, 8, 1, this::lane));
    }

    @Override
    public Lane lane() {
        Connection connection = connect();
        return Lane.on(connection, reports -> {
            for (int i = 0; i < reports; i++) {
                connection.sendCommand(Command.XADD, ENTRY);
            }
            connection.getMany(reports);
            return DONE;
        });
    }

    @Override
    public Lane withoutWaiting() {
        RedisClient client = RedisClient.create(RedisURI.create("127.0.0.1", port));
        RedisAsyncCommands<String, String> commands =
                client.connect(StringCodec.ASCII).async();
        return Lane.on(client, reports -> commands.xadd(KEY, (Object[]) FIELDS));
    }

    @Override
    public void replay(int reports) {
        try (Connection connection = connect()) {
            String after = "0";
            int read = 0;
            while (read < reports) {
                List<Object> entries = ask(connection, Command.XRANGE, KEY, "(" + after, "+", "COUNT", "10000");
                if (entries.isEmpty()) {
                    throw new IllegalStateException("expected " + reports + " entries, got " + read);
                }
                read += entries.size();
                after = lastId(entries);
            }
        }
    }

    @Override
    public void follow(IntConsumer arrived) {
        Connection connection = connect();
        connection.setTimeoutInfinite();
        String head = lastId(ask(connection, Command.XREVRANGE, KEY, "+", "-", "COUNT", "1"));
        Thread follower = new Thread(() -> {
            String after = head;
            while (true) {
                List<Object> streams = ask(connection, Command.XREAD, "BLOCK", "0", "STREAMS", KEY, after);
                List<Object> entries = list(list(streams.get(0)).get(1));
                arrived.accept(entries.size());
                after = lastId(entries);
            }
        });
        follower.setDaemon(true);
        follower.start();
    }

    private static List<Object> ask(Connection connection, Command command, String... arguments) {
        connection.sendCommand(command, bytes(Stream.of(arguments)));
        return list(connection.getOne());
    }

    private static String lastId(List<Object> entries) {
        return new String((byte[]) list(entries.get(entries.size() - 1)).get(0), US_ASCII);
    }

    @SuppressWarnings("unchecked")
    private static List<Object> list(Object answer) {
        return (List<Object>) answer;
    }

    @Override
    public long stored() {
        try (Connection connection = connect()) {
            connection.sendCommand(Command.XLEN, KEY.getBytes(US_ASCII));
            return connection.getIntegerReply();
        }
    }
}
