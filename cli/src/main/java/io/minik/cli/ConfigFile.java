package io.minik.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Files that options name and that say more than a flag can: YAML or JSON. */
final class ConfigFile {
    private ConfigFile() {}

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
            return reading.apply(parse(Files.readString(file)));
        } catch (IOException e) {
            throw new StartFailure(flag + ": can't read " + file + ": " + e.getMessage(), e);
        } catch (RuntimeException e) {
            throw new StartFailure(flag + ": " + file + ": " + e.getMessage(), e);
        }
    }
}
