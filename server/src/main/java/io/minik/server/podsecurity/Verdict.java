package io.minik.server.podsecurity;

import java.util.List;
import java.util.stream.Collectors;

/** What all checks of a level say of a pod, in the checks' order. */
public record Verdict(List<Violation> violations) {
    public static final Verdict ALLOWED = new Verdict(List.of());

    public boolean allowed() {
        return violations.isEmpty();
    }

    /** {@code hostPort, privileged}. */
    public String reasons() {
        return violations.stream().map(Violation::reason).collect(Collectors.joining(", "));
    }

    /** {@code hostPort (container "a" uses hostPort 80), …}. */
    public String details() {
        return violations.stream()
                .map(violation ->
                        violation.reason() + (violation.detail().isEmpty() ? "" : " (" + violation.detail() + ")"))
                .collect(Collectors.joining(", "));
    }
}
