package dev.waystate.server.lifecycle;

import com.sun.management.GarbageCollectionNotificationInfo;
import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.VMOption.Origin;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import javax.management.JMException;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.InitializingBean;

/**
 * Gives memory back to the system, some seconds after the end of a load. G1 collects an idle heap, and makes it
 * smaller, only if an interval is set. This class sets it after each collection for further work, and unsets it after
 * one for idleness, so that a process which stays idle does nothing. The heap is marked beside the application, with
 * pauses of milliseconds. Then the C library gives back what native code has freed. With another collector, or where
 * the JVM's options name an interval, it does nothing.
 */
class IdleCollection implements InitializingBean {

    private static final Logger log = LoggerFactory.getLogger(IdleCollection.class);

    private static final String OPTION = "G1PeriodicGCInterval";
    private static final String CAUSE = "G1 Periodic Collection";

    private final Duration interval;
    private boolean intervalSet;

    /**
     * @param interval how long nothing is collected before the process counts as idle. Memory is given back after twice
     *     as long at most. The first seconds of the next high load are slower, since the heap grows again
     */
    IdleCollection(Duration interval) {
        this.interval = interval;
    }

    @Override
    public void afterPropertiesSet() {
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            if (collector.getName().equals("G1 Young Generation")
                    && jvm().getVMOption(OPTION).getOrigin() == Origin.DEFAULT) {
                setInterval(true);
                ((NotificationEmitter) collector)
                        .addNotificationListener((done, nothing) -> collected(done), null, null);
            }
        }
    }

    private void collected(Notification done) {
        boolean periodic = GarbageCollectionNotificationInfo.from((CompositeData) done.getUserData())
                .getGcCause()
                .equals(CAUSE);
        setInterval(!periodic);
        if (periodic) {
            trimNativeMemory();
        }
    }

    private synchronized void setInterval(boolean set) {
        if (set != intervalSet) {
            intervalSet = set;
            jvm().setVMOption(OPTION, set ? Long.toString(interval.toMillis()) : "0");
        }
    }

    private static HotSpotDiagnosticMXBean jvm() {
        return ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    }

    /** Other systems than Linux, and JVMs before 17.0.9, do not know the command. */
    private static void trimNativeMemory() {
        try {
            ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "systemTrimNativeHeap",
                            new Object[0],
                            new String[0]);
        } catch (JMException unknown) {
            log.debug("The C library was not asked to give memory back", unknown);
        }
    }
}
