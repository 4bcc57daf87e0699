package dev.waystate.console.api;

import dev.waystate.console.Problem;
import dev.waystate.server.http.PercentEncoding;
import dev.waystate.text.InputException;
import dev.waystate.text.VisibleText;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a request's query. Each is read once, by its name, and those that nobody has read are refused. A
 * wrong one is a {@link ProblemException} that names it.
 */
final class Parameters {

    private final Map<String, List<String>> left = new LinkedHashMap<>();

    /** @param query as it was sent, percent-encoded; null for none */
    Parameters(@Nullable String query) {
        for (String pair : query == null ? new String[0] : query.split("&")) {
            if (!pair.isEmpty()) {
                String[] nameAndValue = pair.replace('+', ' ').split("=", 2);
                left.computeIfAbsent(decode("query", nameAndValue[0]), name -> new ArrayList<>())
                        .add(nameAndValue.length == 1 ? "" : decode(nameAndValue[0], nameAndValue[1]));
            }
        }
    }

    /** @param field the name of what the text is the value of */
    static String decode(String field, String percentEncoded) {
        try {
            return PercentEncoding.decode(percentEncoded);
        } catch (IllegalArgumentException | CharacterCodingException other) {
            throw new ProblemException(Problem.ofField(field, "Expected UTF-8, percent-encoded."));
        }
    }

    <T> List<T> all(String name, Function<String, T> reader) {
        List<String> texts = left.remove(name);
        return texts == null
                ? List.of()
                : texts.stream().map(text -> read(name, text, reader)).toList();
    }

    <T> Optional<T> one(String name, Function<String, T> reader) {
        List<T> values = all(name, reader);
        if (values.size() > 1) {
            throw new ProblemException(Problem.ofField(name, "Expected one value, but found " + values.size() + "."));
        }
        return values.stream().findFirst();
    }

    <T> T required(String name, Function<String, T> reader) {
        return one(name, reader)
                .orElseThrow(() -> new ProblemException(Problem.ofField(name, "Expected a value, but found none.")));
    }

    /** Refuses the parameters that have not been read. */
    void refuseOthers() {
        left.keySet().stream().findFirst().ifPresent(name -> {
            String shown = VisibleText.of(name);
            throw new ProblemException(Problem.ofField(shown, "Expected no parameter of this name."));
        });
    }

    private static <T> T read(String name, String text, Function<String, T> reader) {
        try {
            return reader.apply(text);
        } catch (InputException wrong) {
            throw new ProblemException(Problem.ofField(name, wrong.getMessage()));
        }
    }

    static boolean flag(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new InputException("Expected true or false, but found \"" + VisibleText.of(text) + "\".");
        };
    }

    /** Returns a reader of whole numbers. */
    static Function<String, Long> number(long least, long most) {
        return text -> {
            try {
                long number = Long.parseLong(text);
                if (least <= number && number <= most) {
                    return number;
                }
            } catch (NumberFormatException none) {
                // as below
            }
            throw new InputException("Expected a whole number from " + least + " to " + most + ", but found \""
                    + VisibleText.of(text) + "\".");
        };
    }
}
