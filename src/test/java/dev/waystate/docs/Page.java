package dev.waystate.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A page in Markdown. */
record Page(Path file, String text) {

    static final Path README = Path.of("README.md");
    private static final Path DIRECTORY = Path.of("src", "docs");

    private static final Pattern FENCE = Pattern.compile(" *```(.*)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");
    private static final Pattern LINK = Pattern.compile("!?\\[[^]]*]\\(([^)]+)\\)");
    private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");

    /** A fenced block: its kind is the word behind the fence, its line where the fence is. */
    record Block(Page page, int line, String kind, String text) {

        @Override
        public String toString() {
            return page.file() + ":" + line;
        }
    }

    /** Returns the README, and then the others by name. */
    static List<Page> all() {
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            return Stream.concat(
                            Stream.of(README),
                            files.filter(file -> file.toString().endsWith(".md"))
                                    .sorted())
                    .map(Page::read)
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static Page read(Path file) {
        try {
            return new Page(file, Files.readString(file));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static Page docs(String name) {
        return read(DIRECTORY.resolve(name));
    }

    /** Returns the fenced blocks, without the indentation of those in lists. */
    List<Block> blocks() {
        List<Block> blocks = new ArrayList<>();
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            var opening = FENCE.matcher(lines.get(i));
            if (opening.matches()) {
                int begin = i;
                StringBuilder block = new StringBuilder();
                while (!FENCE.matcher(lines.get(++i)).matches()) {
                    block.append(lines.get(i)).append('\n');
                }
                blocks.add(new Block(
                        this, begin + 1, opening.group(1), block.toString().stripIndent()));
            }
        }
        return blocks;
    }

    /** Returns the one block of a kind that has this text. */
    Block block(String kind, String part) {
        List<Block> found = blocks().stream()
                .filter(block -> block.kind().equals(kind) && block.text().contains(part))
                .toList();
        if (found.size() != 1) {
            throw new AssertionError(
                    "Expected one block of " + kind + " with '" + part + "' in " + file + ", but there are " + found);
        }
        return found.get(0);
    }

    /** Returns where the links and images lead, outside of blocks. */
    List<String> links() {
        return LINK.matcher(prose())
                .results()
                .map((MatchResult link) -> link.group(1))
                .toList();
    }

    /** Returns what is set as code in a line, outside of blocks. */
    List<String> codeSpans() {
        return CODE.matcher(prose())
                .results()
                .map((MatchResult span) -> span.group(1).replace("\\|", "|"))
                .toList();
    }

    /** Returns the anchors of the headings, as GitHub makes them. */
    Set<String> anchors() {
        return HEADING.matcher(prose())
                .results()
                .map((MatchResult heading) -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    private String prose() {
        return text.replaceAll("(?ms)^ *```.*?^ *```$", "");
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
