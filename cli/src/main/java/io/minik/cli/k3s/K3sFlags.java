package io.minik.cli.k3s;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The tables {@code flags.tsv} and {@code components.tsv}. */
public final class K3sFlags {
    private static final int COLUMNS = 6;
    private static final int COMPONENT_COLUMNS = 4;

    /** What minik makes of a flag. */
    public enum Kind {
        /** An option of the same name. */
        OWN,
        /** Other options. */
        BECOMES,
        /** Accepted where it says what is so anyway. */
        NEEDLESS,
        REFUSED,
        /** Handed on to a program of Kubernetes. */
        COMPONENT
    }

    /**
     * @param commands {@code server}, {@code agent} or both
     * @param names with their dashes, the longest first
     * @param variable that k3s reads; empty: none
     * @param values of a needless one that mean nothing, as a pattern; empty for the other kinds
     * @param words minik's option, why, or whose
     */
    public record Row(
            List<String> commands,
            List<String> names,
            boolean hasValue,
            String variable,
            Kind kind,
            String values,
            String words) {
        public String name() {
            return names.get(0);
        }
    }

    /** A flag of a component, without dashes. */
    public record Setting(String component, String name, Kind kind, String values, String words) {}

    private final List<Row> rows = new ArrayList<>();
    private final List<Setting> settings = new ArrayList<>();

    private K3sFlags() {}

    public static K3sFlags read() {
        K3sFlags flags = new K3sFlags();
        lines("flags.tsv").forEach(line -> flags.rows.add(row(line)));
        lines("components.tsv").forEach(line -> flags.settings.add(setting(line)));
        return flags;
    }

    private static List<String[]> lines(String resource) {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(K3sFlags.class.getResourceAsStream(resource), resource),
                StandardCharsets.UTF_8))) {
            return reader.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\t", -1))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Row row(String[] line) {
        if (line.length != COLUMNS) {
            throw new IllegalStateException("flags.tsv: " + String.join(" ", line));
        }
        List<String> commands = new ArrayList<>();
        if (line[0].contains("s")) {
            commands.add("server");
        }
        if (line[0].contains("a")) {
            commands.add("agent");
        }
        return new Row(
                commands,
                List.of(line[1].split(",", -1)),
                line[2].equals("v"),
                line[3],
                kind(line[4]),
                values(line[4]),
                line[5]);
    }

    private static Setting setting(String[] line) {
        if (line.length != COMPONENT_COLUMNS) {
            throw new IllegalStateException("components.tsv: " + String.join(" ", line));
        }
        return new Setting(line[0], line[1], kind(line[2]), values(line[2]), line[3]);
    }

    private static Kind kind(String text) {
        String word = text.contains("=") ? text.substring(0, text.indexOf('=')) : text;
        return switch (word) {
            case "own" -> Kind.OWN;
            case "becomes" -> Kind.BECOMES;
            case "needless" -> Kind.NEEDLESS;
            case "refused" -> Kind.REFUSED;
            case "component" -> Kind.COMPONENT;
            default -> throw new IllegalStateException("no kind of flag: " + text);
        };
    }

    private static String values(String text) {
        return text.contains("=") ? text.substring(text.indexOf('=') + 1) : "";
    }

    public List<Row> rows() {
        return List.copyOf(rows);
    }

    public List<Setting> settings() {
        return List.copyOf(settings);
    }

    /** @param name with its dashes */
    Optional<Row> find(String command, String name) {
        return rows.stream()
                .filter(row -> row.commands().contains(command) && row.names().contains(name))
                .findFirst();
    }

    Optional<Setting> setting(String component, String name) {
        return settings.stream()
                .filter(each ->
                        each.component().equals(component) && each.name().equals(name))
                .findFirst();
    }
}
