package io.minik.cli;

import io.minik.cli.k3s.K3sWords;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * Where an option's value comes from when the command line does not say: first the environment ({@code --data-dir} =
 * {@code MINIK_DATA_DIR}), then the configuration file's key of the same name ({@code data-dir}), then the built-in
 * default.
 *
 * <p>The file is {@code --config}, else {@code MINIK_CONFIG_FILE}, else {@code /etc/minik/config.yaml}; then {@code
 * <file>.d/*.yaml} in order of name. A later file's value replaces an earlier one's; a key that ends in {@code +} adds to
 * a list. As k3s does it, so that a k3s configuration reads the same.
 */
final class ConfigDefaults implements IDefaultValueProvider {
    static final Path DEFAULT_FILE = Path.of("/etc/minik/config.yaml");

    /** A configuration file is a page of text: a larger one is a mistake. */
    private static final long MAX_FILE_BYTES = 1 << 20;

    /** A file of k3s', whose keys and variables are read only where this switch says so. */
    private static final String FROM_K3S = "--from-k3s";

    private static final Path K3S_FILE = Path.of("/etc/rancher/k3s/config.yaml");

    private final Map<String, String> environment;
    private final Map<String, Setting> values;
    private final boolean fromK3s;

    private ConfigDefaults(Map<String, String> environment, Map<String, Setting> values, boolean fromK3s) {
        this.environment = environment;
        this.values = values;
        this.fromK3s = fromK3s;
    }

    /** @throws IllegalArgumentException if a file is there and can't be used; its message names the file */
    static ConfigDefaults load(List<String> arguments, Map<String, String> environment) {
        Path file = file(arguments, environment);
        Map<String, Setting> own = new LinkedHashMap<>();
        mergeAll(own, file, DEFAULT_FILE);
        Optional<Path> k3s = k3sFile(arguments, environment, Optional.ofNullable(own.get(FROM_K3S.substring(2))));
        if (k3s.isEmpty()) {
            return new ConfigDefaults(environment, own, false);
        }
        Map<String, Setting> values = new LinkedHashMap<>();
        mergeAll(values, k3s.get(), K3S_FILE);
        // What belongs to a k3s of this machine stays its own.
        values.keySet().removeIf(key -> K3sWords.staysWithK3s("--" + key));
        // Once more: a key that ends in + adds to k3s' list, too.
        mergeAll(values, file, DEFAULT_FILE);
        return new ConfigDefaults(environment, values, true);
    }

    /** @param usual a file that need not be there */
    private static void mergeAll(Map<String, Setting> values, Path file, Path usual) {
        if (Files.exists(file)) {
            merge(values, file);
        } else if (!file.equals(usual)) {
            throw new IllegalArgumentException("config file " + file + " does not exist");
        }
        Path directory = Path.of(file + ".d");
        if (Files.isDirectory(directory)) {
            TreeSet<Path> parts = new TreeSet<>();
            try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*.{yaml,yml}")) {
                found.forEach(parts::add);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            parts.forEach(part -> merge(values, part));
        }
    }

    /** As any option: on the command line, by its variable, or as a key; without a file it is k3s' usual one. */
    private static Optional<Path> k3sFile(
            List<String> arguments, Map<String, String> environment, Optional<Setting> key) {
        String said = environment.getOrDefault(variable(FROM_K3S.substring(2)), "");
        if (said.isEmpty()) {
            said = key.map(setting -> String.join(",", setting.texts())).orElse("");
        }
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.startsWith(FROM_K3S + "=")) {
                said = argument.substring(FROM_K3S.length() + 1);
            } else if (argument.equals(FROM_K3S)) {
                boolean named =
                        i + 1 < arguments.size() && !arguments.get(i + 1).startsWith("-");
                said = named ? arguments.get(i + 1) : "true";
            }
        }
        if (said.isEmpty() || said.equals("false")) {
            return Optional.empty();
        }
        String file = said.equals("true") ? environment.getOrDefault("K3S_CONFIG_FILE", "") : said;
        return Optional.of(file.isEmpty() ? K3S_FILE : Path.of(file));
    }

    /**
     * The same with k3s' words made minik's.
     *
     * @param own minik's keys of the command
     * @param words of a table that is read only where a key is none of those
     * @param notes gets what has nothing to do here
     * @throws IllegalArgumentException naming the file and the key, or the variable, and what to use instead
     */
    ConfigDefaults translated(Set<String> own, Supplier<K3sWords> words, List<String> notes) {
        if (!fromK3s && own.containsAll(values.keySet())) {
            return this;
        }
        K3sWords table = words.get();
        Map<String, Setting> translated = new LinkedHashMap<>();
        values.forEach((key, setting) -> {
            if (own.contains(key)) {
                translated.merge(key, setting, Setting::and);
                return;
            }
            try {
                Optional<Map<String, List<String>>> meant = table.key(key, setting.texts(), notes);
                if (meant.isEmpty()) {
                    translated.put(key, setting);
                }
                meant.ifPresent(keys -> keys.forEach((name, texts) ->
                        translated.merge(name, new Setting(setting.file(), List.copyOf(texts)), Setting::and)));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("config file " + setting.file() + ": " + e.getMessage(), e);
            }
        });
        Map<String, String> known = new HashMap<>(environment);
        if (fromK3s) {
            table.variables(environment, notes)
                    .forEach((key, texts) -> known.merge(
                            variable(key), String.join(",", texts), (set, k3s) -> set.isEmpty() ? k3s : set));
        }
        return new ConfigDefaults(known, translated, fromK3s);
    }

    private static Path file(List<String> arguments, Map<String, String> environment) {
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.startsWith("--config=")) {
                return Path.of(argument.substring("--config=".length()));
            }
            if ((argument.equals("--config") || argument.equals("-c")) && i + 1 < arguments.size()) {
                return Path.of(arguments.get(i + 1));
            }
        }
        String fromEnvironment = environment.getOrDefault("MINIK_CONFIG_FILE", "");
        return fromEnvironment.isEmpty() ? DEFAULT_FILE : Path.of(fromEnvironment);
    }

    private static void merge(Map<String, Setting> values, Path file) {
        Object document;
        try {
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new IllegalArgumentException("is larger than " + MAX_FILE_BYTES + " bytes");
            }
            document = PlainYaml.read(Files.readString(file));
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException("config file " + file + ": " + e.getMessage(), e);
        }
        if (document == null) {
            return;
        }
        if (!(document instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException("config file " + file + " is not a map of keys to values");
        }
        map.forEach((key, value) -> {
            String name = String.valueOf(key);
            boolean append = name.endsWith("+");
            name = append ? name.substring(0, name.length() - 1) : name;
            Setting said = setting(file, name, value);
            Setting before = values.get(name);
            values.put(name, append && before != null ? before.and(said) : said);
        });
    }

    private static Setting setting(Path file, String key, @Nullable Object value) {
        List<String> texts = new ArrayList<>();
        for (Object item : value instanceof List<?> list ? list : value == null ? List.of() : List.of(value)) {
            if (item instanceof Map<?, ?> || item instanceof List<?>) {
                throw new IllegalArgumentException(
                        "config file " + file + ": the value of \"" + key + "\" must be a text or a list of texts");
            }
            texts.add(String.valueOf(item));
        }
        return new Setting(file, List.copyOf(texts));
    }

    /** What the files say of a key. @param file the last one that says something; no texts: nothing is said */
    record Setting(Path file, List<String> texts) {
        Setting and(Setting more) {
            List<String> all = new ArrayList<>(texts);
            all.addAll(more.texts());
            return new Setting(more.file(), List.copyOf(all));
        }
    }

    Map<String, Setting> settings() {
        return values;
    }

    Map<String, String> environment() {
        return environment;
    }

    /** @throws ParameterException if a file says what the option can't have */
    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        if (!(argument instanceof OptionSpec option)) {
            return null;
        }
        List<String> keys = keys(option);
        for (String key : keys) {
            String fromEnvironment = environment.getOrDefault(variable(key), "");
            if (!fromEnvironment.isEmpty()) {
                return plain(option, fromEnvironment);
            }
        }
        for (String key : keys) {
            Setting said = values.get(key);
            if (said != null && !said.texts().isEmpty()) {
                if (said.texts().size() > 1 && !option.isMultiValue()) {
                    throw new ParameterException(
                            option.command().commandLine(),
                            "config file " + said.file() + ": \"" + key + "\" has one value, not a list");
                }
                return plain(option, String.join(",", said.texts()));
            }
        }
        return null;
    }

    /** YAML's other words for true and false. */
    private static String plain(OptionSpec option, String value) {
        boolean asksYesOrNo = option.type() == boolean.class || option.type() == Boolean.class;
        return switch (asksYesOrNo ? value.toLowerCase(Locale.ROOT) : "") {
            case "yes", "on", "1", "true" -> "true";
            case "no", "off", "0", "false" -> "false";
            default -> value;
        };
    }

    /** The names that an option has in files: its long ones. */
    static List<String> keys(OptionSpec option) {
        List<String> keys = new ArrayList<>();
        for (String name : option.names()) {
            if (name.startsWith("--")) {
                keys.add(name.substring(2));
            }
        }
        return keys;
    }

    static String variable(String key) {
        return "MINIK_" + key.toUpperCase(Locale.ROOT).replace('-', '_');
    }
}
