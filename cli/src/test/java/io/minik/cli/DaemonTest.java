package io.minik.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class DaemonTest {
    @Test
    void theAgeOfAProcessIsCountedFromItsStartEvenIfItsNameLooksLikeFields() {
        String stat =
                "42 (a) b (1 2) S 1 42 42 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 13 0 990 1000 2000 18446744073709551615";
        assertEquals(100, Daemon.processAgeMillis(stat, "10.00 20.00\n"));
    }

    @Test
    void thisProcessIsOlderThanItsVirtualMachine() {
        long machine = ManagementFactory.getRuntimeMXBean().getUptime();
        assertTrue(Daemon.processAgeMillis() + 20 >= machine);
    }
}
