package dev.waystate.cli.output;

import picocli.CommandLine.Help.Ansi;

/** The colours in which a terminal shows statuses. The name stands there, too: nothing is said by colour alone. */
final class StatusColours {

    private StatusColours() {}

    /** Returns a status in its colour; unchanged if it has none. */
    static String paint(String status) {
        String style = switch (status) {
            case "OK" -> "green";
            case "THIRSTY" -> "yellow";
            case "STARVED" -> "bold,red";
            case "TIRED" -> "blue";
            default -> "";
        };
        return style.isEmpty() ? status : Ansi.ON.string("@|" + style + " " + status + "|@");
    }
}
