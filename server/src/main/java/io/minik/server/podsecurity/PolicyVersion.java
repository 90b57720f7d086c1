package io.minik.server.podsecurity;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The Kubernetes release whose checks count: {@code v1.N}, or {@code latest}.
 *
 * @param minor N; {@link Integer#MAX_VALUE} for the latest
 */
public record PolicyVersion(int minor) implements Comparable<PolicyVersion> {
    public static final PolicyVersion LATEST = new PolicyVersion(Integer.MAX_VALUE);

    /** More digits than any release will have, few enough for an int. */
    private static final Pattern FORM = Pattern.compile("v1\\.(0|[1-9][0-9]{0,5})");

    static Optional<PolicyVersion> find(String text) {
        if (text.equals("latest")) {
            return Optional.of(LATEST);
        }
        Matcher version = FORM.matcher(text);
        return version.matches()
                ? Optional.of(new PolicyVersion(Integer.parseInt(version.group(1))))
                : Optional.empty();
    }

    @Override
    public int compareTo(PolicyVersion other) {
        return Integer.compare(minor, other.minor);
    }

    @Override
    public String toString() {
        return equals(LATEST) ? "latest" : "v1." + minor;
    }
}
