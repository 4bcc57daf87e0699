import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.IntConsumer;

/**
 * A quorum queue of RabbitMQ, by amqp-client with publisher confirms. A follower has a queue of its own at the same
 * exchange, because a queue forgets what was consumed: there is no replay.
 */
class RabbitQuorumPeer implements Peer {

    private static final String REPORTS = "reports";
    private static final Map<String, Object> QUORUM = Map.of("x-queue-type", "quorum");

    private final ConnectionFactory factory = new ConnectionFactory();
    private final Channel channel;

    RabbitQuorumPeer(int port) throws Exception {
        factory.setHost("127.0.0.1");
        factory.setPort(port);
        channel = factory.newConnection().createChannel();
        channel.exchangeDeclare(REPORTS, "fanout", true);
        declare(REPORTS);
    }

    private void declare(String queue) throws Exception {
        channel.queueDeclare(queue, true, false, false, QUORUM);
        channel.queueBind(queue, REPORTS, "");
    }

    @Override
    public List<Load> loads() {
        return List.of(
                new Load("bulk", 1_000, 8, 2, this::lane),
                new Load("batches", 100, 8, 1, this::lane),
                new Load("single", 1, 8, 32, this::lane));
    }

    @Override
    public Lane lane() throws Exception {
        Connection connection = factory.newConnection();
        Channel publisher = connection.createChannel();
        publisher.confirmSelect();
        ConcurrentNavigableMap<Long, Acknowledgements> underWay = new ConcurrentSkipListMap<>();
        publisher.addConfirmListener(
                (tag, multiple) -> confirm(underWay, tag, multiple, null),
                (tag, multiple) -> confirm(underWay, tag, multiple, new IllegalStateException("refused: " + tag)));
        return Lane.on(connection, reports -> {
            Acknowledgements acknowledgements = new Acknowledgements(reports);
            for (int i = 0; i < reports; i++) {
                underWay.put(publisher.getNextPublishSeqNo(), acknowledgements);
                publisher.basicPublish(REPORTS, "", MessageProperties.PERSISTENT_BASIC, REPORT);
            }
            return acknowledgements;
        });
    }

    private static void confirm(
            ConcurrentNavigableMap<Long, Acknowledgements> underWay, long tag, boolean multiple, Throwable problem) {
        Map<Long, Acknowledgements> confirmed =
                multiple ? underWay.headMap(tag, true) : underWay.subMap(tag, true, tag, true);
        confirmed.values().forEach(acknowledgements -> acknowledgements.take(problem));
        confirmed.clear();
    }

    @Override
    public boolean replays() {
        return false;
    }

    @Override
    public void replay(int reports) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void follow(IntConsumer arrived) throws Exception {
        declare("follower");
        Channel follower = factory.newConnection().createChannel();
        follower.basicConsume(
                "follower",
                false,
                (consumer, delivery) -> {
                    arrived.accept(1);
                    follower.basicAck(delivery.getEnvelope().getDeliveryTag(), true);
                },
                consumer -> {});
    }

    @Override
    public long stored() throws Exception {
        return channel.messageCount(REPORTS);
    }
}
