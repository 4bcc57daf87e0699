package dev.waystate.server.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A process whose heap has once been full. It ends with its standard input. */
class LoadedProcess {

    static final int MEBIBYTES = 400;

    public static void main(String[] args) throws Exception {
        new IdleCollection(Duration.ofSeconds(3)).afterPropertiesSet(); // longer than a busy machine holds the load up
        List<byte[]> load = new ArrayList<>();
        for (int i = 0; i < MEBIBYTES; i++) {
            load.add(new byte[1024 * 1024]);
        }
        load.clear();
        System.out.println("loaded");
        System.in.read();
    }
}
