package io.minik.agent.kubelet;

import io.minik.agent.volume.FileWork;
import io.minik.api.object.KubeObject;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Static pods by a URL. A server that is away, or says what is no manifest, leaves its pods as they were, also over a restart: the last
 * answer that could be used lies in the kubelet's directory. On the agent's loop; one look at a time.
 */
final class StaticPage {
    private static final Logger log = LoggerFactory.getLogger(StaticPage.class);

    private final KubeletSettings.StaticUrl settings;
    private final PageFetch pages;
    private final FileWork files;
    private final Path kept;
    private final StaticManifest manifest;

    // Owned by the loop.
    private byte[] last = {};
    private Map<String, KubeObject> pods = Map.of();
    private String complaint = "";

    StaticPage(KubeletConfig config, FileWork files) {
        this.settings = config.settings().staticUrl();
        this.pages = config.pages();
        this.files = files;
        this.kept = config.rootDir().resolve("static-pods-page");
        this.manifest = new StaticManifest(config.nodeName());
    }

    /** How often there is something to look at; empty without a URL. */
    Optional<Duration> every() {
        return settings.url().map(url -> settings.every());
    }

    /** What was wanted when this node last knew. */
    Future<Map<String, KubeObject>> remembered(Instant now) {
        return settings.url()
                .map(url ->
                        files.call(this::read).map(text -> take(url, text, now) ? pods : Map.<String, KubeObject>of()))
                .orElse(Future.succeededFuture(Map.of()));
    }

    private byte[] read() throws IOException {
        try {
            return Files.readAllBytes(kept);
        } catch (NoSuchFileException first) {
            return new byte[0];
        }
    }

    /** The pods that are wanted, by what is unique to each. Never fails: what can't be read leaves what was. */
    Future<Map<String, KubeObject>> look(Instant now) {
        if (settings.url().isEmpty()) {
            return Future.succeededFuture(pods);
        }
        URI url = settings.url().get();
        return pages.get(url, settings.header())
                .compose(text -> {
                    if (Arrays.equals(text, last) || !take(url, text, now)) {
                        return Future.succeededFuture(pods);
                    }
                    return files.call(() -> keep(text)).map(done -> pods);
                })
                .otherwise(error -> {
                    complain(url, String.valueOf(error.getMessage()));
                    return pods;
                });
    }

    private Path keep(byte[] text) throws IOException {
        Files.createDirectories(kept.resolveSibling(""));
        Path fresh = Files.write(kept.resolveSibling(kept.getFileName() + ".new"), text);
        return Files.move(fresh, kept, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private boolean take(URI url, byte[] text, Instant now) {
        if (text.length == 0) {
            complain(url, "zero-length data received from " + url);
            return false;
        }
        try {
            Map<String, KubeObject> found = new LinkedHashMap<>();
            StaticManifest.Origin origin = new StaticManifest.Origin("http", url.toString());
            manifest.readAll(origin, text, now.toString())
                    .forEach(pod -> found.put(pod.key().toString(), pod));
            pods = found;
            last = text;
            complaint = "";
            return true;
        } catch (RuntimeException wrong) {
            complain(url, String.valueOf(wrong.getMessage()));
            return false;
        }
    }

    /** Once for each thing that is wrong: it would be said at every look. */
    private void complain(URI url, String why) {
        if (!why.equals(complaint)) {
            log.atError()
                    .addKeyValue("url", url)
                    .addKeyValue("err", why)
                    .log("static pods could not be read from a URL");
        }
        complaint = why;
    }
}
