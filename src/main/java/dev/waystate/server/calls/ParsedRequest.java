package dev.waystate.server.calls;

import dev.waystate.server.status.UnreadableRequestException;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.Status;
import io.grpc.Status.Code;
import java.io.InputStream;
import java.util.function.Supplier;

/** A request, or the reason why it could not be parsed, which {@link #message} throws. */
record ParsedRequest<T>(Supplier<T> content) {

    T message() {
        return content.get();
    }

    /**
     * Returns a marshaller that keeps what goes wrong for later.
     *
     * @param method the full name of the method whose requests it reads
     */
    static <T> Marshaller<ParsedRequest<T>> marshaller(String method, Marshaller<T> marshaller) {
        return new Marshaller<>() {
            @Override
            public InputStream stream(ParsedRequest<T> parsed) {
                return marshaller.stream(parsed.message());
            }

            @Override
            public ParsedRequest<T> parse(InputStream stream) {
                try {
                    T message = marshaller.parse(stream);
                    return new ParsedRequest<>(() -> message);
                } catch (RuntimeException problem) {
                    // A compressed message is inflated only as it is parsed, and may be too large then.
                    boolean tooLarge = Status.fromThrowable(problem).getCode() == Code.RESOURCE_EXHAUSTED;
                    RuntimeException reason = tooLarge ? problem : new UnreadableRequestException(method, problem);
                    return new ParsedRequest<>(() -> {
                        throw reason;
                    });
                }
            }
        };
    }
}
