package io.minik.cli;

import io.minik.agent.node.NodePressure;
import io.minik.agent.node.Threshold;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** When pods are ended because the node is short of something: by upstream's names and words. */
final class EvictionOptions {
    private static final String USUAL = "memory.available<100Mi,nodefs.available<5%,nodefs.inodesFree<5%";

    @Option(
            names = "--eviction-hard",
            paramLabel = "SIGNAL<QUANTITY,…",
            defaultValue = USUAL,
            description = "pods are ended at once below these (default ${DEFAULT-VALUE}); empty: for nothing")
    String hard = USUAL;

    @Option(
            names = "--eviction-soft",
            paramLabel = "SIGNAL<QUANTITY,…",
            defaultValue = "",
            description = "pods are ended with their grace when it stays below these for --eviction-soft-grace-period")
    String soft = "";

    @Option(
            names = "--eviction-soft-grace-period",
            paramLabel = "SIGNAL=PERIOD,…",
            defaultValue = "",
            description = "one for each of --eviction-soft, as memory.available=1m30s")
    String graces = "";

    @Option(
            names = "--eviction-pressure-transition-period",
            paramLabel = "PERIOD",
            defaultValue = "5m",
            description = "how long the node tells of a shortage that is over (default ${DEFAULT-VALUE})")
    String transition = "5m";

    /** The usual thresholds of signals that are not named, behind those that are. */
    static String withUsual(String named) {
        StringBuilder all = new StringBuilder(named);
        for (String usual : USUAL.split(",")) {
            if (!named.contains(usual.substring(0, usual.indexOf('<') + 1))) {
                all.append(all.length() == 0 ? "" : ",").append(usual);
            }
        }
        return all.toString();
    }

    /** @throws StartFailure for what is none */
    NodePressure.Policy policy() {
        List<Threshold> all = new ArrayList<>(named("--eviction-hard", () -> Threshold.hard(hard)));
        all.addAll(named("--eviction-soft", () -> Threshold.soft(soft, graces)));
        return new NodePressure.Policy(
                all, named("--eviction-pressure-transition-period", () -> Threshold.duration(transition)));
    }

    private static <T> T named(String option, Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException wrong) {
            throw new StartFailure(option + ": " + wrong.getMessage(), wrong);
        }
    }
}
