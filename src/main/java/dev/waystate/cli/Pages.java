package dev.waystate.cli;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** Reads lists that the server gives page by page. */
final class Pages {

    /** The largest page that servers give. */
    static final int MAX_SIZE = 1_000;

    private Pages() {}

    /**
     * Takes pages one after the other. Each is taken before the next one is asked for.
     *
     * @param most the most items that are taken
     * @param call returns the page of a token
     * @param sink takes the items of a page, which may be empty
     */
    static <P, T> void take(
            long most,
            Function<String, P> call,
            Function<P, List<T>> items,
            Function<P, String> nextToken,
            Consumer<List<T>> sink) {
        long left = most;
        String token = "";
        do {
            P page = call.apply(token);
            List<T> found = items.apply(page);
            sink.accept(found.subList(0, (int) Math.min(left, found.size())));
            left -= found.size();
            token = nextToken.apply(page);
        } while (left > 0 && !token.isEmpty());
    }
}
