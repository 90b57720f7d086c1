package io.minik.runtime.container;

import io.minik.runtime.RuntimeFault;
import java.util.List;
import java.util.Locale;

/** Signal names of images and pods: {@code SIGTERM}, {@code TERM}, {@code 15}. */
final class Signals {
    private static final List<String> NAMES = List.of(
            "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
            "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
            "WINCH", "IO", "PWR", "SYS");

    private static final int FIRST_REALTIME = 34;
    private static final int LAST_REALTIME = 64;
    private static final int TERM = 15;

    private Signals() {}

    /** Empty is SIGTERM. */
    static int number(String name) {
        String plain = name.toUpperCase(Locale.ROOT);
        plain = plain.startsWith("SIG") ? plain.substring(3) : plain;
        if (plain.isEmpty()) {
            return TERM;
        }
        if (NAMES.contains(plain)) {
            return NAMES.indexOf(plain) + 1;
        }
        if (plain.matches("RTMIN(\\+[0-9]{1,2})?")) {
            return plain.equals("RTMIN") ? FIRST_REALTIME : FIRST_REALTIME + Integer.parseInt(plain.substring(6));
        }
        if (plain.matches("RTMAX(-[0-9]{1,2})?")) {
            return plain.equals("RTMAX") ? LAST_REALTIME : LAST_REALTIME - Integer.parseInt(plain.substring(6));
        }
        if (plain.matches("[0-9]{1,2}") && Integer.parseInt(plain) <= LAST_REALTIME) {
            return Integer.parseInt(plain);
        }
        throw new RuntimeFault(RuntimeFault.Kind.INVALID_CONFIG, "stop signal", "unknown signal \"" + name + "\"", 0);
    }
}
