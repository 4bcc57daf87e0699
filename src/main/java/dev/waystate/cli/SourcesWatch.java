package dev.waystate.cli;

import dev.waystate.cli.connection.Retries;
import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.ReadResponse;
import dev.waystate.proto.v1.StateLogServiceGrpc.StateLogServiceStub;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * Looks at the sources again when there is news, at most once a second. A call of {@code Read} that begins at the head
 * tells of the first news, and is ended then: what else comes would only be passed over.
 */
final class SourcesWatch implements Retries.Attempt {

    private final StateLogServiceStub stub;
    private final ReadRequest request;
    private final boolean timeIsNews;
    private final Duration connectTimeout;
    private final Retries retries;
    private final LongFunction<List<String>> look;
    private final Consumer<List<String>> sink;

    /**
     * @param request follows the log from the head
     * @param timeIsNews whether the sources may be others after a while, though no record has come
     * @param look returns the sources, of the log up to a position at least, as lines
     * @param sink takes lines that differ from those before
     */
    SourcesWatch(
            StateLogServiceStub stub,
            ReadRequest request,
            boolean timeIsNews,
            Duration connectTimeout,
            Retries retries,
            LongFunction<List<String>> look,
            Consumer<List<String>> sink) {
        this.stub = stub;
        this.request = request;
        this.timeIsNews = timeIsNews;
        this.connectTimeout = connectTimeout;
        this.retries = retries;
        this.look = look;
        this.sink = sink;
    }

    /** Watches until the server cannot be asked any more. */
    @Override
    public void run() throws InterruptedException {
        List<String> before = List.of();
        while (true) {
            ReadCall call = new ReadCall();
            stub.read(request, call);
            try {
                call.awaitConnection(connectTimeout);
                ReadResponse head = call.next();
                List<String> lines = look.apply(head == null ? 0 : head.getPosition());
                retries.progress();
                if (!lines.equals(before)) {
                    sink.accept(lines);
                    before = lines;
                }
                TimeUnit.SECONDS.sleep(1);
                awaitNews(call);
            } finally {
                call.requests().cancel("the news has come", null);
            }
        }
    }

    private void awaitNews(ReadCall call) throws InterruptedException {
        ReadResponse news;
        do {
            news = call.next();
        } while (news != null && news.hasHeartbeat() && !timeIsNews);
    }
}
