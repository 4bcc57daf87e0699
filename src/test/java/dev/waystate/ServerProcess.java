package dev.waystate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.Uninterruptibles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/** The program of the built jar, serving in a process of its own on ports that were free. */
public final class ServerProcess implements AutoCloseable {

    /** An argument that leaves out the HTTP port and all behind it, a fifth of what a start takes. */
    public static final String WITHOUT_HTTP = "--spring.main.web-application-type=none";

    private static final Path JAR = Path.of("target", "waystate.jar").toAbsolutePath();
    private static final Pattern GRPC_PORT =
            Pattern.compile("gRPC Server started, listening on address: .*, port: (\\d+)");
    private static final Pattern HTTP_PORT = Pattern.compile("Tomcat started on port (\\d+) ");
    private static final Pattern PORT_TAKEN = Pattern.compile("Failed to bind to address");
    private static final Pattern READY = Pattern.compile("Started WaystateApplication in ");
    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

    /** How long what a process has printed may be on its way when it has ended. */
    private static final Duration LAST_LINES = Duration.ofSeconds(10);

    private static final String QUICK_COMPILER = "-XX:TieredStopAtLevel=1";

    private static @Nullable ServerProcess shared;

    private final Process process;
    private final List<String> output = new CopyOnWriteArrayList<>();
    private final Thread reader = new Thread(this::readOutput, "server-output");

    private ServerProcess(Process process) {
        this.process = process;
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Returns a server that the tests of this JVM share and that ends with it: for those that neither end nor configure
     * it, and do not mind what others have stored.
     */
    public static synchronized ServerProcess shared() throws IOException {
        if (shared == null) {
            shared = start(Files.createTempDirectory(Path.of("target"), "shared-server"));
            Runtime.getRuntime().addShutdownHook(new Thread(shared::close));
        }
        return shared;
    }

    /**
     * Starts the server in a working directory, with further Spring properties as arguments, and waits until it serves.
     */
    public static ServerProcess start(Path directory, String... arguments) throws IOException {
        return startUnder(List.of(), directory, arguments);
    }

    /** Starts the server under a wrapping command, and waits until it serves. */
    public static ServerProcess startUnder(List<String> wrapper, Path directory, String... arguments)
            throws IOException {
        ServerProcess server = launch(directory, wrapper, arguments);
        server.awaitStartOrEnd();
        if (server.find(PORT_TAKEN) != null) { // the starter looks for a free port and takes it later
            server.close();
            server = launch(directory, wrapper, arguments);
        }
        server.awaitStart();
        return server;
    }

    /** Starts the server under a wrapping command, which may be empty, and does not wait. */
    public static ServerProcess launch(Path directory, List<String> wrapper, String... arguments) throws IOException {
        return launch(directory, wrapper, command(), arguments);
    }

    /** Starts the server as {@link #launch} does, but from the built jar, as its users do. */
    public static ServerProcess launchJar(Path directory, List<String> wrapper, String... arguments)
            throws IOException {
        return launch(directory, wrapper, List.of(java(), QUICK_COMPILER, "-jar", JAR.toString()), arguments);
    }

    /** Starts the server with a JVM option more, and does not wait. */
    static ServerProcess launchWith(String jvmOption, Path directory) throws IOException {
        return launch(directory, List.of(), List.of(java(), jvmOption, QUICK_COMPILER, "-jar", JAR.toString()));
    }

    private static ServerProcess launch(Path directory, List<String> wrapper, List<String> program, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(wrapper);
        command.addAll(program);
        command.addAll(List.of("serve", "--grpc.server.port=0", "--server.port=0"));
        command.addAll(Arrays.asList(arguments));
        return new ServerProcess(new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start());
    }

    /** Returns the words that run the built jar's program in half the time that the jar takes to start. */
    public static List<String> command(String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(java(), StartArchive.option(), QUICK_COMPILER, "-jar", JAR.toString()));
        command.addAll(Arrays.asList(arguments));
        return command;
    }

    /** Waits until the server serves. */
    public void awaitStart() {
        awaitStartOrEnd();
        assertThat(process.isAlive()).as(() -> String.join("\n", output)).isTrue();
    }

    private void awaitStartOrEnd() {
        try {
            await().atMost(START_TIMEOUT).until(() -> find(READY) != null || !process.isAlive());
        } catch (ConditionTimeoutException late) {
            close(); // or it would go on, and nobody would end it
            throw late;
        }
    }

    /** Returns the path of the JVM that runs this test. */
    public static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    public static Path jar() {
        return JAR;
    }

    public int grpcPort() {
        return Integer.parseInt(find(GRPC_PORT).group(1));
    }

    public int httpPort() {
        return Integer.parseInt(find(HTTP_PORT).group(1));
    }

    public String target() {
        return "localhost:" + grpcPort();
    }

    public Process process() {
        return process;
    }

    /** Returns the lines that the server has printed so far: all of them once it has ended. */
    public List<String> output() {
        if (!process.isAlive()) {
            Uninterruptibles.joinUninterruptibly(reader, LAST_LINES);
        }
        return List.copyOf(output);
    }

    /** Ends the process as {@code kill -9} does. */
    public void kill() throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
    }

    /** Sends SIGTERM and returns the exit code. */
    public int terminate() throws InterruptedException {
        process.destroy();
        assertThat(process.waitFor(40, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private Matcher find(Pattern pattern) {
        return output.stream()
                .map(pattern::matcher)
                .filter(Matcher::find)
                .findFirst()
                .orElse(null);
    }

    private void readOutput() {
        try (BufferedReader reader = process.inputReader()) {
            reader.lines().forEach(output::add);
        } catch (UncheckedIOException | IOException closed) {
            // the process has gone
        }
    }
}
