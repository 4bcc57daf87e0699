import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.JetStream;
import io.nats.client.JetStreamManagement;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.PushSubscribeOptions;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.DeliverPolicy;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/** A stream of NATS JetStream in a file, by jnats: published without waiting, read by an ordered consumer. */
class NatsPeer implements Peer {

    private static final String REPORTS = "reports";

    private final String url;
    private final Connection connection;

    NatsPeer(int port) throws Exception {
        url = "nats://127.0.0.1:" + port;
        connection = connect();
        JetStreamManagement management = connection.jetStreamManagement();
        if (!management.getStreamNames().contains(REPORTS)) {
            management.addStream(StreamConfiguration.builder()
                    .name(REPORTS)
                    .subjects(REPORTS)
                    .storageType(StorageType.File)
                    .build());
        }
    }

    private Connection connect() throws Exception {
        return Nats.connect(Options.builder()
                .server(url)
                .maxMessagesInOutgoingQueue(100_000)
                .noReconnect()
                .build());
    }

    @Override
    public List<Load> loads() {
        return List.of(
                new Load("bulk", 1_000, 4, 8, this::lane),
                new Load("batches", 100, 4, 2, this::lane),
                new Load("single", 1, 8, 32, this::lane));
    }

    @Override
    public Lane lane() throws Exception {
        Connection publisher = connect();
        JetStream stream = publisher.jetStream();
        return Lane.on(publisher, reports -> {
            Acknowledgements acknowledgements = new Acknowledgements(reports);
            for (int i = 0; i < reports; i++) {
                stream.publishAsync(REPORTS, REPORT).whenComplete((stored, problem) -> acknowledgements.take(problem));
            }
            return acknowledgements;
        });
    }

    @Override
    public void replay(int reports) throws Exception {
        CountDownLatch missing = new CountDownLatch(reports);
        try (Connection reader = connect()) {
            read(reader, DeliverPolicy.All, read -> missing.countDown());
            if (!missing.await(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException(missing.getCount() + " of " + reports + " did not come");
            }
        }
    }

    @Override
    public void follow(IntConsumer arrived) throws Exception {
        read(connect(), DeliverPolicy.New, arrived);
    }

    private static void read(Connection reader, DeliverPolicy from, IntConsumer arrived) throws Exception {
        Dispatcher dispatcher = reader.createDispatcher();
        dispatcher.setPendingLimits(-1, -1);
        PushSubscribeOptions options = PushSubscribeOptions.builder()
                .ordered(true)
                .configuration(
                        ConsumerConfiguration.builder().deliverPolicy(from).build())
                .build();
        reader.jetStream().subscribe(REPORTS, dispatcher, message -> arrived.accept(1), false, options);
    }

    @Override
    public long stored() throws Exception {
        return connection
                .jetStreamManagement()
                .getStreamInfo(REPORTS)
                .getStreamState()
                .getMsgCount();
    }
}
