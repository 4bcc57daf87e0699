package dev.waystate.console.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.waystate.proto.v1.Report;
import dev.waystate.server.memory.MemoryBudgets;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.TestPropertySource;

/** Many clients that ask for the whole log and read nothing, where a few threads serve HTTP. */
@ApiTest
@Import(StalledReadersTests.Blocking.class)
@TestPropertySource(
        properties = {
            "server.shutdown=immediate", // what the clients have left is not over
            "server.tomcat.threads.max=" + StalledReadersTests.THREADS,
            "waystate.limits.reader-stall-timeout=3s",
            "waystate.limits.outbound-memory=4MB"
        })
@Timeout(120)
class StalledReadersTests {

    static final int THREADS = 4;
    private static final AtomicInteger BLOCKED = new AtomicInteger();
    private static final int READERS = 200;
    private static final int REPORTS = 5000;
    private static final long MOST_HELD = 2 * 1024 * 1024;

    /** One answer to the request that makes the room, which goes first. */
    private static final long LARGEST_ANSWER = 2 * 1024 * 1024;

    @TestConfiguration
    static class Blocking {

        /** Writes without end, as most servlets do. */
        @Bean
        ServletRegistrationBean<HttpServlet> blockingServlet() {
            return new ServletRegistrationBean<>(
                    new HttpServlet() {
                        @Override
                        protected void doGet(HttpServletRequest request, HttpServletResponse response)
                                throws IOException {
                            byte[] bytes = new byte[64 * 1024];
                            BLOCKED.incrementAndGet();
                            while (true) {
                                response.getOutputStream().write(bytes);
                            }
                        }
                    },
                    "/blocking");
        }
    }

    @Autowired
    Api api;

    @Autowired
    MemoryBudgets memory;

    private final List<Socket> readers = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (Socket reader : readers) {
            reader.close();
        }
    }

    @Test
    void othersAreAnsweredAndTheMemoryIsBounded() throws Exception {
        Report report =
                Report.newBuilder().setStatusValue(1).setInfo("x".repeat(1000)).build();
        api.append("cow", Collections.nCopies(REPORTS, report).toArray(Report[]::new));
        AtomicLong mostHeld = new AtomicLong();
        for (int i = 0; i < READERS; i++) {
            readers.add(api.connect("127.0.0.1", "/api/records?follow=true"));
            mostHeld.accumulateAndGet(memory.leaving().held(), Math::max);
        }
        await().until(() -> {
            mostHeld.accumulateAndGet(memory.leaving().held(), Math::max);
            return memory.leaving().held() > 0;
        });

        await().until(() -> answers("/api/summary"));
        await().until(() -> answers("/api/sources/cow/records?limit=1000"));
        assertThat(mostHeld.get()).isBetween(1L, MOST_HELD + LARGEST_ANSWER);
        // Those that are left stand still for too long.
        await().atMost(Duration.ofSeconds(30)).until(() -> memory.leaving().held() == 0);
    }

    /** Returns false when it is asked to try again; an answer that has begun comes to its end. */
    private boolean answers(String path) {
        HttpResponse<String> answer = api.get(path);
        assertThat(answer.statusCode()).isIn(200, 429);
        assertThat(answer.headers().firstValue("Retry-After").isPresent()).isEqualTo(answer.statusCode() == 429);
        return answer.statusCode() == 200;
    }

    /** The control: as many as there are threads are enough. */
    @Test
    void readersOfAServletThatWaitsForThemKeepOthersFromAnAnswer() throws Exception {
        for (int i = 0; i < THREADS; i++) {
            readers.add(api.connect("127.0.0.1", "/blocking"));
        }
        await().until(() -> BLOCKED.get() == THREADS);
        Socket other = api.connect("127.0.0.1", "/api/summary");
        readers.add(other);
        other.setSoTimeout(1000);

        assertThatThrownBy(() -> other.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
    }
}
