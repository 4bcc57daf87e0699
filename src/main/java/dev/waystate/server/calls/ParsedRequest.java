package dev.waystate.server.calls;

import com.google.common.io.ByteStreams;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import dev.waystate.server.status.InvalidRequestException;
import dev.waystate.server.status.UnreadableRequestException;
import dev.waystate.server.telemetry.MeasuredCall;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.Status;
import io.grpc.Status.Code;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.function.Supplier;

/** A request, or the reason why it could not be parsed, which {@link #message} throws. */
record ParsedRequest<T>(Supplier<T> content) {

    /**
     * The largest request of health and reflection. It has the name of a service or a symbol, which the answer repeats.
     */
    private static final int MOST_PROBE_BYTES = 4096;

    /**
     * The most values of a field of the one request of a call, which is kept while the call waits. Short values take
     * many times their bytes in memory.
     */
    private static final int MOST_VALUES = 100;

    T message() {
        return content.get();
    }

    /**
     * Returns a marshaller that keeps what goes wrong for later.
     *
     * @param described the method whose requests it reads
     */
    static <T> Marshaller<ParsedRequest<T>> marshaller(MethodDescriptor<T, ?> described) {
        String method = described.getFullMethodName();
        Marshaller<T> marshaller = described.getRequestMarshaller();
        T prototype = ((PrototypeMarshaller<T>) marshaller).getMessagePrototype();
        Parser<T> parser = parserOfKnownFields(prototype);
        List<FieldDescriptor> lists =
                described.getType().clientSendsOneMessage() ? lists((Message) prototype) : List.of();
        int mostBytes = MeasuredCall.isProbe(method) ? MOST_PROBE_BYTES : Integer.MAX_VALUE;
        return new Marshaller<>() {
            @Override
            public InputStream stream(ParsedRequest<T> parsed) {
                return marshaller.stream(parsed.message());
            }

            @Override
            public ParsedRequest<T> parse(InputStream stream) {
                try {
                    T message = parser.parseFrom(bytes(stream));
                    check((Message) message, mostBytes, lists);
                    return new ParsedRequest<>(() -> message);
                } catch (InvalidRequestException tooLarge) {
                    return failed(tooLarge);
                } catch (IOException problem) {
                    return failed(new UnreadableRequestException(method, problem));
                } catch (RuntimeException problem) {
                    // A compressed message is inflated only as it is parsed, and may be too large then.
                    boolean tooLarge = Status.fromThrowable(problem).getCode() == Code.RESOURCE_EXHAUSTED;
                    return failed(tooLarge ? problem : new UnreadableRequestException(method, problem));
                }
            }
        };
    }

    private static List<FieldDescriptor> lists(Message prototype) {
        return prototype.getDescriptorForType().getFields().stream()
                .filter(FieldDescriptor::isRepeated)
                .toList();
    }

    private static void check(Message request, int mostBytes, List<FieldDescriptor> lists) {
        if (mostBytes < Integer.MAX_VALUE && request.getSerializedSize() > mostBytes) {
            throw new InvalidRequestException("request", "expected at most " + mostBytes + " bytes");
        }
        for (FieldDescriptor list : lists) {
            int values = request.getRepeatedFieldCount(list);
            if (values > MOST_VALUES) {
                throw new InvalidRequestException(
                        list.getName(), "expected at most " + MOST_VALUES + " values, but there are " + values);
            }
        }
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
