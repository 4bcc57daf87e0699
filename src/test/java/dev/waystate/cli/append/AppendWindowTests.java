package dev.waystate.cli.append;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.proto.v1.Report;
import org.junit.jupiter.api.Test;

class AppendWindowTests {

    private final AppendWindow window = new AppendWindow();

    @Test
    void whatIsNotDurableIsSentAgainInOrder() {
        window.add(batch(1, 2));
        window.add(batch(3, 2));
        window.add(batch(5, 2));
        window.send();
        window.send();

        window.acknowledge(2);
        window.rewind();

        assertThat(window.send()).isEqualTo(batch(3, 2));
        assertThat(window.send()).isEqualTo(batch(5, 2));
        assertThat(window.send()).isNull();
    }

    @Test
    void batchThatIsDurableInPartIsKeptWhole() {
        window.add(batch(1, 2));
        window.send();

        window.acknowledge(1);

        assertThat(window.isEmpty()).isFalse();
        window.acknowledge(2);
        assertThat(window.isEmpty()).isTrue();
    }

    @Test
    void whatBecameDurableBeforeTheCutIsNotSentAgain() {
        window.add(batch(1, 2));
        window.send();
        window.rewind();

        window.acknowledge(2);

        assertThat(window.send()).isNull();
        assertThat(window.isEmpty()).isTrue();
    }

    @Test
    void numberOfReportsBoundsIt() {
        for (int i = 0; i < 20; i++) {
            assertThat(window.hasRoom()).isTrue();
            window.add(batch(1 + i * 500, 500));
        }
        assertThat(window.hasRoom()).isFalse();

        window.send();
        window.acknowledge(500);
        assertThat(window.hasRoom()).isTrue();
    }

    @Test
    void sizeOfReportsBoundsIt() {
        String info = "x".repeat(8 * 1024 * 1024);
        window.add(AppendRequest.newBuilder()
                .addReports(Report.newBuilder().setInfo(info))
                .build());
        assertThat(window.hasRoom()).isTrue();

        window.add(AppendRequest.newBuilder()
                .addReports(Report.newBuilder().setInfo(info))
                .build());
        assertThat(window.hasRoom()).isFalse();
    }

    private static AppendRequest batch(long first, int count) {
        AppendRequest.Builder batch = AppendRequest.newBuilder().setFirstSequence(first);
        for (int i = 0; i < count; i++) {
            batch.addReports(Report.getDefaultInstance());
        }
        return batch.build();
    }
}
