package dev.waystate.server.calls;

import com.google.common.io.ByteStreams;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import dev.waystate.server.status.InvalidRequestException;
import dev.waystate.server.status.UnreadableRequestException;
import dev.waystate.server.telemetry.MeasuredCall;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.Status;
import io.grpc.Status.Code;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Supplier;

/** A request, or the reason why it could not be parsed, which {@link #message} throws. */
record ParsedRequest<T>(Supplier<T> content) {

    /**
     * The largest request of health and reflection. It has the name of a service or a symbol, which the answer repeats.
     */
    private static final int MOST_PROBE_BYTES = 4096;

    T message() {
        return content.get();
    }

    /**
     * Returns a marshaller that keeps what goes wrong for later.
     *
     * @param method the full name of the method whose requests it reads
     */
    static <T> Marshaller<ParsedRequest<T>> marshaller(String method, Marshaller<T> marshaller) {
        boolean isProbe = MeasuredCall.isProbe(method);
        Parser<T> parser = parserOfKnownFields(((PrototypeMarshaller<T>) marshaller).getMessagePrototype());
        return new Marshaller<>() {
            @Override
            public InputStream stream(ParsedRequest<T> parsed) {
                return marshaller.stream(parsed.message());
            }

            @Override
            public ParsedRequest<T> parse(InputStream stream) {
                T message;
                try {
                    message = parser.parseFrom(bytes(stream));
                } catch (IOException problem) {
                    return failed(new UnreadableRequestException(method, problem));
                } catch (RuntimeException problem) {
                    // A compressed message is inflated only as it is parsed, and may be too large then.
                    boolean tooLarge = Status.fromThrowable(problem).getCode() == Code.RESOURCE_EXHAUSTED;
                    return failed(tooLarge ? problem : new UnreadableRequestException(method, problem));
                }
                return isProbe && ((Message) message).getSerializedSize() > MOST_PROBE_BYTES
                        ? failed(new InvalidRequestException(
                                "request", "expected at most " + MOST_PROBE_BYTES + " bytes"))
                        : new ParsedRequest<>(() -> message);
            }
        };
    }

    /** Fields that are unknown would take up to a hundred times their bytes, and stay with a request that waits. */
    @SuppressWarnings("unchecked") // a message has the parser of its type
    private static <T> Parser<T> parserOfKnownFields(T prototype) {
        return (Parser<T>) DiscardUnknownFieldsParser.wrap(((Message) prototype).getParserForType());
    }

    private static byte[] bytes(InputStream stream) throws IOException {
        if (!(stream instanceof KnownLength)) {
            return stream.readAllBytes();
        }
        byte[] bytes = new byte[stream.available()];
        ByteStreams.readFully(stream, bytes);
        return bytes;
    }

    private static <T> ParsedRequest<T> failed(RuntimeException reason) {
        return new ParsedRequest<>(() -> {
            throw reason;
        });
    }
}
