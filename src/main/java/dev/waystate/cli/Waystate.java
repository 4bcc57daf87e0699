package dev.waystate.cli;

/** The command line. */
public final class Waystate {

    /** The command that serves. */
    public static final String SERVE = "serve";

    private Waystate() {}

    public static boolean serves(String[] args) {
        return args.length == 0 || args[0].equals(SERVE) || args[0].startsWith("--");
    }

    public static int run(String[] args) {
        return 2;
    }
}
