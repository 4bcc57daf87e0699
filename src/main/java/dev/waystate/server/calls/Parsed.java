package dev.waystate.server.calls;

import dev.waystate.server.status.UnreadableRequestException;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.io.InputStream;
import java.util.function.Supplier;

/** A request, or the reason why it could not be parsed, which {@link #message} throws. */
record Parsed<T>(Supplier<T> content) {

    /** Whether a compressed message, which is inflated only as it is parsed, has exceeded the size limit. */
    private static boolean isTooLarge(RuntimeException problem) {
        return problem instanceof StatusRuntimeException status
                && status.getStatus().getCode() == Code.RESOURCE_EXHAUSTED;
    }

    T message() {
        return content.get();
    }

    /** Returns a marshaller that keeps what goes wrong for later. */
    static <T> Marshaller<Parsed<T>> marshaller(Marshaller<T> marshaller) {
        return new Marshaller<>() {
            @Override
            public InputStream stream(Parsed<T> parsed) {
                return marshaller.stream(parsed.message());
            }

            @Override
            public Parsed<T> parse(InputStream stream) {
                try {
                    T message = marshaller.parse(stream);
                    return new Parsed<>(() -> message);
                } catch (RuntimeException problem) {
                    RuntimeException reason = isTooLarge(problem) ? problem : new UnreadableRequestException(problem);
                    return new Parsed<>(() -> {
                        throw reason;
                    });
                }
            }
        };
    }
}
