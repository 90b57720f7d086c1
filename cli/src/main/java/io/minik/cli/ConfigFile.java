package io.minik.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.Function;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Files that options name and that say more than a flag can: YAML or JSON. */
final class ConfigFile {
    /** A thousand times what people write. */
    private static final long MOST_BYTES = 3 << 20;

    private ConfigFile() {}

    /** Whole. A pipe would hold whoever reads it until somebody writes, a device for ever: a plain file it must be. */
    static byte[] bytes(Path file) throws IOException {
        BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
        if (is.isDirectory()) {
            throw new IOException("it is a directory, not a file");
        }
        if (!is.isRegularFile()) {
            throw new IOException("it is no plain file");
        }
        if (is.size() > MOST_BYTES) {
            throw new IOException("it has " + is.size() + " bytes, more than " + MOST_BYTES);
        }
        return Files.readAllBytes(file);
    }

    static String text(Path file) throws IOException {
        return new String(bytes(file), StandardCharsets.UTF_8);
    }

    /** @throws RuntimeException that says where it is no YAML */
    static JsonNode parse(String text) {
        LoaderOptions options = new LoaderOptions();
        // Of two values of one key one would be lost without a word.
        options.setAllowDuplicateKeys(false);
        Object document = new Yaml(new SafeConstructor(options)).load(text);
        return Json.MAPPER.valueToTree(document);
    }

    /** What a file says. @throws StartFailure naming the flag, the file and the place in it */
    static <T> T read(String flag, Path file, Function<JsonNode, T> reading) {
        try {
            return reading.apply(parse(text(file)));
        } catch (IOException e) {
            throw new StartFailure(flag + ": can't read " + file + ": " + e.getMessage(), e);
        } catch (RuntimeException e) {
            throw new StartFailure(flag + ": " + file + ": " + e.getMessage(), e);
        }
    }
}
