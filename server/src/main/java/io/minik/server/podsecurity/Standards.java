package io.minik.server.podsecurity;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** The checks of every level and version. */
public final class Standards {
    private Standards() {}

    /**
     * One check as it is from a version on, until the next row of the same id.
     *
     * @param minor of v1.N
     * @param overrides id of the baseline check that it makes needless; empty for none
     */
    private record Row(
            String id, Level level, int minor, String overrides, Function<Checked, Optional<Violation>> check) {}

    private static final List<Row> ROWS = List.of(
            baseline("appArmorProfile", 0, BaselineChecks::appArmorProfile),
            baseline("capabilities_baseline", 0, BaselineChecks::capabilities),
            baseline("hostNamespaces", 0, BaselineChecks::hostNamespaces),
            baseline("hostPathVolumes", 0, BaselineChecks::hostPathVolumes),
            baseline("hostPorts", 0, BaselineChecks::hostPorts),
            baseline("hostProbesAndHostLifecycle", 34, ProfileChecks::hostsOfHandlers),
            baseline("privileged", 0, BaselineChecks::privileged),
            baseline("procMount", 0, BaselineChecks::procMount),
            baseline("procMount", 35, unlessOwnUsers(BaselineChecks::procMount)),
            baseline("seLinuxOptions", 0, pod -> ProfileChecks.seLinuxOptions(pod, ProfileChecks.SELINUX_TYPES)),
            baseline("seLinuxOptions", 31, pod -> ProfileChecks.seLinuxOptions(pod, ProfileChecks.SELINUX_TYPES_31)),
            baseline("seccompProfile_baseline", 0, ProfileChecks::seccompAnnotations),
            baseline("seccompProfile_baseline", 19, ProfileChecks::seccompBaseline),
            baseline("sysctls", 0, pod -> BaselineChecks.sysctls(pod, 0)),
            baseline("sysctls", 27, pod -> BaselineChecks.sysctls(pod, 27)),
            baseline("sysctls", 29, pod -> BaselineChecks.sysctls(pod, 29)),
            baseline("sysctls", 32, pod -> BaselineChecks.sysctls(pod, 32)),
            baseline("windowsHostProcess", 0, BaselineChecks::windowsHostProcess),
            restricted("allowPrivilegeEscalation", 8, "", RestrictedChecks::privilegeEscalation),
            restricted("allowPrivilegeEscalation", 25, "", unlessWindows(RestrictedChecks::privilegeEscalation)),
            restricted("capabilities_restricted", 22, "capabilities_baseline", RestrictedChecks::capabilities),
            restricted(
                    "capabilities_restricted",
                    25,
                    "capabilities_baseline",
                    unlessWindows(RestrictedChecks::capabilities)),
            restricted("procMount_restricted", 35, "procMount", BaselineChecks::procMount),
            restricted("restrictedVolumes", 0, "hostPathVolumes", RestrictedChecks::volumes),
            restricted("runAsNonRoot", 0, "", RestrictedChecks::runAsNonRoot),
            restricted("runAsNonRoot", 35, "", unlessOwnUsers(RestrictedChecks::runAsNonRoot)),
            restricted("runAsUser", 23, "", RestrictedChecks::runAsUser),
            restricted("runAsUser", 35, "", unlessOwnUsers(RestrictedChecks::runAsUser)),
            restricted("seccompProfile_restricted", 19, "seccompProfile_baseline", RestrictedChecks::seccompProfile),
            restricted(
                    "seccompProfile_restricted",
                    25,
                    "seccompProfile_baseline",
                    unlessWindows(RestrictedChecks::seccompProfile)));

    /** What the level has against the pod. @param metadata of the pod, or of the template that pods are made from */
    public static Verdict evaluate(LevelVersion asked, JsonNode metadata, JsonNode spec) {
        if (asked.privileged()) {
            return Verdict.ALLOWED;
        }
        Checked pod = new Checked(metadata, spec);
        List<Violation> violations = new ArrayList<>();
        for (Row row : rows(asked)) {
            row.check().apply(pod).ifPresent(violations::add);
        }
        return violations.isEmpty() ? Verdict.ALLOWED : new Verdict(violations);
    }

    /** Ids of the checks that count, in the order of their messages. */
    static List<String> ids(LevelVersion asked) {
        return rows(asked).stream().map(Row::id).toList();
    }

    /** The newest row of each id that is old enough, baseline's first, by id; without what a stricter one covers. */
    private static List<Row> rows(LevelVersion asked) {
        Map<String, Row> newest = new HashMap<>();
        for (Row row : ROWS) {
            boolean counts = row.level() == Level.BASELINE || asked.level() == Level.RESTRICTED;
            if (counts && row.minor() <= asked.version().minor()) {
                newest.merge(row.id(), row, (a, b) -> a.minor() > b.minor() ? a : b);
            }
        }
        Set<String> covered = new HashSet<>();
        newest.values().forEach(row -> covered.add(row.overrides()));
        return newest.values().stream()
                .filter(row -> !covered.contains(row.id()))
                .sorted(Comparator.comparing(Row::level).thenComparing(Row::id))
                .toList();
    }

    private static Row baseline(String id, int minor, Function<Checked, Optional<Violation>> check) {
        return new Row(id, Level.BASELINE, minor, "", check);
    }

    private static Row restricted(
            String id, int minor, String overrides, Function<Checked, Optional<Violation>> check) {
        return new Row(id, Level.RESTRICTED, minor, overrides, check);
    }

    /** What Windows does not have is not asked of its pods. */
    private static Function<Checked, Optional<Violation>> unlessWindows(Function<Checked, Optional<Violation>> check) {
        return pod -> pod.windows() ? Optional.empty() : check.apply(pod);
    }

    private static Function<Checked, Optional<Violation>> unlessOwnUsers(Function<Checked, Optional<Violation>> check) {
        return pod -> pod.ownUsers() ? Optional.empty() : check.apply(pod);
    }
}
