import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** Completes when so many reports are acknowledged one by one, or when the first of them fails. */
class Acknowledgements extends CompletableFuture<Void> {

    private final AtomicInteger missing;

    Acknowledgements(int reports) {
        missing = new AtomicInteger(reports);
    }

    /** Takes the answer for one report: null, or what went wrong. */
    void take(Throwable problem) {
        if (problem != null) {
            completeExceptionally(problem);
        } else if (missing.decrementAndGet() == 0) {
            complete(null);
        }
    }
}
