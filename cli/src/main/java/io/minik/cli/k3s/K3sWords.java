package io.minik.cli.k3s;

import io.minik.cli.k3s.K3sFlags.Kind;
import io.minik.cli.k3s.K3sFlags.Row;
import io.minik.cli.k3s.K3sFlags.Setting;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Makes minik's words of k3s', for one command. */
public final class K3sWords {
    /** Of klog's -v: up to there it says what an operator wants to know, then what a developer does. */
    private static final int INFO_VERBOSITY = 3;

    private static final int DEBUG_VERBOSITY = 5;
    /** What belongs to a k3s of this machine and stays its own: minik writes into nothing of it. */
    private static final Set<String> OF_K3S_ALONE = Set.of("--config", "--data-dir", "--write-kubeconfig");

    private final K3sFlags flags;
    private final String command;
    private final Predicate<String> own;

    /**
     * @param command server or agent
     * @param own whether an option, with its dashes, is one of minik's for that command
     */
    public K3sWords(K3sFlags flags, String command, Predicate<String> own) {
        this.flags = flags;
        this.command = command;
        this.own = own;
    }

    /** @param notes what has nothing to do here, each a line */
    public record Said(List<String> arguments, List<String> notes) {}

    /**
     * The same command line without k3s' own words.
     *
     * @param arguments behind the command
     * @throws IllegalArgumentException with why a word is refused, and what to use instead
     */
    public Said arguments(List<String> arguments) {
        List<String> result = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument : argument.substring(0, equals);
            Optional<Row> row =
                    !argument.startsWith("-") || own.test(name) ? Optional.empty() : flags.find(command, name);
            if (row.isEmpty()) {
                result.add(argument);
                continue;
            }
            String value = equals < 0 ? "true" : argument.substring(equals + 1);
            if (row.get().hasValue() && equals < 0) {
                i++;
                if (i == arguments.size()) {
                    throw new IllegalArgumentException(name + " needs a value");
                }
                value = arguments.get(i);
            }
            result.addAll(meaning(name, row.get(), value, notes));
        }
        return new Said(result, notes);
    }

    /**
     * A key of a configuration file.
     *
     * @return minik's keys and their values; empty where it means nothing here, or is no word of k3s'
     * @throws IllegalArgumentException as {@link #arguments}
     */
    public Optional<Map<String, List<String>>> key(String key, List<String> values, List<String> notes) {
        String name = (key.length() == 1 ? "-" : "--") + key;
        Optional<Row> row = flags.find(command, name);
        if (row.isEmpty() || own.test(name)) {
            return Optional.empty();
        }
        Map<String, List<String>> keys = new LinkedHashMap<>();
        for (String value : values) {
            for (String argument : meaning(name, row.get(), value, notes)) {
                int equals = argument.indexOf('=');
                keys.computeIfAbsent(argument.substring(2, equals), unused -> new ArrayList<>())
                        .add(argument.substring(equals + 1));
            }
        }
        return Optional.of(keys);
    }

    /**
     * What k3s' variables say, as minik's keys and values.
     *
     * @throws IllegalArgumentException as {@link #arguments}
     */
    public Map<String, List<String>> variables(Map<String, String> environment, List<String> notes) {
        Map<String, List<String>> keys = new LinkedHashMap<>();
        for (Row row : flags.rows()) {
            String value = environment.getOrDefault(row.variable(), "");
            if (value.isEmpty() || row.variable().isEmpty() || !row.commands().contains(command)) {
                continue;
            }
            if (staysWithK3s(row.name())) {
                notes.add(row.variable() + " is not followed: what is there stays k3s' own");
            } else if (own.test(row.name())) {
                keys.put(row.name().substring(2), List.of(value));
            } else {
                String flag = row.name().substring(2);
                key(flag, List.of(value), notes).ifPresent(keys::putAll);
            }
        }
        return keys;
    }

    /** @param name with its dashes */
    public static boolean staysWithK3s(String name) {
        return OF_K3S_ALONE.contains(name);
    }

    private List<String> meaning(String name, Row row, String value, List<String> notes) {
        if (row.kind() == Kind.COMPONENT) {
            return handedOn(name, row.words(), value, notes);
        }
        if (!row.hasValue() && value.equals("false") && !row.values().equals("true")) {
            return List.of();
        }
        return switch (row.kind()) {
            case BECOMES -> List.of(filled(name, row.words(), value));
            case NEEDLESS -> needless(new Needless(name, value, row.values(), row.words()), notes);
            default ->
                throw new IllegalArgumentException(
                        name + " is an option of k3s that minik does not have: " + row.words());
        };
    }

    private record Needless(String subject, String value, String values, String words) {}

    private static List<String> needless(Needless said, List<String> notes) {
        if (!said.value().matches(said.values())) {
            throw new IllegalArgumentException(
                    said.subject() + ": \"" + said.value() + "\" is not how minik does it: " + said.words());
        }
        notes.add(said.subject() + " has nothing to do here: " + said.words());
        return List.of();
    }

    /** {@code name=value} for a program of Kubernetes that has no process of its own here. */
    private List<String> handedOn(String flag, String component, String text, List<String> notes) {
        String plain = text.startsWith("--") ? text.substring(2) : text;
        int equals = plain.indexOf('=');
        String name = equals < 0 ? plain : plain.substring(0, equals);
        String value = equals < 0 ? "true" : plain.substring(equals + 1);
        String subject = flag + ": " + name;
        Setting setting = flags.setting(component, name)
                .orElseThrow(() -> new IllegalArgumentException(flag + ": \"" + name + "\" is no setting of "
                        + component + " that minik has: docs/k3s-flags.md lists those"));
        return switch (setting.kind()) {
            case BECOMES -> List.of(filled(subject, setting.words(), value));
            case NEEDLESS -> needless(new Needless(subject, value, setting.values(), setting.words()), notes);
            default ->
                throw new IllegalArgumentException(flag + ": \"" + name + "\" is a setting of " + component
                        + " that minik does not have: " + setting.words());
        };
    }

    private static String filled(String subject, String template, String value) {
        return template.replace("{verbosity}", template.contains("{verbosity}") ? level(subject, value) : "")
                .replace("{seconds}", template.contains("{seconds}") ? seconds(subject, value) : "")
                .replace("{}", value);
    }

    private static String level(String subject, String value) {
        if (!value.matches("\\d{1,4}")) {
            throw new IllegalArgumentException(subject + ": \"" + value + "\" is no number");
        }
        int verbosity = Integer.parseInt(value);
        return verbosity <= INFO_VERBOSITY ? "info" : verbosity <= DEBUG_VERBOSITY ? "debug" : "trace";
    }

    private static String seconds(String subject, String value) {
        try {
            Duration duration = Duration.parse("PT" + value.toUpperCase(Locale.ROOT));
            if (duration.toNanosPart() == 0) {
                return Long.toString(duration.toSeconds());
            }
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(subject + ": \"" + value + "\" is no duration such as 40s or 1m0s", e);
        }
        throw new IllegalArgumentException(subject + ": \"" + value + "\" is no number of whole seconds");
    }
}
