package io.minik.charts.functions;

import static io.minik.charts.template.Function.Kind.STRING;

/** Semantic versions. */
final class SprigVersions {
    private SprigVersions() {}

    static void add(SprigFunctions to) {
        to.add("semver", in -> ChartVersion.of(in.string(0)), STRING);
        to.add(
                "semverCompare",
                in -> VersionConstraint.of(in.string(0)).takes(ChartVersion.of(in.string(1))),
                STRING,
                STRING);
    }
}
