package dev.waystate.docs;

import dev.waystate.cli.CommandOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The programs that the pages call: those that {@link DocumentsIT} runs, and what can be said of the others unrun. */
final class Programs {

    private static final Path TESTS = Path.of("src", "test", "java");

    /** Commands of ours that end or replace a server, or want brokers: they have tests of their own. */
    private static final Set<String> NOT_RUN = Set.of("serve", "restore", "import");

    private static final Set<String> TOOLS =
            Set.of("awk", "curl", "grep", "openssl", "printf", "sensor", "seq", "sha256sum", "sqlite3", "tee", "cat");

    private static final Map<String, Function<List<String>, List<String>>> CHECKED = Map.ofEntries(
            Map.entry("./mvnw", Programs::maven),
            Map.entry("buf", Programs::buf),
            Map.entry("docker", Programs::docker),
            Map.entry("grpcurl", Programs::call),
            Map.entry("kafka-topics.sh", words -> missing(words, "--config", "cleanup.policy=delete")),
            Map.entry("kubectl", words -> asks(words) ? List.of() : fileOf(words, "-k", "kustomization.yaml")),
            Map.entry("pip", words -> missing(words, "install", "grpcio")),
            Map.entry("python", Programs::protoc),
            Map.entry("python3", words -> missing(words, "-m", "venv")),
            Map.entry("src/bench/run", Programs::ownScript),
            Map.entry("src/release/run", Programs::ownScript),
            Map.entry("systemctl", words -> missing(words, asks(words) ? "status" : "enable", "waystate")));

    private Programs() {}

    static boolean isKnown(String program) {
        return CHECKED.containsKey(program) || TOOLS.contains(program) || isOurs(program);
    }

    /** Tells whether a script can be run here: all that it calls is there, and none of it is only checked. */
    static boolean areRun(List<List<String>> programs) {
        return programs.stream()
                .allMatch(words -> TOOLS.contains(words.get(0))
                        || isOurs(words.get(0))
                                && arguments(words).stream()
                                        .findFirst()
                                        .filter(NOT_RUN::contains)
                                        .isEmpty()
                                && !serves(words));
    }

    /** Returns what is wrong with the words of a program. */
    static List<String> problems(List<String> words) {
        String program = words.get(0);
        if (isOurs(program)) {
            return serves(words) ? properties(words) : CommandOptions.unknown(arguments(words));
        }
        if (TOOLS.contains(program)) {
            return List.of();
        }
        return CHECKED.getOrDefault(program, unknown -> List.of("no test knows the program " + program))
                .apply(words);
    }

    private static boolean isOurs(String program) {
        return program.equals("waystate") || program.equals("java");
    }

    /** Returns the words behind {@code waystate}, or behind {@code java … -jar waystate.jar}. */
    private static List<String> arguments(List<String> words) {
        return words.subList(words.get(0).equals("java") ? words.indexOf("-jar") + 2 : 1, words.size());
    }

    private static boolean serves(List<String> words) {
        List<String> arguments = arguments(words);
        return arguments.isEmpty()
                || arguments.get(0).equals("serve")
                || arguments.get(0).matches("--[^=]+\\..*");
    }

    private static List<String> properties(List<String> words) {
        Properties properties = Properties.ofTheClassPath();
        return arguments(words).stream()
                .filter(word -> word.startsWith("--"))
                .map(word -> word.substring(2).replaceAll("=.*", ""))
                .filter(name -> !properties.has(name))
                .toList();
    }

    private static List<String> maven(List<String> words) {
        return words.stream().skip(1).filter(word -> !isOfMaven(word)).toList();
    }

    private static boolean isOfMaven(String word) {
        if (word.matches("-D(it\\.)?test=[A-Z]\\w+")) {
            String test = word.replaceAll(".*=", "");
            return test.equals("NONE") || isClass(test);
        }
        String pom = read(Path.of("pom.xml"));
        if (word.startsWith("-P")) {
            return pom.contains("<id>" + word.substring(2) + "</id>");
        }
        if (word.matches("-Dtest\\.[a-z-]+=\\S+")) {
            return pom.contains("<" + word.substring(2).replaceAll("=.*", "") + ">");
        }
        return Set.of(
                        "-q",
                        "-Dmaven.test.skip",
                        "-Dsurefire.failIfNoSpecifiedTests=false",
                        "package",
                        "test",
                        "verify",
                        "spotless:apply",
                        "spring-boot:run")
                .contains(word);
    }

    /** Tells whether there is a class of this name in the main code or the tests. */
    static boolean isClass(String name) {
        try (Stream<Path> main = Files.walk(Path.of("src", "main", "java"));
                Stream<Path> tests = Files.walk(TESTS)) {
            return Stream.concat(main, tests).anyMatch(file -> file.endsWith(name + ".java"));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Tells whether the words only look at what is there. */
    private static boolean asks(List<String> words) {
        return Set.of("get", "ps", "status").contains(words.get(1));
    }

    private static List<String> docker(List<String> words) {
        if (asks(words)) {
            return List.of();
        }
        if (words.get(1).equals("compose")) {
            return fileOf(words, "-f", "");
        }
        int image = words.lastIndexOf("waystate");
        List<String> command = words.subList(image + 1, words.size());
        List<String> problems = new ArrayList<>(
                Set.of("build", "run", "exec").contains(words.get(1)) ? List.of() : List.of(words.get(1)));
        if (!command.isEmpty() && !words.get(1).equals("build")) {
            problems.addAll(CommandOptions.unknown(command));
        }
        String dockerfile = read(Path.of("Dockerfile"));
        words.stream()
                .filter(word -> word.matches("\\d+:\\d+"))
                .filter(ports -> !dockerfile.matches("(?s).*EXPOSE .*\\b" + ports.replaceAll(".*:", "") + "\\b.*"))
                .forEach(problems::add);
        IntStream.range(1, words.size())
                .filter(i -> words.get(i - 1).equals("--build-context"))
                .mapToObj(words::get)
                .filter(context -> !dockerfile.matches("(?s).*\\bFROM " + context.replaceAll("=.*", "") + "\\s.*"))
                .forEach(problems::add);
        return problems;
    }

    private static List<String> buf(List<String> words) {
        if (words.get(1).equals("curl")) {
            return call(words);
        }
        return words.stream()
                .skip(2)
                .filter(word -> !word.startsWith("-") && Files.notExists(Path.of(word)))
                .toList();
    }

    /** Looks for the method and its service in the contract. */
    private static List<String> call(List<String> words) {
        String method = words.get(words.size() - 1).replaceAll(".*/([\\w.]+/\\w+)", "$1");
        return Stream.of(method.replaceAll(".*/", ""), method.replaceAll(".*\\.(\\w+)/.*", "$1"))
                .filter(name -> !isInTheContract(name))
                .toList();
    }

    /** Tells whether a service, method, message or field of this name is in the committed contract. */
    static boolean isInTheContract(String name) {
        return read(Path.of("src", "test", "contract", "descriptors.txtpb")).contains("name: \"" + name + "\"");
    }

    private static List<String> protoc(List<String> words) {
        if (!words.contains("grpc_tools.protoc")) {
            return words;
        }
        Path root = Path.of(words.get(words.indexOf("-I") + 1));
        return words.stream()
                .filter(word -> word.endsWith(".proto"))
                .filter(file -> Files.notExists(root.resolve(file)))
                .toList();
    }

    private static List<String> ownScript(List<String> words) {
        String script = read(Path.of(words.get(0)));
        return words.stream()
                .filter(word -> word.startsWith("--") && !word.equals("--help"))
                .filter(option -> !script.contains(option))
                .toList();
    }

    private static List<String> fileOf(List<String> words, String option, String name) {
        Path file = Path.of(words.get(words.indexOf(option) + 1)).resolve(name);
        return words.contains(option) && Files.exists(file) ? List.of() : List.of(file.toString());
    }

    private static List<String> missing(List<String> words, String... wanted) {
        return Stream.of(wanted).filter(word -> !words.contains(word)).toList();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
