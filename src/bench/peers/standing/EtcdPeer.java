import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;

/** etcd, by jetcd: a key for each report, in transactions where there are several. */
class EtcdPeer implements Peer {

    private static final ByteSequence PREFIX = ByteSequence.from(new byte[] {'r'});
    private static final ByteSequence VALUE = ByteSequence.from(REPORT);
    private static final int PAGE = 10_000;

    private final String endpoint;
    private final AtomicLong last = new AtomicLong();

    EtcdPeer(int port) {
        endpoint = "http://127.0.0.1:" + port;
    }

    private Client client() {
        return Client.builder()
                .endpoints(endpoint)
                .maxInboundMessageSize(64 * 1024 * 1024)
                .build();
    }

    @Override
    public List<Load> loads() {
        return List.of(
                new Load("bulk", 1_000, 8, 2, this::lane),
                new Load("batches", 100, 8, 1, this::lane),
                new Load("single", 1, 8, 32, this::lane));
    }

    @Override
    public Lane lane() {
        Client client = client();
        KV kv = client.getKVClient();
        return Lane.on(client, reports -> {
            if (reports == 1) {
                return kv.put(key(last.incrementAndGet()), VALUE);
            }
            Op[] puts = new Op[reports];
            for (int i = 0; i < reports; i++) {
                puts[i] = Op.put(key(last.incrementAndGet()), VALUE, PutOption.DEFAULT);
            }
            return kv.txn().Then(puts).commit();
        });
    }

    /** Returns a key whose order is that of the numbers. */
    private static ByteSequence key(long number) {
        return ByteSequence.from(
                ByteBuffer.allocate(9).put((byte) 'r').putLong(number).array());
    }

    @Override
    public void replay(int reports) throws Exception {
        try (Client client = client()) {
            GetOption page = GetOption.builder()
                    .withRange(ByteSequence.from(new byte[] {'r' + 1}))
                    .withLimit(PAGE)
                    .build();
            ByteSequence next = PREFIX;
            int read = 0;
            while (read < reports) {
                GetResponse response = client.getKVClient().get(next, page).get(10, TimeUnit.SECONDS);
                List<KeyValue> found = response.getKvs();
                if (found.isEmpty()) {
                    throw new IllegalStateException("expected " + reports + " keys, got " + read);
                }
                read += found.size();
                byte[] key = found.get(found.size() - 1).getKey().getBytes();
                next = key(ByteBuffer.wrap(key, 1, 8).getLong() + 1);
            }
        }
    }

    @Override
    public void follow(IntConsumer arrived) throws Exception {
        CompletableFuture<Void> following = new CompletableFuture<>();
        WatchOption option =
                WatchOption.builder().isPrefix(true).withCreateNotify(true).build();
        client().getWatchClient().watch(PREFIX, option, Watch.listener(response -> {
            following.complete(null);
            arrived.accept(response.getEvents().size());
        }));
        following.get(10, TimeUnit.SECONDS);
    }

    @Override
    public long stored() throws Exception {
        try (Client client = client()) {
            GetOption count =
                    GetOption.builder().isPrefix(true).withCountOnly(true).build();
            return client.getKVClient()
                    .get(PREFIX, count)
                    .get(60, TimeUnit.SECONDS)
                    .getCount();
        }
    }
}
