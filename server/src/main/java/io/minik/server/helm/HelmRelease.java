package io.minik.server.helm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.charts.chart.ChartException;
import io.minik.charts.chart.Manifests;
import io.minik.charts.chart.Manifests.Hook;
import io.minik.charts.chart.Manifests.Item;
import io.minik.ground.json.Json;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * One revision of a release, as Helm keeps it: JSON, gzip, base 64, in a Secret.
 *
 * @param body Helm's own form
 * @param hash of all that it was made of
 */
record HelmRelease(ObjectNode body, String hash) {
    static final String DEPLOYED = "deployed";
    static final String FAILED = "failed";
    static final String SUPERSEDED = "superseded";
    static final String HASH = "helmcharts.helm.cattle.io/configHash";
    static final String POLICY = "helm.sh/resource-policy";
    private static final String TYPE = "helm.sh/release.v1";

    /** Unpacked: a Secret holds a mebibyte, and nobody else should make this process hold more. */
    private static final int MOST_BYTES = 16 << 20;

    /** Of a Secret's data, in base 64. */
    private static final int MOST_SEALED = 1_000_000;

    static HelmRelease of(KubeObject secret) {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(
                Base64.getDecoder().decode(Base64.getDecoder().decode(secret.text("data", "release")))))) {
            byte[] json = in.readNBytes(MOST_BYTES + 1);
            if (json.length > MOST_BYTES) {
                throw new ChartException(secret.name() + " holds more than " + MOST_BYTES + " bytes");
            }
            HelmRelease release =
                    new HelmRelease(Json.parseObject(json), secret.annotations().getOrDefault(HASH, ""));
            // Where it is written again is said by what it holds.
            if (!release.key().equals(secret.key())) {
                throw new ChartException(secret.key() + " holds the release of " + release.key() + "; delete it");
            }
            return release;
        } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
            throw new ChartException(
                    "Secret " + secret.key() + " is no release of Helm: " + e.getMessage() + "; delete it");
        }
    }

    String name() {
        return Json.text(body, "name");
    }

    String namespace() {
        return Json.text(body, "namespace");
    }

    int revision() {
        return Json.intOr(0, body, "version");
    }

    String status() {
        return Json.text(body, "info", "status");
    }

    HelmRelease with(String status, String description, String time) {
        ObjectNode copy = body.deepCopy();
        ObjectNode info = Json.child(copy, "info").put("status", status).put("description", description);
        if (Json.text(info, "first_deployed").isEmpty()) {
            info.put("first_deployed", time);
        }
        info.put("last_deployed", time);
        return new HelmRelease(copy, hash);
    }

    List<Item> objects() {
        return Manifests.items("manifest", Json.text(body, "manifest"));
    }

    /** Of each object only which one it is: of many revisions, and all that it takes to take them away. */
    List<Item> places() {
        return objects().stream().map(HelmRelease::place).toList();
    }

    private static Item place(Item item) {
        ObjectNode reduced = Json.object()
                .put("apiVersion", Json.text(item.object(), "apiVersion"))
                .put("kind", item.kind());
        ObjectNode metadata = reduced.putObject("metadata").put("name", item.name());
        String namespace = Json.text(item.object(), "metadata", "namespace");
        if (!namespace.isEmpty()) {
            metadata.put("namespace", namespace);
        }
        String policy =
                item.object().path("metadata").path("annotations").path(POLICY).asText("");
        if (!policy.isEmpty()) {
            metadata.putObject("annotations").put(POLICY, policy);
        }
        return new Item(item.file(), "", reduced);
    }

    List<Hook> hooks() {
        return Json.items(body, "hooks").stream()
                .flatMap(hook -> Manifests.items(Json.text(hook, "path"), Json.text(hook, "manifest")).stream()
                        .map(item -> new Hook(
                                item,
                                Json.stringList(hook, "events"),
                                Json.intOr(0, hook, "weight"),
                                Json.stringList(hook, "delete_policies"))))
                .toList();
    }

    ObjectKey key() {
        return ObjectKey.of(namespace(), "sh.helm.release.v1." + name() + ".v" + revision());
    }

    /** The Secret, as Helm would write it. */
    ObjectNode secret() {
        String sealed = sealed(body);
        if (sealed.length() > MOST_SEALED) {
            // What is needed to go back and to take away stays: the manifest, the hooks, the values.
            ObjectNode smaller = body.deepCopy();
            Json.child(smaller, "chart").putArray("templates");
            Json.child(smaller, "chart").putArray("files");
            sealed = sealed(smaller);
        }
        if (sealed.length() > MOST_SEALED) {
            throw new ChartException(
                    "release does not fit into a Secret: " + sealed.length() + " bytes of " + MOST_SEALED);
        }
        ObjectNode secret =
                Json.object().put("apiVersion", "v1").put("kind", "Secret").put("type", TYPE);
        ObjectNode metadata =
                secret.putObject("metadata").put("name", key().name()).put("namespace", namespace());
        metadata.putObject("labels")
                .put("name", name())
                .put("owner", "helm")
                .put("status", status())
                .put("version", Integer.toString(revision()));
        metadata.putObject("annotations").put(HASH, hash);
        secret.putObject("data")
                .put("release", Base64.getEncoder().encodeToString(sealed.getBytes(StandardCharsets.US_ASCII)));
        return secret;
    }

    private static String sealed(JsonNode body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(Json.bytes(body));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Base64.getEncoder().encodeToString(out.toByteArray());
    }
}
