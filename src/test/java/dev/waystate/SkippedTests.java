package dev.waystate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Notes in a file what is skipped and why, a line each: single tests, and whole classes and factories, which the reports
 * of the build leave out. JUnit finds it by META-INF/services.
 */
public final class SkippedTests implements TestExecutionListener {

    private final Path file;

    public SkippedTests() {
        this(Path.of("target", "skipped-tests.txt"));
    }

    SkippedTests(Path file) {
        this.file = file;
    }

    /** Makes the file, so that there is one when nothing is skipped. */
    @Override
    public void testPlanExecutionStarted(TestPlan plan) {
        write("");
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        note(test, reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (result.getStatus() == Status.ABORTED) {
            note(test, result.getThrowable().map(Throwable::getMessage).orElse("no reason"));
        }
    }

    private void note(TestIdentifier test, String reason) {
        write(test.getUniqueIdObject().getLastSegment().getValue() + ": " + reason.replace('\n', ' ') + "\n");
    }

    private void write(String text) {
        try {
            Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
