package dev.waystate.console.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import dev.waystate.ServerProcess;
import dev.waystate.cli.CommandRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page where security is on: it asks for a token, and keeps it to itself. */
@Timeout(120)
class PageTokenIT {

    private static final String READER = "reader-0123456789abcdef";
    private static final String WRITER = "writer-0123456789abcdef";

    @TempDir
    static Path directory;

    private static ServerProcess server;
    private static Chromium browser;

    @BeforeAll
    static void start() throws Exception {
        browser = Chromium.start();
        Path reader = Files.writeString(directory.resolve("reader"), READER);
        Path writer = Files.writeString(directory.resolve("writer"), WRITER);
        server = ServerProcess.start(
                directory,
                "--waystate.security.callers[0].name=reader",
                "--waystate.security.callers[0].token-file=" + reader,
                "--waystate.security.callers[0].permissions=state:read",
                "--waystate.security.callers[1].name=writer",
                "--waystate.security.callers[1].token-file=" + writer,
                "--waystate.security.callers[1].permissions=state:write");
        String[] report = {
            "report",
            "--target",
            server.target(),
            "--token-file",
            writer.toString(),
            "--source",
            "cow-7",
            "--status",
            "OK"
        };
        assertThat(CommandRun.of(report).exitCode()).isZero();
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
        if (browser != null) {
            browser.close();
        }
    }

    @Test
    void aTokenIsAskedForAndNothingButTheMemoryHoldsIt() {
        List<String> addresses = new CopyOnWriteArrayList<>();
        Page page = open();
        page.onRequest(request -> addresses.add(request.url()));
        assertThat(dialog(page)).containsText("This server asks for a token");
        assertThat(rows(page)).hasCount(0);
        give(page, "wrong-0123456789abcdef");
        assertThat(dialog(page)).containsText("The server refused that token.");
        assertThat(page.getByLabel("Token", exact())).hasValue("");
        give(page, READER);
        assertThat(dialog(page)).isHidden();
        assertThat(rows(page)).hasCount(1);
        page.evaluate("location.hash = '#/source/cow-7'");
        assertThat(page.locator("ws-record-table tbody tr")).hasCount(1);

        assertThat(places(page)).doesNotContain(READER);
        assertThat(addresses).isNotEmpty().noneMatch(url -> url.contains(READER));
        page.reload();
        assertThat(dialog(page)).containsText("This server asks for a token"); // it is gone
    }

    /** Browsers let a page that nobody has touched yet keep a dialog open against one of them at most. */
    @Test
    void escapeClosesTheDialogForGoodNeitherAtOnceNorLater() {
        Page page = open();
        for (int i = 0; i < 4; i++) {
            dialog(page).waitFor();
            page.keyboard().press("Escape");
        }
        assertThat(dialog(page)).isVisible();
        give(page, READER);
        assertThat(rows(page)).hasCount(1);
        assertThat(dialog(page)).isHidden();
    }

    /** The control: a token in a place of the page's is found. */
    @Test
    void aTokenThatIsStoredIsFound() {
        List<String> leaks = List.of(
                "localStorage.setItem('token', token)",
                "sessionStorage.setItem('token', token)",
                "document.cookie = 'token=' + token",
                "document.body.dataset.token = token",
                "document.querySelector('#token').value = token",
                "history.replaceState(null, '', '?token=' + token)");
        Page page = open();
        dialog(page).waitFor();
        for (int i = 0; i < leaks.size(); i++) {
            page.evaluate("token => { " + leaks.get(i) + " }", READER + i);
            assertThat(places(page)).as(leaks.get(i)).contains(READER + i);
        }
    }

    @Test
    void aTokenThatMayNotReadIsNamedAndAnotherOneIsTaken() {
        Page page = open();
        give(page, WRITER);
        Locator notice = page.locator("ws-notice");
        assertThat(notice).containsText("The token does not permit reading states (state:read).");
        notice.getByRole(AriaRole.BUTTON).click();
        give(page, READER);
        assertThat(rows(page)).hasCount(1);
        // The same permissions as over gRPC: this one may not compute displacements.
        page.evaluate("location.hash = '#/map?measure=0,0_3,4'");
        assertThat(page.locator("ws-map output")).containsText("displacement:compute");
    }

    /** Opens a page in a profile of its own: a test leaves something in it. */
    private static Page open() {
        return browser.open("http://localhost:" + server.httpPort() + "/", new NewContextOptions());
    }

    private static Locator dialog(Page page) {
        return page.locator("ws-token dialog");
    }

    private static Locator rows(Page page) {
        return page.locator("ws-source-list tbody tr:not(.spacer):visible");
    }

    private static void give(Page page, String token) {
        page.getByLabel("Token", exact()).fill(token);
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Use this token"))
                .click();
    }

    private static Page.GetByLabelOptions exact() {
        return new Page.GetByLabelOptions().setExact(true);
    }

    /** Returns everything that a page can leave a token in. */
    private static String places(Page page) {
        return (String) page.evaluate("""
                () => [document.documentElement.outerHTML, location.href, document.cookie, JSON.stringify(history.state),
                  JSON.stringify(localStorage), JSON.stringify(sessionStorage),
                  ...[...document.querySelectorAll('input')].map((input) => input.value),
                  ...performance.getEntries().map(({ name }) => name)].join('\\n')""");
    }
}
