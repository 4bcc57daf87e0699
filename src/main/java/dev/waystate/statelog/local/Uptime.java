package dev.waystate.statelog.local;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How long the machine has been up, which no change of its clock changes.
 *
 * @param boot which boot of which machine it is; empty when the system does not say
 * @param nanos for how many nanoseconds, sleep included
 */
record Uptime(String boot, long nanos) {

    static final Uptime UNKNOWN = new Uptime("", 0);

    private static final Path UPTIME = Path.of("/proc/uptime");

    static Uptime read() {
        try {
            if (!Files.getFileStore(UPTIME).type().equals("proc")) {
                return UNKNOWN; // that of a container, which says nothing of the boot
            }
            String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id"));
            String seconds = Files.readString(UPTIME).split(" ")[0];
            return new Uptime(
                    boot.strip(), new BigDecimal(seconds).movePointRight(9).longValue());
        } catch (IOException | NumberFormatException notSaid) {
            return UNKNOWN;
        }
    }
}
