package dev.waystate.cli.connection;

import com.google.common.base.Throwables;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The causes of a failure. */
final class Causes {

    private Causes() {}

    /** Returns the failure, its cause, and so on to the root. */
    static List<Throwable> of(@Nullable Throwable failure) {
        return failure == null ? List.of() : Throwables.getCausalChain(failure);
    }

    /** Returns the first message that contains the text. */
    static Optional<String> messageWith(String text, List<Throwable> causes) {
        return causes.stream()
                .map(cause -> String.valueOf(cause.getMessage()))
                .filter(message -> message.contains(text))
                .findFirst();
    }
}
