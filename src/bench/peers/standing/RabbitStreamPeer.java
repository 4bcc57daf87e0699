import com.rabbitmq.stream.Address;
import com.rabbitmq.stream.Environment;
import com.rabbitmq.stream.OffsetSpecification;
import com.rabbitmq.stream.Producer;
import com.rabbitmq.stream.codec.SimpleCodec;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;

/** A stream of RabbitMQ, by its stream client; in bulk with many reports in an entry. */
class RabbitStreamPeer implements Peer {

    private static final String REPORTS = "reports";

    private final Environment environment;

    RabbitStreamPeer(int port) {
        environment = Environment.builder()
                .host("127.0.0.1")
                .port(port)
                .addressResolver(address -> new Address("127.0.0.1", port))
                .codec(new SimpleCodec())
                .build();
        if (!environment.streamExists(REPORTS)) {
            environment.streamCreator().stream(REPORTS).create();
        }
    }

    @Override
    public List<Load> loads() {
        return List.of(
                new Load("bulk", 10_000, 2, 8, () -> producer(100)),
                new Load("batches", 100, 4, 2, this::lane),
                new Load("single", 1, 4, 64, this::lane));
    }

    @Override
    public Lane lane() {
        return producer(1);
    }

    private Lane producer(int reportsInAnEntry) {
        Producer producer = environment.producerBuilder().stream(REPORTS)
                .subEntrySize(reportsInAnEntry)
                .maxUnconfirmedMessages(100_000)
                .build();
        return Lane.on(producer, reports -> {
            Acknowledgements acknowledgements = new Acknowledgements(reports);
            for (int i = 0; i < reports; i++) {
                producer.send(
                        producer.messageBuilder().addData(REPORT).build(),
                        status -> acknowledgements.take(
                                status.isConfirmed()
                                        ? null
                                        : new IllegalStateException("refused: " + status.getCode())));
            }
            return acknowledgements;
        });
    }

    @Override
    public void replay(int reports) throws Exception {
        CountDownLatch missing = new CountDownLatch(reports);
        try (AutoCloseable reader = read(OffsetSpecification.first(), read -> missing.countDown())) {
            if (!missing.await(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException(missing.getCount() + " of " + reports + " did not come");
            }
        }
    }

    @Override
    public void follow(IntConsumer arrived) {
        read(OffsetSpecification.next(), arrived);
    }

    private AutoCloseable read(OffsetSpecification from, IntConsumer arrived) {
        return environment.consumerBuilder().stream(REPORTS)
                .offset(from)
                .messageHandler((context, message) -> arrived.accept(1))
                .flow()
                .initialCredits(10)
                .builder()
                .build();
    }

    /** Asks for the last chunk, of which each report has the number of those before it. */
    @Override
    public long stored() throws Exception {
        AtomicLong last = new AtomicLong(-1);
        CountDownLatch arrived = new CountDownLatch(1);
        try (AutoCloseable reader = environment.consumerBuilder().stream(REPORTS)
                .offset(OffsetSpecification.last())
                .messageHandler((context, message) -> {
                    last.accumulateAndGet(context.offset(), Math::max);
                    arrived.countDown();
                })
                .build()) {
            arrived.await(10, TimeUnit.SECONDS);
            Thread.sleep(500);
        }
        return last.get() + 1;
    }
}
