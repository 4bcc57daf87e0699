package dev.waystate.cli.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.SettableFuture;
import dev.waystate.cli.output.OutputException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class OrderedAnswersTests {

    private final List<String> taken = new ArrayList<>();
    private final OrderedAnswers<String> answers = new OrderedAnswers<>(taken::add);

    @Test
    void answersAreTakenInTheOrderOfTheirCalls() throws Exception {
        SettableFuture<String> first = SettableFuture.create();
        answers.add(() -> first);
        answers.add(() -> Futures.immediateFuture("second"));
        assertThat(taken).isEmpty();

        first.set("first");
        answers.finish();

        assertThat(taken).containsExactly("first", "second");
    }

    @Test
    void noAnswerIsTakenAfterAFailure() throws Exception {
        SettableFuture<String> first = SettableFuture.create();
        SettableFuture<String> third = SettableFuture.create();
        answers.add(() -> first);
        answers.add(() -> Futures.immediateFailedFuture(new IllegalStateException("second")));
        answers.add(() -> third);

        first.set("first");

        assertThatThrownBy(answers::finish).hasRootCauseMessage("second");
        assertThatThrownBy(() -> answers.add(() -> third)).hasRootCauseMessage("second");
        assertThat(taken).containsExactly("first");
        assertThat(third).isCancelled();
    }

    @Test
    void moreCallsThanFitOnTheirWayAreAllAnswered() throws Exception {
        for (int i = 0; i < 1_000; i++) {
            String answer = Integer.toString(i);
            answers.add(() -> Futures.immediateFuture(answer));
        }
        answers.finish();

        assertThat(taken).hasSize(1_000).startsWith("0", "1").endsWith("999");
    }

    @Test
    void sinkThatFailsEndsIt() throws Exception {
        OrderedAnswers<String> refused = new OrderedAnswers<>(answer -> {
            throw new OutputException();
        });
        refused.add(() -> Futures.immediateFuture("first"));

        assertThatThrownBy(refused::finish).hasCauseInstanceOf(OutputException.class);
    }
}
