package io.minik.runtime.image;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * An image's config.
 *
 * @param diffIds digests of the uncompressed layers, lowest first
 */
record ConfigBlob(Images.ImageConfig config, List<Digest> diffIds) {
    static ConfigBlob of(byte[] bytes) throws IOException {
        JsonNode tree = Manifest.parse(bytes);
        JsonNode run = tree.path("config");
        List<String> volumes =
                new ArrayList<>(Manifest.strings(run.path("Volumes")).keySet());
        List<Digest> diffIds = new ArrayList<>();
        tree.path("rootfs").path("diff_ids").forEach(id -> diffIds.add(Digest.parse(id.asText())));
        if (diffIds.isEmpty()) {
            throw new IOException("image config lists no layers: not an image to run");
        }
        Images.ImageConfig config = new Images.ImageConfig(
                tree.path("architecture").asText(""),
                tree.path("os").asText(""),
                run.path("User").asText(""),
                list(run.path("Env")),
                list(run.path("Entrypoint")),
                list(run.path("Cmd")),
                run.path("WorkingDir").asText(""),
                volumes,
                Manifest.strings(run.path("Labels")),
                run.path("StopSignal").asText(""));
        return new ConfigBlob(config, List.copyOf(diffIds));
    }

    /** A layer's name with all that is below it: ChainID of the OCI image spec. */
    List<String> chainIds() {
        List<String> chain = new ArrayList<>();
        String below = "";
        for (Digest diffId : diffIds) {
            below = below.isEmpty()
                    ? diffId.toString()
                    : Digest.sha256((below + " " + diffId).getBytes(StandardCharsets.US_ASCII))
                            .toString();
            chain.add(below);
        }
        return chain;
    }

    private static List<String> list(JsonNode array) {
        List<String> list = new ArrayList<>();
        array.forEach(item -> list.add(item.asText()));
        return list;
    }
}
