package dev.waystate.console.page;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ReducedMotion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** The system's Chromium, driven by the system's node: nothing is downloaded. Used by one thread. */
final class Chromium implements AutoCloseable {

    private static final int TIMEOUT_MILLIS = 15_000;

    private final Playwright playwright;
    private final Browser browser;
    private final BrowserContext usual;
    private final List<String> problems = new CopyOnWriteArrayList<>();

    private Chromium(Playwright playwright, Browser browser) {
        this.playwright = playwright;
        this.browser = browser;
        // What moves without end has all of the page drawn anew all the time.
        this.usual = browser.newContext(new NewContextOptions().setReducedMotion(ReducedMotion.REDUCE));
    }

    /** Starts the browser; skips the test where there is none. */
    static Chromium start() {
        Path chromium = program("chromium", "chromium-browser", "google-chrome");
        Path node = program("node", "nodejs");
        Playwright playwright = Playwright.create(new Playwright.CreateOptions()
                .setEnv(Map.of("PLAYWRIGHT_NODEJS_PATH", node.toString(), "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        return new Chromium(
                playwright,
                playwright
                        .chromium()
                        .launch(new LaunchOptions()
                                .setExecutablePath(chromium)
                                .setArgs(List.of("--no-sandbox")))); // root has none
    }

    /** Opens a page in the usual profile, where the files of the page are known. It must change no settings. */
    Page open(String url) {
        return open(url, usual);
    }

    /** Opens a page in a profile of its own, which ends with it. */
    Page open(String url, NewContextOptions options) {
        BrowserContext context = browser.newContext(options.setReducedMotion(ReducedMotion.REDUCE));
        Page page = open(url, context);
        page.onClose(closed -> context.close());
        return page;
    }

    private Page open(String url, BrowserContext context) {
        context.setDefaultTimeout(TIMEOUT_MILLIS);
        Page page = context.newPage();
        page.onPageError(problems::add);
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") && !message.text().startsWith("Failed to load resource")) {
                problems.add(message.text()); // such as a breach of the content security policy
            }
        });
        page.navigate(url);
        return page;
    }

    /** Returns what scripts have thrown, and what the browser has complained of. */
    List<String> problems() {
        return problems;
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }

    private static Path program(String... names) {
        Path found = Stream.of(System.getenv("PATH").split(":"))
                .flatMap(directory -> Stream.of(names).map(name -> Path.of(directory, name)))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        assumeTrue(found != null, () -> "No " + names[0] + ": install chromium and nodejs to run this");
        return found;
    }
}
