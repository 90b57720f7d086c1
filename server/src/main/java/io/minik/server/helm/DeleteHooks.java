package io.minik.server.helm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiClient;
import io.minik.api.client.PatchType;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.Outcomes;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Which hooks a HelmChart has brought that run when it goes. They are kept in a Secret of the target namespace, as Helm keeps them, and
 * run as who may do everything: so the HelmChart, which only such a one writes, says which they are. Otherwise whoever writes
 * Secrets there would have his own run.
 */
final class DeleteHooks {
    static final String ANNOTATION = "helm.minik.io/delete-hooks";
    static final List<String> EVENTS = List.of("pre-delete", "post-delete");

    /** As many as there are revisions. */
    private static final int MOST = 10;

    private DeleteHooks() {}

    private static boolean any(HelmRelease release) {
        return Json.items(release.body(), "hooks").stream()
                .anyMatch(hook -> Json.stringList(hook, "events").stream().anyMatch(EVENTS::contains));
    }

    static String digest(HelmRelease release) {
        StringBuilder all = new StringBuilder();
        for (JsonNode hook : Json.items(release.body(), "hooks")) {
            // Helm writes down when it ran them.
            ObjectNode said = hook.deepCopy();
            said.remove("last_run");
            all.append(said.size()).append(' ').append(said).append('\n');
        }
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256").digest(all.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static List<String> known(KubeObject chart) {
        String said = chart.annotations().getOrDefault(ANNOTATION, "");
        return said.isEmpty() ? List.of() : List.of(said.split(",", -1));
    }

    /** Whether it has none, or those that the HelmChart has brought. */
    static boolean areOf(KubeObject chart, HelmRelease release) {
        return !any(release) || known(chart).contains(digest(release));
    }

    /** Before the release is written. */
    static Future<Void> remember(ApiClient client, KubeObject chart, HelmRelease release) {
        if (areOf(chart, release)) {
            return Future.succeededFuture();
        }
        ObjectNode patch = Json.object();
        patch.putObject("metadata").putObject("annotations").put(ANNOTATION, added(chart, release));
        return Outcomes.ignoring(
                client.patch(ChartDefinitions.CHARTS, chart.key(), "", PatchType.MERGE, patch), Reason.NotFound);
    }

    /** The digests with that of the release; where there are too many, the oldest goes. */
    static String added(KubeObject chart, HelmRelease release) {
        List<String> all = new ArrayList<>(known(chart));
        all.add(digest(release));
        return String.join(",", all.subList(Math.max(0, all.size() - MOST), all.size()));
    }
}
