package dev.waystate.statelog.local;

import java.time.Clock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The clocks of the system that a log's clock goes by.
 *
 * @param wall the machine's clock, which people and programs set
 * @param nanoTime counts the time that goes by, as {@link System#nanoTime} does
 * @param uptime counts it across the end of a process
 */
record TimeSources(Clock wall, LongSupplier nanoTime, Supplier<Uptime> uptime) {

    static final TimeSources SYSTEM = new TimeSources(Clock.systemUTC(), System::nanoTime, Uptime::read);
}
