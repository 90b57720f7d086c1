package io.minik.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

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

    private final Map<String, String> environment;
    private final Map<String, List<String>> values;

    private ConfigDefaults(Map<String, String> environment, Map<String, List<String>> values) {
        this.environment = environment;
        this.values = values;
    }

    /** @throws IllegalArgumentException if a file is there and can't be used; its message names the file */
    static ConfigDefaults load(List<String> arguments, Map<String, String> environment) {
        Path file = file(arguments, environment);
        Map<String, List<String>> values = new LinkedHashMap<>();
        if (Files.exists(file)) {
            merge(values, file);
        } else if (!file.equals(DEFAULT_FILE)) {
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
        return new ConfigDefaults(environment, values);
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

    private static void merge(Map<String, List<String>> values, Path file) {
        Object document;
        try {
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new IllegalArgumentException(
                        "config file " + file + " is larger than " + MAX_FILE_BYTES + " bytes");
            }
            document = new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(file));
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
            List<String> texts = new ArrayList<>();
            if (value instanceof List<?> list) {
                list.forEach(item -> texts.add(String.valueOf(item)));
            } else if (value != null) {
                texts.add(String.valueOf(value));
            }
            if (append) {
                values.computeIfAbsent(name, k -> new ArrayList<>()).addAll(texts);
            } else {
                values.put(name, texts);
            }
        });
    }

    /** Keys of the files that no option of the command has: a typing error that would otherwise be silent. */
    List<String> unknownKeys(Iterable<OptionSpec> options) {
        List<String> unknown = new ArrayList<>(values.keySet());
        for (OptionSpec option : options) {
            unknown.remove(key(option));
        }
        return unknown;
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        if (!(argument instanceof OptionSpec option) || !option.longestName().startsWith("--")) {
            return null;
        }
        String variable = "MINIK_" + key(option).toUpperCase(Locale.ROOT).replace('-', '_');
        String fromEnvironment = environment.get(variable);
        if (fromEnvironment != null) {
            return fromEnvironment;
        }
        List<String> fromFile = values.get(key(option));
        return fromFile == null ? null : String.join(",", fromFile);
    }

    private static String key(OptionSpec option) {
        String name = option.longestName();
        return name.startsWith("--") ? name.substring(2) : name;
    }
}
