package io.minik.store.remote;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which etcd is old enough to be known, and new enough to be used. */
final class EtcdVersion {
    /** Manual progress requests and fragments of watches came with it. */
    static final String OLDEST = "3.4";

    private static final Pattern MAJOR_MINOR = Pattern.compile("(\\d+)\\.(\\d+)(\\..*)?");

    private EtcdVersion() {}

    /** @param version as Maintenance.Status tells it: 3.5.16 */
    static boolean isServed(String version) {
        Matcher parts = MAJOR_MINOR.matcher(version);
        if (!parts.matches()) {
            return false;
        }
        int major = Integer.parseInt(parts.group(1));
        return major == 3 && Integer.parseInt(parts.group(2)) >= 4;
    }
}
