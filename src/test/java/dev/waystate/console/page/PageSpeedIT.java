package dev.waystate.console.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Page;
import dev.waystate.ServerProcess;
import dev.waystate.proto.Empty;
import dev.waystate.proto.Status;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How long the page keeps the browser busy at a time, with ten thousand sources that send a thousand reports a second. */
@Tag("long")
@Timeout(180)
class PageSpeedIT {

    private static final int SOURCES = 10_000;
    private static final int IN_FLIGHT = 500;
    private static final int REPORTS_PER_TICK = 50;
    private static final int TICK_MILLIS = 50;
    private static final int WINDOWS = 10;
    private static final double MOST_MILLIS = 50;

    @TempDir
    Path directory;

    @Test
    void aFrameOfTheScreenTakesNoLongerThanFiftyMilliseconds() throws Exception {
        try (Chromium browser = Chromium.start();
                ServerProcess server = ServerProcess.start(directory);
                Herd herd = new Herd(server)) {
            reportAll(herd);
            ScheduledExecutorService load = Executors.newSingleThreadScheduledExecutor();
            try {
                AtomicInteger next = new AtomicInteger();
                load.scheduleAtFixedRate(() -> tick(herd, next), 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
                Page page = browser.open("http://localhost:" + server.httpPort() + "/", new NewContextOptions());
                assertThat(page.locator(".sentence")).containsText("of 10,000 sources");
                long position = number(page, "position");
                List<Double> worst = windows(page);
                assertThat(number(page, "position")).isGreaterThan(position + 1000L * WINDOWS);
                // On a machine that others use, too, single windows say more of the others.
                assertThat(worst.stream().sorted().toList().get(WINDOWS / 2))
                        .as("median of the windows' worst, " + worst)
                        .isLessThanOrEqualTo(MOST_MILLIS);

                // The control: what takes longer is measured.
                page.evaluate("import('/js/draw.js').then(({ onDraw }) => onDraw(() => {"
                        + " const end = performance.now() + 80; while (performance.now() < end); }))");
                windows(page);
                assertThat(windows(page)).allMatch(millis -> millis > MOST_MILLIS);
                assertThat(browser.problems()).isEmpty();
            } finally {
                load.shutdownNow();
            }
        }
    }

    private static void reportAll(Herd herd) throws Exception {
        List<CompletableFuture<Empty>> sent = new ArrayList<>();
        for (int i = 0; i < SOURCES; i++) {
            sent.add(report(herd, i, 0));
            if (i >= IN_FLIGHT) {
                sent.get(i - IN_FLIGHT).get(20, TimeUnit.SECONDS);
            }
        }
        CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);
    }

    private static void tick(Herd herd, AtomicInteger next) {
        for (int i = 0; i < REPORTS_PER_TICK; i++) {
            int number = next.getAndIncrement();
            report(herd, number % SOURCES, number / SOURCES + 1);
        }
    }

    /** One report in twenty brings another state; all move. */
    private static CompletableFuture<Empty> report(Herd herd, int source, int round) {
        Status status = Status.forNumber((source + (source % 20 == 0 ? round : 0)) % 20 == 0 ? 2 + round % 3 : 1);
        int x = source % 100 * 20 + round * 3;
        int y = source / 100 * 20 - round * 2;
        return herd.send("cow-" + source, status, "Grazing in round " + round + ".", x, y);
    }

    /** Returns the worst times of the next windows, in milliseconds, as the page measures them. */
    private static List<Double> windows(Page page) {
        List<Double> worst = new ArrayList<>();
        long first = number(page, "frameWindows");
        for (int i = 1; i <= WINDOWS; i++) {
            page.waitForFunction(
                    "number => Number(document.documentElement.dataset.frameWindows) >= number", (int) first + i);
            worst.add((double) page.evaluate("Number(document.documentElement.dataset.worstFrame) + 0.001"));
        }
        return worst;
    }

    private static long number(Page page, String name) {
        return Long.parseLong((String) page.evaluate("name => document.documentElement.dataset[name] ?? '0'", name));
    }
}
