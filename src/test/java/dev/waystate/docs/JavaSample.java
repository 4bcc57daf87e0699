package dev.waystate.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Compiles Java as it stands on a page. */
final class JavaSample {

    private static final Pattern CLASS = Pattern.compile("class (\\w+) \\{");

    private JavaSample() {}

    /** Compiles the sources into a directory, against the class path of the tests. */
    static void compile(Path directory, String... sources) throws IOException {
        List<Path> files = new ArrayList<>();
        for (String source : sources) {
            Matcher name = CLASS.matcher(source);
            assertThat(name.find()).as(source).isTrue();
            files.add(Files.writeString(directory.resolve(name.group(1) + ".java"), source));
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter problems = new StringWriter();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            boolean done = compiler.getTask(
                            problems,
                            manager,
                            null,
                            List.of("-cp", System.getProperty("java.class.path"), "-d", directory.toString()),
                            null,
                            manager.getJavaFileObjectsFromPaths(files))
                    .call();
            assertThat(done).as(problems.toString()).isTrue();
        }
    }

    /** Returns the class path that has what was compiled into a directory. */
    static String classPath(Path directory) {
        return directory + File.pathSeparator + System.getProperty("java.class.path");
    }
}
