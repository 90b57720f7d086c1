package io.minik.api.meta;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The order of a group's versions: the first one is what clients take that name none. Stable versions before betas before
 * alphas, then the higher number; what isn't written as a Kubernetes version comes last, by its letters. Follows "Version
 * priority" of Kubernetes' page on CustomResourceDefinition versioning.
 */
public final class ApiVersions {
    private static final Pattern WRITTEN = Pattern.compile("v([1-9][0-9]{0,8})(?:(alpha|beta)([1-9][0-9]{0,8}))?");

    /** The preferred version first. */
    public static final Comparator<String> PREFERRED_FIRST =
            Comparator.comparing(ApiVersions::rank, Comparator.reverseOrder()).thenComparing(Comparator.naturalOrder());

    /** The larger is preferred; all that is no Kubernetes version ranks alike, below. */
    private record Rank(int stability, int major, int minor) implements Comparable<Rank> {
        static final Rank UNKNOWN = new Rank(0, 0, 0);

        @Override
        public int compareTo(Rank other) {
            return Comparator.comparingInt(Rank::stability)
                    .thenComparingInt(Rank::major)
                    .thenComparingInt(Rank::minor)
                    .compare(this, other);
        }
    }

    private ApiVersions() {}

    private static Rank rank(String version) {
        Matcher parts = WRITTEN.matcher(version);
        if (!parts.matches()) {
            return Rank.UNKNOWN;
        }
        int major = Integer.parseInt(parts.group(1));
        if (parts.group(2) == null) {
            return new Rank(3, major, 0);
        }
        return new Rank(parts.group(2).equals("beta") ? 2 : 1, major, Integer.parseInt(parts.group(3)));
    }
}
