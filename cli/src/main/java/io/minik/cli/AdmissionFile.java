package io.minik.cli;

import io.minik.ground.json.Json;
import io.minik.server.podsecurity.PodSecurityConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Reads {@code --admission-control-config-file}: YAML or JSON. */
final class AdmissionFile {
    private static final String FLAG = "--admission-control-config-file: ";

    private AdmissionFile() {}

    /** @throws StartFailure naming the flag, the file and the place in it */
    static PodSecurityConfig podSecurity(Path file) {
        try {
            Object document = new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(file));
            return PodSecurityConfig.parse(Json.MAPPER.valueToTree(document));
        } catch (IOException e) {
            throw new StartFailure(FLAG + "can't read " + file + ": " + e.getMessage(), e);
        } catch (RuntimeException e) {
            throw new StartFailure(FLAG + file + ": " + e.getMessage(), e);
        }
    }
}
