package io.minik.cli;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Looks whether every key of the configuration files, and every variable MINIK_*, is the name of an option. A key that is none
 * ends the start: a typing error would otherwise do nothing, silently. A variable that is none is only told of, because others
 * may have made it, as Kubernetes does for a Service called minik.
 */
final class ConfigKeys {
    private static final Logger log = LoggerFactory.getLogger(ConfigKeys.class);

    /** Letters to change, at most, for a name to be the likely one. */
    private static final int MOST_CHANGES = 4;

    /** What the launcher, install.sh and this class' neighbours read. */
    private static final Set<String> OTHER_VARIABLES = Set.of(
            "MINIK_CONFIG_FILE",
            "MINIK_JAVA",
            "MINIK_JAVA_OPTS",
            "MINIK_HEAP",
            "MINIK_SOURCE",
            "MINIK_SHA256",
            "MINIK_BIN_DIR",
            "MINIK_SYSTEMD_DIR",
            "MINIK_SKIP_START",
            "MINIK_SKIP_ENABLE",
            "MINIK_SYMLINK");
    /** Of the scripts that build and try minik. */
    private static final List<String> OTHER_PREFIXES =
            List.of("MINIK_TEST_", "MINIK_QUICKSTART_", "MINIK_VM_", "MINIK_FRESH_", "MINIK_RUN_", "MINIK_SCENARIO_");

    private ConfigKeys() {}

    /** @throws StartFailure for the keys that no command knows, a line each */
    static void check(CommandSpec spec) {
        if (!(spec.defaultValueProvider() instanceof ConfigDefaults defaults)) {
            return;
        }
        Set<String> here = keys(spec.options());
        Set<String> unknown = new TreeSet<>(defaults.settings().keySet());
        unknown.removeAll(here);
        List<String> variables = strangers(defaults.environment(), here);
        if (unknown.isEmpty() && variables.isEmpty()) {
            return;
        }
        // Rare, and other commands cost time to look at: they are not made on an ordinary start.
        Set<String> everywhere = new TreeSet<>(here);
        Main.allOptions().forEach(options -> everywhere.addAll(keys(options)));
        List<String> wrong = unknown.stream()
                .filter(key -> !everywhere.contains(key))
                .map(key -> "config file "
                        + Objects.requireNonNull(defaults.settings().get(key)).file() + ": \"" + key + "\" is no option"
                        + nearest(key, everywhere)
                                .map(near -> "; did you mean \"" + near + "\"?")
                                .orElse(""))
                .toList();
        if (!wrong.isEmpty()) {
            throw new StartFailure(String.join("\n", wrong));
        }
        for (String key : unknown) {
            log.atWarn()
                    .addKeyValue("key", key)
                    .addKeyValue("command", spec.qualifiedName())
                    .log("a key of the configuration is an option of another command, and does nothing here");
        }
        Set<String> known = new TreeSet<>();
        everywhere.forEach(key -> known.add(ConfigDefaults.variable(key)));
        for (String variable : variables) {
            if (!known.contains(variable)) {
                log.atWarn()
                        .addKeyValue("variable", variable)
                        .addKeyValue("nearest", nearest(variable, known).orElse("none"))
                        .log("the environment has a variable that is no option, and does nothing");
            }
        }
    }

    private static List<String> strangers(Map<String, String> environment, Set<String> keys) {
        Set<String> known = new TreeSet<>(OTHER_VARIABLES);
        keys.forEach(key -> known.add(ConfigDefaults.variable(key)));
        List<String> strangers = new ArrayList<>();
        for (String variable : environment.keySet()) {
            if (variable.startsWith("MINIK_")
                    && !known.contains(variable)
                    && OTHER_PREFIXES.stream().noneMatch(variable::startsWith)) {
                strangers.add(variable);
            }
        }
        return strangers;
    }

    static Set<String> keys(Collection<OptionSpec> options) {
        Set<String> keys = new TreeSet<>();
        options.forEach(option -> keys.addAll(ConfigDefaults.keys(option)));
        return keys;
    }

    /** The known name that takes the fewest changes, if they are few for its length. */
    static Optional<String> nearest(String name, Set<String> known) {
        String best = "";
        int least = Math.min(MOST_CHANGES, Math.max(2, name.length() / 3)) + 1;
        for (String candidate : known) {
            int changes = changes(name, candidate);
            if (changes < least) {
                least = changes;
                best = candidate;
            }
        }
        return best.isEmpty() ? Optional.empty() : Optional.of(best);
    }

    /** Levenshtein's distance: letters to put in, take out or change. */
    private static int changes(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int changed = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.length()];
    }
}
