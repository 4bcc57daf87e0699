package dev.waystate.statelog;

/**
 * The right of one stream to append the reports of a source. It takes the source at its place in the order of the log:
 * the batches of every claim ahead of it that stand behind it are refused, also those that wait already.
 */
public interface Claim extends AutoCloseable {

    /**
     * Lets go of the source, after the batches that were appended before. Must be called when the stream has ended: until
     * then the log remembers the claim. Does not block; more calls do nothing.
     */
    @Override
    void close();
}
