package io.minik.agent.volume;

import io.minik.agent.volume.Projection.TokenSource;
import io.minik.api.core.Pod;
import io.minik.api.core.Volume;
import io.minik.api.object.ObjectKey;
import io.minik.ground.loop.Loop;
import io.vertx.core.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A mounted volume whose files come from the API: kept up to date until it is closed. Owned by the agent's loop; one write
 * at a time, a change that comes meanwhile is written after it.
 */
final class ContentVolume {
    private static final Logger log = LoggerFactory.getLogger(ContentVolume.class);
    /** A token is replaced when so much of its life is over. */
    private static final double REFRESH_AT = 0.8;

    /** What the kernel gives a tmpfs, and upstream leaves so: what is above it is root's alone. */
    static final int TMPFS_MODE = 01777;

    private static final Duration RETRY = Duration.ofSeconds(30);
    /** Not below: a token that the API makes very short must not make us spin. */
    private static final Duration LEAST_REFRESH = Duration.ofSeconds(10);

    /** What is the same for all volumes of the node. */
    record Node(Loop loop, Sources sources, Tokens tokens, Mounts mounts, FileWork files) {}

    private final Node node;
    private final Projection projection;
    private final Path directory;
    private final String name;
    private final Runnable changed = this::refresh;
    private final Map<TokenSource, Tokens.Token> tokens = new HashMap<>();
    private final List<Loop.Timer> timers = new ArrayList<>();
    private DownwardFields fields;
    private @Nullable Future<Void> writing;
    private boolean again;
    private boolean ready;
    private boolean closed;

    ContentVolume(Node node, Volume volume, Path directory, DownwardFields fields) {
        this.node = node;
        this.name = volume.name();
        this.projection = new Projection(volume);
        this.directory = directory;
        this.fields = fields;
    }

    Future<Void> mount() {
        List<Future<Void>> known = new ArrayList<>();
        projection.sources().forEach(source -> known.add(node.sources().follow(key(source), changed)));
        projection.tokens().forEach(source -> known.add(token(source)));
        return Future.all(known)
                .compose(ignored -> node.files().call(() -> {
                    Files.createDirectories(directory);
                    if (node.mounts().below(directory).isEmpty()) {
                        node.mounts().tmpfs(directory, 0);
                        Files.setAttribute(directory, "unix:mode", TMPFS_MODE);
                    }
                    return null;
                }))
                .compose(ignored -> write())
                .onSuccess(ignored -> ready = true);
    }

    private Sources.Key key(Projection.Source source) {
        return new Sources.Key(source.resource(), ObjectKey.of(pod().namespace(), source.name()));
    }

    private Pod pod() {
        return fields.pod();
    }

    void podChanged(DownwardFields now) {
        fields = now;
        if (projection.showsPod()) {
            refresh();
        }
    }

    void close() {
        closed = true;
        projection.sources().forEach(source -> node.sources().leave(key(source), changed));
        timers.forEach(Loop.Timer::cancel);
    }

    private Future<Void> token(TokenSource source) {
        return node.tokens().request(pod(), source).map(token -> {
            tokens.put(source, token);
            Duration life = Duration.between(node.loop().now(), token.expires());
            refreshToken(source, Duration.ofMillis((long) (life.toMillis() * REFRESH_AT)));
            return null;
        });
    }

    private void refreshToken(TokenSource source, Duration in) {
        if (closed) {
            return;
        }
        Duration delay = in.compareTo(LEAST_REFRESH) < 0 ? LEAST_REFRESH : in;
        timers.add(node.loop().after(delay, () -> {
            if (closed) {
                return;
            }
            token(source).onComplete(result -> node.loop().run(() -> {
                if (result.succeeded()) {
                    refresh();
                } else {
                    warn("service account token could not be refreshed", result.cause());
                    refreshToken(source, RETRY);
                }
            }));
        }));
    }

    private void refresh() {
        if (closed || !ready) {
            return;
        }
        if (writing != null) {
            again = true;
            return;
        }
        write().onFailure(error -> warn("volume could not be brought up to date", error));
    }

    private void warn(String what, Throwable error) {
        log.atWarn()
                .addKeyValue("pod", pod().key())
                .addKeyValue("volume", name)
                .addKeyValue("err", String.valueOf(error.getMessage()))
                .log(what);
    }

    private Future<Void> write() {
        VolumePayload payload;
        try {
            payload = projection.payload(
                    source -> node.sources().get(key(source)),
                    source -> {
                        Tokens.Token token = tokens.get(source);
                        if (token == null) {
                            throw new VolumeFault("no token for audience " + source.audience());
                        }
                        return token.text();
                    },
                    fields);
        } catch (VolumeFault e) {
            return Future.failedFuture(e);
        }
        AtomicDirectory target =
                new AtomicDirectory(directory, pod().spec().securityContext().fsGroup());
        Future<Void> work = node.files().call(() -> {
            target.write(payload.view());
            return null;
        });
        writing = work;
        return work.onComplete(ignored -> {
            writing = null;
            if (again) {
                again = false;
                refresh();
            }
        });
    }
}
