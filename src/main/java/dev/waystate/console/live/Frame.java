package dev.waystate.console.live;

/**
 * An event that takes a page from one position to the next, ready to be sent.
 *
 * @param after the position up to which the page has to know the log
 * @param position the position up to which it knows the log then
 * @param bytes as the stream has them; nobody changes them
 */
record Frame(long after, long position, byte[] bytes) {}
