package dev.waystate.console.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions.ContainsTextOptions;
import com.microsoft.playwright.assertions.LocatorAssertions.HasAttributeOptions;
import com.microsoft.playwright.assertions.LocatorAssertions.IsHiddenOptions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.MouseButton;
import dev.waystate.ServerProcess;
import dev.waystate.cli.CommandRun;
import dev.waystate.proto.Empty;
import dev.waystate.proto.Status;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser: what it shows of a live server, and what becomes of clicks, keys and cuts. */
@Timeout(120)
class PageIT {

    /** The frames that the page keeps while it loads the sources, as feed.js has it. */
    private static final int MOST_WAITING = 240;

    /** How far behind a page is stale, in milliseconds, as feed.js has it. */
    private static final int STALE = 2_500;

    /** How long the page waits for an answer, in milliseconds, as api.js has it. */
    private static final int PATIENCE = 15_000;

    private static final Pattern POINT = Pattern.compile("(-?\\d+),(-?\\d+)");

    @TempDir
    static Path directory;

    private static ServerProcess server;
    private static Herd herd;
    private static Chromium browser;
    private static Instant beforeTheHunger;

    private final List<Page> pages = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        browser = Chromium.start();
        server = ServerProcess.start(directory);
        herd = new Herd(server);
        for (int i = 1; i <= 60; i++) {
            herd.report("cow-" + i, i % 10 == 0 ? Status.THIRSTY : Status.OK, "Grazing.", i * 10, i % 7 * 20);
        }
        herd.report("robot-1", Status.TIRED, "Motor warm.", 300, 400);
        beforeTheHunger = Instant.now();
        herd.report("cow-7", Status.STARVED, "No feed since morning.", 0, 0);
        herd.report("cow-7", Status.STARVED, "Still none.", 30, 40);
    }

    @AfterAll
    static void stop() {
        if (herd != null) {
            herd.close();
        }
        if (server != null) {
            server.close();
        }
        if (browser != null) {
            browser.close();
        }
    }

    @AfterEach
    void nothingWentWrongInTheBrowser() {
        pages.forEach(Page::close);
        assertThat(browser.problems()).isEmpty();
    }

    @Test
    void theFirstScreenSaysWhoIsWorstOffAndForHowLong() {
        Page page = open("");
        assertThat(page.locator(".sentence"))
                .containsText(Pattern.compile("1 of \\d+ sources is STARVED, for .*: cow-7"));
        assertThat(page.locator(".tile.starved .count")).hasText("1");
        assertThat(rows(page).first()).containsText("cow-7");
        assertThat(page.locator("ws-heartbeat")).containsText(Pattern.compile("live, \\d\\.\\d s behind"));
    }

    @Test
    void aReportOfTheCommandLineAppearsWithinASecond() {
        Page page = open("#/live");
        List<Long> millis = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            String info = "Seen at once " + i;
            assertThat(command("report", "--source", "dog-1", "--status", "OK", "--info", info)
                            .exitCode())
                    .isZero();
            long stored = System.nanoTime();
            page.getByText(info).waitFor();
            millis.add(Duration.ofNanos(System.nanoTime() - stored).toMillis());
        }
        assertThat(millis.stream().sorted().toList().get(2))
                .as("median of " + millis)
                .isLessThan(1000);
    }

    @Test
    void tilesSearchAndKeysChooseWhatIsListed() {
        Page page = open("");
        page.locator(".tile.thirsty").click();
        assertThat(rows(page)).hasCount(6);
        assertThat(page.locator(".tile.thirsty")).hasAttribute("aria-pressed", "true");
        page.keyboard().press("/");
        page.keyboard().type("cow-3");
        assertThat(rows(page)).hasCount(1);
        assertThat(page).hasURL(Pattern.compile("status=THIRSTY&text=cow-3"));

        Page permalink = open(URI.create(page.url()).getRawFragment().replaceFirst("^", "#"));
        assertThat(rows(permalink)).hasCount(1);

        page.keyboard().press("Escape"); // leaves the field
        page.keyboard().press("Escape"); // and then the filters
        assertThat(rows(page).first()).containsText("cow-7");
        page.keyboard().press("j");
        assertThat(page.locator("[aria-selected=true]")).containsText("cow-7");
        page.keyboard().press("j");
        page.keyboard().press("k");
        page.keyboard().press("Enter");
        assertThat(page.locator("ws-source-page h2")).hasText("cow-7");
        page.keyboard().press("?");
        assertThat(page.getByRole(AriaRole.DIALOG)).containsText("find a source");
    }

    @Test
    void aPausedTailStaysAsItIsUntilItGoesOn() throws Exception {
        Page page = open("#/live");
        herd.report("dog-2", Status.OK, "Before the pause.", 1, 1);
        page.getByText("Before the pause.").waitFor();
        page.keyboard().press("p");
        herd.report("dog-2", Status.OK, "During the pause.", 1, 1);
        assertThat(page.locator("ws-tail .toolbar")).containsText("paused; 1 more since");
        assertThat(page.getByText("During the pause.")).hasCount(0);
        page.keyboard().press("p");
        page.getByText("During the pause.").waitFor();
    }

    @Test
    void theSliderShowsAnEarlierMomentAndNoFalsePlaces() {
        Page page = open("#/sources?at=" + beforeTheHunger);
        assertThat(page.locator(".sentence")).containsText("were THIRSTY");
        assertThat(page.locator(".tile.starved .count")).hasText("0");
        assertThat(page.locator(".no-past")).isVisible();
        assertThat(page.locator("ws-map canvas")).hasAttribute("data-drawn", "0");
        Locator slider = page.getByLabel("As of");
        slider.press("Home"); // an hour ago, when nobody had reported
        assertThat(page.locator(".sentence")).containsText("no source had reported");
        slider.press("End");
        assertThat(page.locator(".sentence")).containsText("STARVED");
        assertThat(page).not().hasURL(Pattern.compile("at="));
        assertThat(page.locator(".no-past")).isHidden();
    }

    @Test
    void twoClicksOnTheMapShowTheDistanceThatTheCommandPrints() {
        Page page = open("#/map");
        assertThat(page.locator("ws-map canvas")).hasAttribute("data-drawn", Pattern.compile("[1-9]\\d*"));
        page.getByRole(AriaRole.BUTTON, named("Distance")).click();
        clickMap(page, 0.2, 0.3);
        clickMap(page, 0.7, 0.8);
        Locator answer = page.locator("ws-map output");
        assertThat(answer).hasText(Pattern.compile("\\d+(\\.\\d+)?"));
        Matcher points = POINT.matcher(page.url());
        List<String> ends = points.results().map(found -> found.group()).toList();
        assertThat(ends).hasSize(2);
        assertThat(answer.textContent())
                .isEqualTo(command("displace", "--", ends.get(0), ends.get(1))
                        .out()
                        .strip());
        assertThat(page.locator("ws-map ws-command code")).containsText("displace");
        page.keyboard().press("Escape"); // puts the tool away, and leaves its answer
        assertThat(page.getByRole(AriaRole.BUTTON, named("Distance"))).hasAttribute("aria-pressed", "false");
        assertThat(answer).isVisible();
    }

    @Test
    void aCircleOnTheMapFiltersByDistance() {
        Page page = open("#/map");
        page.getByRole(AriaRole.BUTTON, named("Circle")).click();
        page.getByLabel("Around").fill("30,40");
        page.getByLabel("within").fill("0");
        page.getByRole(AriaRole.BUTTON, named("Apply")).click();
        assertThat(rows(page)).hasCount(1);
        assertThat(rows(page)).containsText("cow-7");
        assertThat(page.locator("ws-map canvas")).hasAttribute("data-drawn", "1");
        page.getByLabel("within").fill("50");
        page.getByRole(AriaRole.BUTTON, named("Apply")).click();
        String near = command("sources", "--near", "30,40", "--within", "50", "--json")
                .out();
        assertThat(rows(page)).hasCount((int) near.lines().count());
        page.getByLabel("Around").fill("here");
        page.getByRole(AriaRole.BUTTON, named("Apply")).click();
        page.getByLabel("Around").fill("30,40");
        page.getByLabel("within").fill("0");
        page.getByRole(AriaRole.BUTTON, named("Apply")).click();
        assertThat(rows(page)).hasCount(1);
    }

    @Test
    void aClickOnTheMapSelectsWhoIsThere() {
        Page page = open("#/map?near=30,40&within=0"); // fits one source, in the middle
        assertThat(page.locator("ws-map canvas")).hasAttribute("data-drawn", "1");
        clickMap(page, 0.5, 0.5);
        assertThat(page.locator("[aria-selected=true]")).containsText("cow-7");
        page.locator("ws-map canvas").click(new Locator.ClickOptions().setButton(MouseButton.RIGHT));
        assertThat(page).hasURL(Pattern.compile("#/map"));
        clickMap(page, 0.5, 0.5);
        assertThat(page.locator("ws-source-page h2")).hasText("cow-7");
    }

    @Test
    void thePageOfASourceHasItsStatesRecordsFiguresAndTheCommandThatShowsTheSame() {
        Page page = open("#/source/cow-7");
        Locator states = page.locator("ws-bands tbody tr");
        assertThat(states).hasCount(2);
        assertThat(states.first()).containsText("STARVED");
        assertThat(page.locator("ws-bands rect")).hasCount(2);
        assertThat(page.locator("ws-record-table tbody tr").first()).containsText("Still none.");
        assertThat(page.locator("ws-source-page dl")).containsText(Pattern.compile("30,40.*Travelled", Pattern.DOTALL));
        Locator line = page.locator("ws-source-page ws-command code").first();
        assertThat(line).hasText("java -jar waystate.jar history cow-7 --states");
        String[] words = line.textContent().replaceFirst(".*\\.jar ", "").split(" ");
        assertThat(command(words).outLines()).hasSize(1 + 2);
        assertThat(page.locator("ws-bands > .aside")).isHidden();
    }

    @Test
    void statesThatAreLeftOutAreSpokenOf() throws Exception {
        for (int i = 0; i <= 200; i++) {
            herd.report("fickle", i % 2 == 0 ? Status.OK : Status.TIRED, "", 2, 2);
        }
        Page page = open("#/source/fickle");
        assertThat(page.locator("ws-bands > .aside")).hasText("The newest 200 states; the command line above has all.");
        assertThat(page.locator("ws-bands rect.narrow").first()).hasCSS("stroke", "none");
    }

    @Test
    void aSourceWhosePageIsNotAnsweredIsAskedForAgain() throws Exception {
        herd.report("dog-8", Status.OK, "Loaded late.", 1, 1);
        Page page = open("#/live");
        assertThatItIsAskedForAgain(
                page,
                "**/api/sources/dog-8/*",
                Route::abort,
                "#/source/dog-8",
                "ws-source-page .error",
                "The server does not answer.");
        assertThat(page.locator("ws-source-page ws-record-table tbody")).containsText("Loaded late.");
    }

    @Test
    void nothingIsClaimedOfAMomentThatCouldNotBeLoaded() {
        Page page = open("");
        page.route("**/api/sources?at=*", route -> route.abort());
        page.evaluate("at => location.hash = '#/source/cow-7?at=' + at", beforeTheHunger.toString());
        assertThat(page.locator("ws-notice")).containsText("cannot be shown. The server does not answer.");
        assertThat(page.locator("ws-source-page .since")).hasText("");
        page.evaluate("location.hash = location.hash.replace('source/cow-7', 'sources')");
        assertThat(page.locator(".sentence")).hasText("The sources could not be loaded.");
    }

    @Test
    void aMomentThatIsStillToComeIsShownOnceItHasCome() {
        Page page = open("#/sources?at=" + Instant.now().plusSeconds(8).truncatedTo(ChronoUnit.MILLIS));
        assertThat(page.locator("ws-notice")).containsText("cannot be shown. They are still to come.");
        assertThat(rows(page)).hasCount(0);
        assertThat(page.locator("ws-notice"))
                .containsText("Later reports are not in this picture.", new ContainsTextOptions().setTimeout(20_000));
        assertThat(rows(page).first()).containsText("cow-7");
    }

    @Test
    void figuresBesideAnEarlierMomentAreSaidToBeOfNow() {
        Page page = open("#/source/cow-7?at=" + beforeTheHunger);
        assertThat(page.locator("ws-source-page .since")).containsText("was OK for");
        assertThat(page.locator("ws-source-page dl")).containsText(Pattern.compile("Location now\\s*30,40"));
    }

    @Test
    void aTrackHasTheLocationsThatFramesLeaveOut() throws Exception {
        int reports = 800; // a frame lists 200
        herd.report("winder", Status.OK, "", 0, 0);
        Page page = open("#/source/winder");
        assertThat(page.locator("ws-map canvas")).hasAttribute("data-track", "1");
        List<CompletableFuture<Empty>> sent = new ArrayList<>();
        for (int i = 1; i < reports; i++) {
            sent.add(herd.send("winder", Status.OK, "", i, i % 2 * 9));
        }
        CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new)).get(20, SECONDS);
        assertThat(page.locator("ws-map canvas")).hasAttribute("data-track", String.valueOf(reports));
    }

    @Test
    void aServerOfAnotherVersionIsSaidToNeedThePageLoadedAgain() {
        Page page = open("#/live");
        streams(page, (place, position) -> frame(place, position, position, ""));
        Locator notice = page.locator("ws-notice");
        assertThat(notice).containsText("The server has another version than when this page was opened.");
        notice.getByText("Load again").click();
        assertThat(notice).isHidden();
        assertThat(page.locator("ws-heartbeat")).hasAttribute("data-state", "live");
        endFrames(page);
    }

    @Test
    void aTailKeepsWhatPassesItsFilterWhenManyOthersCome() {
        Page page = open("#/live?text=rare");
        int others = 1200; // more than the tail keeps
        streams(page, (place, position) -> {
            String records = IntStream.rangeClosed(0, others)
                    .mapToObj(i -> record(position + 1 + i, i == 0 ? "rare" : "dog-9"))
                    .collect(Collectors.joining(","));
            return frame(place, position, position + 1 + others, records);
        });
        assertThat(page.locator("ws-tail tbody tr")).hasCount(1);
        assertThat(page.locator("ws-tail td.source")).hasText("rare");
        endFrames(page);
    }

    private static String record(long position, String source) {
        return "{\"position\":" + position + ",\"source\":\"" + source
                + "\",\"status\":\"OK\",\"info\":\"\",\"recorded_at\":\"" + Instant.now() + "\"}";
    }

    @Test
    void aPageThatIsOpenFromTheFirstReportOnMissesNoneWhenTheServerRestarts() throws Exception {
        Path other = Files.createDirectory(directory.resolve("restarted"));
        List<String> requests = new CopyOnWriteArrayList<>();
        try (ServerProcess before = ServerProcess.start(other)) {
            Page page = open(before, "#/live");
            assertThat(page.locator("ws-first-steps code"))
                    .hasText("java -jar waystate.jar report --source cow-7 --status THIRSTY"
                            + " --info 'Requires watering.' --at 3,4");
            reports(before, 1, 5);
            awaitTail(page, 5);
            assertThat(page.locator("ws-first-steps")).isHidden();
            before.terminate();
            assertThat(page.locator("ws-heartbeat"))
                    .containsText(Pattern.compile("reconnecting, stale since \\d\\d:\\d\\d:\\d\\dZ"));
            assertThat(page.locator("ws-notice")).containsText("What is shown is as it was before.");
            try (ServerProcess after = ServerProcess.start(other)) {
                reports(after, 6, 15); // before the page is back
                page.onRequest(request -> requests.add(request.url()));
                route(page, url -> url.replace(":" + before.httpPort(), ":" + after.httpPort()));
                page.locator("ws-heartbeat button").click();
                awaitTail(page, 15);
                reports(after, 16, 20);
                awaitTail(page, 20);
                assertThat(positions(page)).isEqualTo(descending(20, 1));
                assertThat(requests).anyMatch(url -> url.contains("after=5&"));
                assertThat(requests).noneMatch(url -> url.contains("/api/sources"));
            }
        }
    }

    /** The control: without its position, a page that comes back notices the gap, and loads all sources again. */
    @Test
    void aPageThatDoesNotSayWhereItWasLoadsAllAgain() throws Exception {
        Page page = open("#/live");
        route(page, url -> url.replaceFirst("frames\\?.*", "frames"));
        hide(page, true);
        herd.report("dog-3", Status.OK, "While nobody looked.", 1, 1);
        page.waitForRequest(request -> request.url().contains("/api/sources"), () -> hide(page, false));
        assertThat(page.locator("ws-tail")).containsText("1 of them came too quickly to be listed here, or while");
    }

    @Test
    void aListOfSourcesThatIsRefusedIsAskedForAgainAndTheReasonIsShown() throws Exception {
        Page page = open("");
        page.route(
                "**/api/sources?*",
                route -> route.fulfill(new Route.FulfillOptions()
                        .setStatus(429)
                        .setHeaders(Map.of("Retry-After", "3"))
                        .setBody("{\"detail\":\"All threads are busy.\"}")));
        route(page, "**/console/frames?*", url -> url.replaceFirst("frames\\?.*", "frames"));
        hide(page, true);
        herd.report("dog-5", Status.OK, "While nobody looked.", 1, 1);
        hide(page, false);
        assertThat(page.locator("ws-notice")).containsText(Pattern.compile("All threads are busy.*again in [123] s"));
        assertThat(page.locator("ws-notice [aria-hidden]")).containsText("again in"); // or each second would be spoken
        page.unroute("**/api/sources?*");
        assertThat(page.locator("ws-heartbeat"))
                .hasAttribute("data-state", "live", new HasAttributeOptions().setTimeout(15_000));
        assertThat(page.locator("ws-notice")).isHidden();
    }

    @Test
    void aPlotThatIsRefusedIsAskedForAgain() {
        Page page = open("#/live"); // which has no plot
        page.route(
                "**/api/summary?*",
                route -> route.fulfill(new Route.FulfillOptions()
                        .setStatus(503)
                        .setHeaders(Map.of("Retry-After", "1"))
                        .setBody("{\"detail\":\"The replica builds its view.\"}")));
        page.evaluate("location.hash = '#/sources'");
        Locator note = page.locator("ws-chart .empty");
        assertThat(note).hasText("Not loaded: The replica builds its view.");
        page.unroute("**/api/summary?*");
        assertThat(note).isHidden();
        assertThat(page.locator("ws-chart .legend")).containsText("STARVED");
    }

    @Test
    void aServerThatDoesNotAnswerIsGivenUpAndAskedAgainWhenTheReaderWants() {
        Page page = open("#/live");
        List<Route> unanswered = new CopyOnWriteArrayList<>();
        page.route("**/console/frames?*", unanswered::add);
        hide(page, true);
        page.waitForRequest("**/console/frames?*", () -> hide(page, false));
        Locator retry = page.locator("ws-heartbeat button");
        page.waitForRequest("**/console/frames?*", retry::click); // though the one before is under way
        beImpatient(page);
        page.waitForRequest("**/console/frames?*", retry::click);
        assertThat(page.locator("ws-notice")).containsText("The server does not answer.");
        page.unroute("**/console/frames?*");
        retry.click();
        assertThat(page.locator("ws-heartbeat")).hasAttribute("data-state", "live");
        assertThat(unanswered).hasSizeGreaterThanOrEqualTo(3);
    }

    @Test
    void aPlotThatIsNotAnsweredIsAskedForAgain() {
        Page page = open("#/live"); // which has no plot
        beImpatient(page);
        assertThatItIsAskedForAgain(
                page,
                "**/api/summary?*",
                unanswered -> {},
                "#/sources",
                "ws-chart .empty",
                "Not loaded: The server does not answer.");
        assertThat(page.locator("ws-chart .legend")).containsText("STARVED");
    }

    /** Opens a view whose requests fail, and has them answered when the view has said so. */
    private static void assertThatItIsAskedForAgain(
            Page page, String requests, Consumer<Route> failure, String view, String note, String said) {
        page.route(requests, failure);
        page.evaluate("view => location.hash = view", view);
        assertThat(page.locator(note)).hasText(said);
        page.unroute(requests);
        assertThat(page.locator(note)).isHidden(new IsHiddenOptions().setTimeout(15_000));
    }

    /** Makes the page wait for an answer for a short time only. */
    private static void beImpatient(Page page) {
        page.evaluate("""
                () => {
                  const original = window.setTimeout;
                  window.setTimeout = (work, millis) => original(work, millis === %d ? 300 : millis);
                }""".formatted(PATIENCE));
    }

    @Test
    void aClockThatIsSetMakesAPageStaleForAFewSecondsOnly() {
        Page page = open("#/live");
        Locator heartbeat = page.locator("ws-heartbeat");
        page.evaluate("const now = Date.now; Date.now = () => now.call(Date) + 5000;");
        assertThat(heartbeat).hasAttribute("data-state", "stale");
        assertThat(heartbeat).hasAttribute("data-state", "live", new HasAttributeOptions().setTimeout(15_000));
        assertThat(heartbeat).containsText(Pattern.compile("live, 0\\.\\d s behind"));
    }

    @Test
    @SuppressWarnings("unchecked") // the script returns an array of whole numbers
    void theServersTimeIsLearntFromTheQuickestMessagesAndAnewWhenAStreamBegins() {
        Page page = open("#/live");
        List<Integer> errors = (List<Integer>) page.evaluate("""
                async () => {
                  const time = await import(new URL('js/time.js?of-a-test', document.baseURI).href);
                  const now = Date.now();
                  const real = Date.now;
                  const errors = [];
                  const learn = (late, options) => {
                    time.learnServerTime(now - late, options);
                    errors.push(Math.round(time.serverNow() - now) + 0); // no -0
                  };
                  Date.now = () => now;
                  learn(200);
                  learn(0);
                  for (let i = 0; i < 2; i++) learn(3000); // these are late
                  learn(0);
                  for (let i = 0; i < 2; i++) learn(3000);
                  learn(600);
                  for (let i = 0; i < 3; i++) learn(3000); // and so are all from here on: a clock was set
                  learn(-3000);
                  learn(2000, { first: true });
                  Date.now = real;
                  return errors;
                }""");
        assertThat(errors.get(0)).isEqualTo(-200);
        assertThat(errors.subList(1, 10)).allMatch(error -> -5 < error && error <= 0);
        assertThat(errors.subList(10, errors.size())).containsExactly(-3000, 3000, -2000);
    }

    @Test
    void aLogsClockThatRunsAtHalfItsSpeedMakesNoPageStale() {
        Page page = open("#/live");
        int behind = (Integer) page.evaluate("""
                async () => {
                  const time = await import(new URL('js/time.js?of-a-test', document.baseURI).href);
                  const real = Date.now;
                  let now = real();
                  let server = now;
                  let behind = 0;
                  Date.now = () => now;
                  for (let i = 0; i < 100; i++) {
                    time.learnServerTime(server, { first: i === 0 });
                    now += 1000; // a message a second
                    behind = Math.max(behind, Math.round(time.serverNow() - server));
                    server += 500;
                  }
                  Date.now = real;
                  return behind;
                }""");
        assertThat(behind).isLessThan(STALE);
    }

    @Test
    void theRecordsOfABusySourceStayAsManyAsAreWantedAndHaveNoGap() throws Exception {
        for (int i = 1; i <= 200; i++) {
            herd.report("chatty", Status.OK, "Chat " + i, i, 0);
        }
        Page page = open("#/source/chatty");
        Locator records = page.locator("ws-source-page ws-record-table tbody tr");
        Locator more = page.getByRole(AriaRole.BUTTON, named("More records"));
        assertThat(records).hasCount(50);
        chat(page, 220);
        chat(page, 240);
        assertThat(records).hasCount(50);

        more.click();
        assertThat(records).hasCount(100);
        for (int i = 260; i <= 400; i += 20) {
            chat(page, i);
            assertThat(records.count()).isBetween(100, 150);
        }
        while (more.isVisible()) {
            int before = records.count();
            more.click();
            assertThat(records).not().hasCount(before);
        }
        List<String> infos = page.locator("ws-source-page td.info").allTextContents();
        assertThat(infos)
                .isEqualTo(descending(400, 1).stream().map(i -> "Chat " + i).toList());
    }

    /** Stores twenty more reports of the busy source, and waits for the page to show the last. */
    private static void chat(Page page, int last) throws Exception {
        for (int i = last - 19; i <= last; i++) {
            herd.report("chatty", Status.OK, "Chat " + i, i, 0);
        }
        assertThat(page.locator("ws-source-page td.info").first()).hasText("Chat " + last);
    }

    @Test
    void sourcesWhoseNamesAreStepsOfAPathHavePages() throws Exception {
        for (String name : List.of(".", "..")) {
            herd.report(name, Status.OK, "Of " + name, 7, 7);
            Page page = open("#/source/" + name);
            assertThat(page.locator("ws-source-page h2")).hasText(name);
            assertThat(page.locator("ws-source-page ws-record-table tbody tr")).containsText("Of " + name);
            assertThat(page.locator("ws-bands tbody tr")).hasCount(1);
        }
    }

    @Test
    void aPageWhoseServerHasAnEarlierCopyOfTheLogStartsAnew() throws Exception {
        Path other = Files.createDirectory(directory.resolve("put-back"));
        Path log = other.resolve("data/waystate.db");
        try (ServerProcess first = ServerProcess.start(other)) {
            reports(first, 1, 2);
            first.terminate();
        }
        Path copy = Files.copy(log, other.resolve("copy"));
        try (ServerProcess before = ServerProcess.start(other)) {
            reports(before, 3, 5);
            Page page = open(before, "#/live");
            reports(before, 6, 6);
            awaitTail(page, 1);
            before.terminate();
            Files.copy(copy, log, StandardCopyOption.REPLACE_EXISTING);
            try (ServerProcess after = ServerProcess.start(other)) {
                route(page, url -> url.replace(":" + before.httpPort(), ":" + after.httpPort()));
                page.locator("ws-heartbeat button").click();
                assertThat(page.locator("ws-notice")).containsText("The log has been replaced by another one");
                awaitTail(page, 0);
                reports(after, 3, 3);
                awaitTail(page, 1);
                assertThat(positions(page)).containsExactly(3);
            }
        }
    }

    @Test
    void aPageWhoseServerHasAnotherLogSaysSoAndStartsAnew() throws Exception {
        Page page = open("#/live");
        herd.report("dog-6", Status.OK, "Of the old log.", 1, 1);
        page.getByText("Of the old log.").waitFor();
        ServerProcess other = ServerProcess.shared();
        try (Herd others = new Herd(other)) {
            others.report("dog-7", Status.OK, "Of the new log.", 1, 1);
            hide(page, true);
            route(page, url -> url.replace(":" + server.httpPort(), ":" + other.httpPort()));
            hide(page, false);
            assertThat(page.locator("ws-notice")).containsText("The log has been replaced by another one");
            assertThat(page.getByText("Of the old log.")).hasCount(0);
            page.locator("ws-notice button").click();
            assertThat(page.locator("ws-notice")).isHidden();
            others.report("dog-7", Status.OK, "Of the new log, too.", 1, 1);
            page.getByText("Of the new log, too.").waitFor();
            page.evaluate("location.hash = '#/sources?text=dog-7'");
            assertThat(rows(page)).hasCount(1);
            page.evaluate("location.hash = '#/sources?text=dog-6'");
            assertThat(rows(page)).hasCount(0);
        }
    }

    @Test
    void framesThatAreTooManyToWaitForTheSourcesAreCountedAsMissed() {
        Page page = open("#/live");
        framesWhileSourcesLoad(page, MOST_WAITING + 1);
        assertThat(page.locator("ws-tail")).containsText(Pattern.compile("[1-9]\\d* of them came too quickly"));
        endFrames(page);
    }

    /** The control: as many as may wait do. */
    @Test
    void framesThatMayWaitForTheSourcesAreNotMissed() {
        Page page = open("#/live");
        framesWhileSourcesLoad(page, MOST_WAITING);
        page.waitForRequest("**/console/frames?*", () -> {}); // it begins anew
        assertThat(page.getByText("of them came too quickly")).isHidden();
        endFrames(page);
    }

    /** Makes the page load its sources, which do not come, while frames do. */
    private static void framesWhileSourcesLoad(Page page, int frames) {
        page.route("**/api/sources?*", route -> {});
        streams(page, (place, position) -> {
            StringBuilder events = new StringBuilder();
            events.append(event("reset", place + ",\"reason\":\"TOO_OLD\",\"position\":" + position));
            for (long next = position + 1; next <= position + frames; next++) {
                events.append(frame(place, next - 1, next, ""));
            }
            return events.toString();
        });
    }

    /** Makes the page's streams from now on with their log and time, and the position after which they begin. */
    private static void streams(Page page, BiFunction<String, Long, String> events) {
        page.route("**/console/frames?*", route -> {
            String url = route.request().url();
            long position = Long.parseLong(url.replaceFirst(".*[?&]after=(\\d+).*", "$1"));
            String logId = url.replaceFirst(".*[?&]log_id=(\\w+).*", "$1");
            String place = "\"log_id\":\"" + logId + "\",\"now\":\"" + Instant.now() + "\"";
            String hello = event("hello", place + ",\"head_position\":" + position + ",\"server_version\":\"1\"");
            route.fulfill(new Route.FulfillOptions()
                    .setContentType("text/event-stream")
                    .setBody(hello + events.apply(place, position)));
        });
        hide(page, true);
        page.waitForRequest("**/console/frames?*", () -> hide(page, false));
    }

    private static String frame(String place, long after, long position, String records) {
        return event(
                "frame",
                place + ",\"after\":" + after + ",\"position\":" + position + ",\"count\":" + (position - after)
                        + ",\"sources\":[],\"records\":[" + records + "],\"omitted\":0");
    }

    /** Else the page asks for them while it is closed. */
    private static void endFrames(Page page) {
        hide(page, true);
        page.unrouteAll();
    }

    private static String event(String type, String members) {
        return "event: " + type + "\ndata: {" + members + "}\n\n";
    }

    @Test
    void oneFingerMovesTheMapAndTwoZoomIt() {
        Page page = open("#/map?near=30,40&within=0", new NewContextOptions().setHasTouch(true));
        assertThat(page.locator("ws-map canvas")).hasAttribute("data-drawn", "1");
        BoundingBox box = page.locator("ws-map canvas").boundingBox();
        double x = box.x + box.width / 2;
        double y = box.y + box.height / 2;
        CDPSession fingers = page.context().newCDPSession(page);

        touch(fingers, "touchStart", x - 50, y);
        touch(fingers, "touchMove", x + 50, y + 50);
        touch(fingers, "touchEnd");
        page.mouse().click(x, y);
        assertThat(page.locator("[aria-selected=true]")).hasCount(0);
        page.mouse().click(x + 100, y + 50);
        assertThat(page.locator("[aria-selected=true]")).containsText("cow-7");

        touch(fingers, "touchStart", x - 100, y, x + 100, y);
        touch(fingers, "touchMove", x - 50, y, x + 50, y);
        touch(fingers, "touchEnd");
        page.mouse().click(x + 100, y + 50);
        assertThat(page.locator("[aria-selected=true]")).hasCount(0);
        page.mouse().click(x + 50, y + 25);
        assertThat(page.locator("[aria-selected=true]")).containsText("cow-7");
    }

    /** Makes fingers touch these places, x and y in turns. */
    private static void touch(CDPSession fingers, String type, double... places) {
        JsonArray points = new JsonArray();
        for (int i = 0; i < places.length; i += 2) {
            JsonObject point = new JsonObject();
            point.addProperty("x", places[i]);
            point.addProperty("y", places[i + 1]);
            point.addProperty("id", i / 2);
            points.add(point);
        }
        JsonObject event = new JsonObject();
        event.addProperty("type", type);
        event.add("touchPoints", points);
        fingers.send("Input.dispatchTouchEvent", event);
    }

    @Test
    void anotherZoneIsThatOfAllTimesAtOnce() {
        Page page = open("#/source/cow-7", new NewContextOptions().setTimezoneId("Asia/Tokyo"));
        Locator states = page.locator("ws-bands tbody tr td:nth-of-type(1)");
        Locator records = page.locator("ws-source-page td.recorded");
        assertThat(states.first()).hasText(Pattern.compile(":\\d\\dZ$"));
        assertThat(records.first()).hasText(Pattern.compile(":\\d\\dZ$"));
        page.locator("ws-preferences").getByText("UTC").click();
        assertThat(states.first()).hasText(Pattern.compile(":\\d\\d$"));
        assertThat(records.first()).hasText(Pattern.compile(":\\d\\d$"));
    }

    @Test
    void aHiddenPageClosesItsStreamAndComesBackWithWhatItMissed() throws Exception {
        Page page = open("#/live");
        hide(page, true);
        assertThat(page.locator("ws-heartbeat")).hasAttribute("data-state", "live"); // nothing is drawn meanwhile
        herd.report("dog-4", Status.OK, "While hidden.", 1, 1);
        assertThat(page.getByText("While hidden.")).hasCount(0);
        hide(page, false);
        page.getByText("While hidden.").waitFor();
    }

    @Test
    void hostileNamesAndInfosStayText() throws Exception {
        List<String> names = List.of("<img src=x onerror=window.broken=1>", "evil\u202egnirts", "a/b c?&#%+\"'", "-rf");
        List<String> infos = List.of(
                "<script>window.broken=1</script>", "\u202e\u2066turned", "x".repeat(4000) + "<b>", "two\nlines");
        for (int i = 0; i < names.size(); i++) {
            Path file = Files.writeString(
                    directory.resolve("hostile.jsonl"),
                    "{\"status\":\"TIRED\",\"info\":" + quoted(infos.get(i)) + ",\"location\":{\"x\":1,\"y\":" + i
                            + "}}\n");
            assertThat(command("append", "--source=" + names.get(i), file.toString())
                            .exitCode())
                    .isZero();
        }
        Page page = open("");
        page.locator(".tile.tired").click();
        for (String name : names) {
            String shown = name.replace("\u202e", "\\u{202e}");
            Locator row = rows(page).filter(new Locator.FilterOptions().setHasText(shown));
            assertThat(row).hasCount(1);
            row.getByRole(AriaRole.LINK).click();
            assertThat(page.locator("ws-source-page h2")).hasText(shown);
            assertThat(page.locator("ws-record-table tbody tr")).hasCount(1);
            assertThat(page.locator("main img, main script, main b")).hasCount(0);
            assertThat(page.evaluate("window.broken")).isNull();
            page.keyboard().press("Escape");
        }
        // The control: the same name runs where it is taken for markup.
        Page unguarded = open("");
        unguarded.navigate("about:blank");
        unguarded.evaluate("name => document.body.innerHTML = name", names.get(0));
        unguarded.waitForFunction("window.broken === 1");
    }

    @Test
    void axeFindsNothingInEitherThemeNorOnAPhone() {
        Page page = open("");
        for (String view : List.of("sources", "map?measure=0,0_3,4&near=0,0&within=500", "source/cow-7", "live")) {
            page.evaluate("view => location.hash = '#/' + view", view);
            page.setViewportSize(1280, 800);
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
            assertThat(new AxeBuilder(page).analyze().getViolations()).as(view).isEmpty();
            page.setViewportSize(390, 844);
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
            assertThat(new AxeBuilder(page).analyze().getViolations())
                    .as(view + " in the dark, on a phone")
                    .isEmpty();
        }
    }

    /** The control: axe does find what is wrong. */
    @Test
    void axeFindsAButtonWithoutAName() {
        Page page = open("");
        page.evaluate("document.querySelector('main').append(document.createElement('button'))");
        assertThat(new AxeBuilder(page).analyze().getViolations()).isNotEmpty();
    }

    private Page open(String fragment) {
        return open(server, fragment);
    }

    private Page open(ServerProcess of, String fragment) {
        return live(browser.open(url(of, fragment)));
    }

    private Page open(String fragment, NewContextOptions device) {
        return live(browser.open(url(server, fragment), device));
    }

    /** Waits until a page is live, and closes it after the test. */
    private Page live(Page page) {
        pages.add(page);
        assertThat(page.locator("ws-heartbeat")).hasAttribute("data-state", "live");
        return page;
    }

    private static String url(ServerProcess of, String fragment) {
        return "http://localhost:" + of.httpPort() + "/" + fragment;
    }

    private static Locator rows(Page page) {
        return page.locator("ws-source-list tbody tr:not(.spacer):visible");
    }

    private static Page.GetByRoleOptions named(String name) {
        return new Page.GetByRoleOptions().setName(name).setExact(true);
    }

    /** Clicks on the map, at parts of its width and height. */
    private static void clickMap(Page page, double x, double y) {
        BoundingBox box = page.locator("ws-map canvas").boundingBox();
        page.mouse().click(box.x + x * box.width, box.y + y * box.height);
    }

    private static void hide(Page page, boolean hidden) {
        page.evaluate(
                "hidden => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});"
                        + " document.dispatchEvent(new Event('visibilitychange')); }",
                hidden);
    }

    private static CommandRun command(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.add(1, "--target=" + server.target());
        return CommandRun.of(all.toArray(String[]::new));
    }

    /** Sends requests to other addresses, without the page's knowledge. */
    private static void route(Page page, UnaryOperator<String> address) {
        route(page, "**/*", address);
    }

    private static void route(Page page, String requests, UnaryOperator<String> address) {
        page.route(
                requests,
                route -> route.resume(new Route.ResumeOptions()
                        .setUrl(address.apply(route.request().url()))));
    }

    private static void reports(ServerProcess of, int from, int to) throws Exception {
        try (Herd others = new Herd(of)) {
            for (int i = from; i <= to; i++) {
                others.report("cow-" + i % 3, Status.OK, "Report " + i, i, i);
            }
        }
    }

    private static void awaitTail(Page page, int rows) {
        assertThat(page.locator("ws-tail tbody tr")).hasCount(rows);
    }

    private static List<Integer> positions(Page page) {
        return page.locator("ws-tail td.position").allTextContents().stream()
                .map(Integer::valueOf)
                .toList();
    }

    private static List<Integer> descending(int from, int to) {
        return IntStream.iterate(from, i -> i >= to, i -> i - 1).boxed().toList();
    }

    private static String quoted(String text) {
        return '"' + text.replace("\n", "\\n") + '"';
    }
}
