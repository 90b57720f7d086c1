package io.minik.runtime.container;

import io.minik.runtime.RuntimeFault;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** Names and numbers of capabilities, in the kernel's order (capabilities(7)). */
public final class Capabilities {
    private static final List<String> NAMES = List.of(
            "CHOWN",
            "DAC_OVERRIDE",
            "DAC_READ_SEARCH",
            "FOWNER",
            "FSETID",
            "KILL",
            "SETGID",
            "SETUID",
            "SETPCAP",
            "LINUX_IMMUTABLE",
            "NET_BIND_SERVICE",
            "NET_BROADCAST",
            "NET_ADMIN",
            "NET_RAW",
            "IPC_LOCK",
            "IPC_OWNER",
            "SYS_MODULE",
            "SYS_RAWIO",
            "SYS_CHROOT",
            "SYS_PTRACE",
            "SYS_PACCT",
            "SYS_ADMIN",
            "SYS_BOOT",
            "SYS_NICE",
            "SYS_RESOURCE",
            "SYS_TIME",
            "SYS_TTY_CONFIG",
            "MKNOD",
            "LEASE",
            "AUDIT_WRITE",
            "AUDIT_CONTROL",
            "SETFCAP",
            "MAC_OVERRIDE",
            "MAC_ADMIN",
            "SYSLOG",
            "WAKE_ALARM",
            "BLOCK_SUSPEND",
            "AUDIT_READ",
            "PERFMON",
            "BPF",
            "CHECKPOINT_RESTORE");

    /** What a container has when nobody says otherwise: containerd's and docker's fourteen. */
    private static final List<String> DEFAULT = List.of(
            "CHOWN",
            "DAC_OVERRIDE",
            "FSETID",
            "FOWNER",
            "MKNOD",
            "NET_RAW",
            "SETGID",
            "SETUID",
            "SETFCAP",
            "SETPCAP",
            "NET_BIND_SERVICE",
            "SYS_CHROOT",
            "KILL",
            "AUDIT_WRITE");

    private static final String ALL = "ALL";

    private Capabilities() {}

    /** Drops are applied to the default, then adds; a name in add wins, as in CRI. @param last the kernel's highest */
    static Set<Integer> of(boolean privileged, List<String> add, List<String> drop, int last) {
        Set<Integer> set = new TreeSet<>();
        boolean all = privileged || contains(add, ALL);
        boolean none = !privileged && contains(drop, ALL);
        if (all) {
            for (int i = 0; i <= last; i++) {
                set.add(i);
            }
        } else if (!none) {
            DEFAULT.forEach(name -> set.add(NAMES.indexOf(name)));
        }
        if (!privileged) {
            drop.stream().filter(n -> !isAll(n)).forEach(name -> set.remove(number(name)));
            add.stream().filter(n -> !isAll(n)).forEach(name -> set.add(number(name)));
        }
        set.removeIf(number -> number > last);
        return set;
    }

    /** @throws RuntimeFault if there is no such capability */
    public static int number(String name) {
        String plain = name.toUpperCase(Locale.ROOT);
        plain = plain.startsWith("CAP_") ? plain.substring(4) : plain;
        int number = NAMES.indexOf(plain);
        if (number < 0) {
            throw new RuntimeFault(
                    RuntimeFault.Kind.INVALID_CONFIG, "capabilities", "unknown capability \"" + name + "\"", 0);
        }
        return number;
    }

    public static String name(int number) {
        return "CAP_" + NAMES.get(number);
    }

    static Set<String> names(Set<Integer> numbers) {
        Set<String> names = new TreeSet<>();
        numbers.stream().filter(n -> n < NAMES.size()).forEach(n -> names.add(name(n)));
        return names;
    }

    private static boolean contains(List<String> names, String wanted) {
        return names.stream().anyMatch(wanted::equalsIgnoreCase);
    }

    private static boolean isAll(String name) {
        return ALL.equalsIgnoreCase(name);
    }
}
