package dev.waystate.server.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryBudgetTests {

    private final MemoryBudget budget = new MemoryBudget(100);
    private final List<String> run = new ArrayList<>();

    @Test
    void anActionRunsAtOnceWhileThereIsRoom() {
        budget.hold(99);
        budget.whenRoom(() -> run.add("action"));
        assertThat(run).containsExactly("action");
    }

    @Test
    void actionsWaitForRoomAndRunOnceInTheirOrder() {
        budget.hold(150);
        budget.whenRoom(() -> run.add("first"));
        budget.whenRoom(() -> run.add("second"));
        budget.release(50);
        assertThat(run).isEmpty();
        budget.release(1);
        assertThat(run).containsExactly("first", "second");
        budget.release(99);
        assertThat(run).hasSize(2);
        assertThat(budget.held()).isZero();
    }

    @Test
    void anActionThatIsForgottenDoesNotRun() {
        Runnable first = () -> run.add("first");
        budget.hold(100);
        budget.whenRoom(first);
        budget.whenRoom(() -> run.add("second"));
        budget.forget(first);
        budget.release(100);
        assertThat(run).containsExactly("second");
    }

    @Test
    void anActionThatTakesTheRoomLeavesTheOthersWaiting() {
        budget.hold(100);
        budget.whenRoom(() -> budget.hold(100));
        budget.whenRoom(() -> run.add("second"));
        budget.release(100);
        assertThat(run).isEmpty();
        budget.release(100);
        assertThat(run).containsExactly("second");
    }

    @Test
    void aConnectionHasAPartOfWhatTheOthersLeaveFreeAndAlwaysSome() {
        MemoryBudget memory = new MemoryBudget(16_000_000);
        ConnectionShare share = new ConnectionShare(memory);
        assertThat(share.most()).isEqualTo(4_000_000);
        assertThat(share.count(4_000_000)).isEqualTo(4_000_000);
        assertThat(share.most()).isEqualTo(4_000_000);
        assertThat(share.room()).isZero();
        ConnectionShare another = new ConnectionShare(memory);
        assertThat(another.room()).isEqualTo(3_000_000);
        memory.hold(12_000_000);
        assertThat(another.room()).isEqualTo(64 * 1024);
        assertThat(share.count(-4_000_000)).isZero();
        assertThat(memory.held()).isEqualTo(12_000_000);
    }
}
