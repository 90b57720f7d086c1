package io.minik.server.podsecurity;

import io.minik.api.meta.Causes;
import io.minik.api.meta.Status.Cause;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a namespace asks of its pods: refused, noted in the audit log, told to the author. */
public record Policy(LevelVersion enforce, LevelVersion audit, LevelVersion warn) {
    public static final Policy PRIVILEGED =
            new Policy(LevelVersion.PRIVILEGED, LevelVersion.PRIVILEGED, LevelVersion.PRIVILEGED);

    public static final String LABEL_PREFIX = "pod-security.kubernetes.io/";

    /** @param errors of labels that say nothing that is understood, as causes of a 422 */
    public record Parsed(Policy policy, List<Cause> errors) {}

    /** A label that is not understood enforces what is strictest, and warns and audits of nothing, as upstream. */
    public static Parsed parse(Map<String, String> labels, Policy defaults) {
        Causes errors = new Causes();
        Policy policy = new Policy(
                mode(labels, "enforce", defaults.enforce(), Level.RESTRICTED, errors),
                mode(labels, "audit", defaults.audit(), Level.PRIVILEGED, errors),
                mode(labels, "warn", defaults.warn(), Level.PRIVILEGED, errors));
        return new Parsed(policy, errors.list());
    }

    public static boolean labelled(Map<String, String> labels) {
        return labels.keySet().stream().anyMatch(key -> key.startsWith(LABEL_PREFIX));
    }

    private static LevelVersion mode(
            Map<String, String> labels, String mode, LevelVersion fallback, Level misspelt, Causes errors) {
        Level level = fallback.level();
        String word = labels.get(LABEL_PREFIX + mode);
        if (word != null) {
            Optional<Level> found = Level.find(word);
            level = found.orElse(misspelt);
            if (found.isEmpty()) {
                errors.invalid(label(mode), word, "must be one of privileged, baseline, restricted");
            }
        }
        PolicyVersion version = fallback.version();
        String number = labels.get(LABEL_PREFIX + mode + "-version");
        if (number != null) {
            Optional<PolicyVersion> found = PolicyVersion.find(number);
            version = found.orElse(PolicyVersion.LATEST);
            if (found.isEmpty()) {
                errors.invalid(label(mode + "-version"), number, "must be \"latest\" or \"v1.x\"");
            }
        }
        return new LevelVersion(level, version);
    }

    private static String label(String word) {
        return Causes.at("metadata.labels", LABEL_PREFIX + word);
    }

    public boolean fullyPrivileged() {
        return enforce.privileged() && audit.privileged() && warn.privileged();
    }

    /** {@code enforce=baseline:latest, warn=restricted:v1.30}: what is not privileged. */
    public String compact() {
        List<String> modes = new ArrayList<>();
        Map<String, LevelVersion> all = new LinkedHashMap<>();
        all.put("enforce", enforce);
        all.put("audit", audit);
        all.put("warn", warn);
        all.forEach((mode, asked) -> {
            if (!asked.privileged()) {
                modes.add(mode + "=" + asked);
            }
        });
        return String.join(", ", modes);
    }
}
