package io.minik.runtime.cgroup;

import java.util.List;

/**
 * A kind of device that a group may use; what no rule names is denied.
 *
 * @param type {@code c}, {@code b} or {@code a} (all)
 * @param major, minor -1 = any
 * @param access some of {@code rwm}
 */
public record DeviceRule(char type, long major, long minor, String access) {
    /** Everything: privileged containers. */
    public static final List<DeviceRule> ALL = List.of(new DeviceRule('a', -1, -1, "rwm"));

    /** mknod of any, and use of null, zero, full, random, urandom, tty, console, ptmx and pts: what runc allows by default. */
    public static final List<DeviceRule> DEFAULT = List.of(
            new DeviceRule('c', -1, -1, "m"),
            new DeviceRule('b', -1, -1, "m"),
            new DeviceRule('c', 1, 3, "rwm"),
            new DeviceRule('c', 1, 5, "rwm"),
            new DeviceRule('c', 1, 7, "rwm"),
            new DeviceRule('c', 1, 8, "rwm"),
            new DeviceRule('c', 1, 9, "rwm"),
            new DeviceRule('c', 5, 0, "rwm"),
            new DeviceRule('c', 5, 1, "rwm"),
            new DeviceRule('c', 5, 2, "rwm"),
            new DeviceRule('c', 136, -1, "rwm"));

    String line() {
        return type == 'a' ? "a" : type + " " + number(major) + ":" + number(minor) + " " + access;
    }

    private static String number(long value) {
        return value < 0 ? "*" : Long.toString(value);
    }
}
