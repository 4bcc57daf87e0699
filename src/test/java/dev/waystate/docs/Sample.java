package dev.waystate.docs;

import dev.waystate.docs.Page.Block;
import java.nio.file.Path;

/** A block that a test of its own runs or compares, found by its page, its kind and a part of it. */
enum Sample {
    DEMONSTRATION_FIRST(Page.README, "sh", "tee seen.txt"),
    DEMONSTRATION_SECOND(Page.README, "sh", "kill -9"),
    DEMONSTRATION_OUTPUT(Page.README, "text", "each once"),
    PYTHON_APPEND(Page.README, "python", "def append("),
    PYTHON_FOLLOW(Page.README, "python", "place.write_bytes"),
    JAVA_STATES(docs("clients.md"), "java", "class States"),
    JAVA_HERD(docs("clients.md"), "java", "class Herd"),
    PYTHON_FIELD(docs("clients.md"), "python", "stream_state"),
    PYTHON_REPLICAS(docs("clients.md"), "python", "replicas.py"),
    JAVA_REPLICAS(docs("clients.md"), "java", "class Replicas {"),
    JAVA_REPLICAS_CONFIGURATION(docs("clients.md"), "java", "class ReplicasConfiguration {"),
    CSV(docs("commands.md"), "csv", "status,info"),
    JSON(docs("commands.md"), "json", "reported_at"),
    CALL_LINE(docs("operations.md"), "text", "call method="),
    TREE(docs("change.md"), "text", "proto/");

    private final Path page;
    private final String kind;
    private final String part;

    Sample(Path page, String kind, String part) {
        this.page = page;
        this.kind = kind;
        this.part = part;
    }

    Block block() {
        return Page.read(page).block(kind, part);
    }

    String text() {
        return block().text();
    }

    private static Path docs(String name) {
        return Path.of("src", "docs", name);
    }
}
