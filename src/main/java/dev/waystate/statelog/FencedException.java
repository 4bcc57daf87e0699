package dev.waystate.statelog;

/** A later claim has taken the source. The batch was not stored, and no other batch of its claim will be. */
public class FencedException extends RuntimeException {

    public FencedException(String source) {
        super("Another stream of the source " + source + " has taken over");
    }
}
