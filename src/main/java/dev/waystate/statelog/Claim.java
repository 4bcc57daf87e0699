package dev.waystate.statelog;

/**
 * The right of one stream to append the reports of a source. A claim takes the source at a place in the order of the
 * log. Behind that place, batches of all earlier claims are refused, also those that wait already.
 */
public interface Claim extends AutoCloseable {

    /**
     * Releases the source, after the batches that were appended before. Must be called when the stream has ended: until
     * then the log remembers the claim. Does not block. Further calls do nothing.
     */
    @Override
    void close();
}
