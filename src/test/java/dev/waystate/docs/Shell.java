package dev.waystate.docs;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The programs that a shell script calls, each with its words; redirections and the shell's own words are left out. */
final class Shell {

    private static final Pattern TOKEN =
            Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"|'[^']*'|\\$\\(|\\|\\||&&|[|&;()\n]|[^\\s\"'|&;()]+");
    private static final Set<String> SEPARATORS = Set.of("|", "||", "&", "&&", ";", "(", "$(", ")", "\n");
    private static final Set<String> KEYWORDS = Set.of("until", "while", "if", "then", "do", "!");
    private static final Pattern ASSIGNMENT = Pattern.compile("[A-Z_]+=.*");
    private static final Pattern REDIRECTION = Pattern.compile("[<>]+");

    private Shell() {}

    static List<List<String>> programs(String script) {
        List<List<String>> programs = new ArrayList<>();
        List<String> words = new ArrayList<>();
        Matcher tokens = TOKEN.matcher(script.replace("\\\n", " ").replaceAll("(?m)(^|\\s)#.*$", "") + "\n");
        boolean redirected = false;
        while (tokens.find()) {
            String token = tokens.group();
            if (SEPARATORS.contains(token)) {
                if (!words.isEmpty() && !isOfTheShell(words.get(0))) {
                    programs.add(List.copyOf(words));
                }
                words.clear();
            } else if (REDIRECTION.matcher(token).matches()) {
                redirected = true;
            } else if (redirected) {
                redirected = false;
            } else if (!words.isEmpty()
                    || !(KEYWORDS.contains(token) || ASSIGNMENT.matcher(token).matches())) {
                words.add(token.replaceAll("^([\"'])(.*)\\1$", "$2"));
            }
        }
        return programs;
    }

    private static boolean isOfTheShell(String word) {
        return Set.of("for", "done", "fi", ".", "sleep", "kill", "wait", "echo").contains(word);
    }
}
