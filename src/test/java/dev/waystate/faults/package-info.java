/** What happens to reports when processes are killed, disks fill up, syncs fail, power goes and connections break. */
@NullMarked
package dev.waystate.faults;

import org.jspecify.annotations.NullMarked;
