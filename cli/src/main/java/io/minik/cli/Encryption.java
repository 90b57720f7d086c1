package io.minik.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resource;
import io.minik.api.schema.Kinds;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.ground.room.Room;
import io.minik.ground.tls.SecretFile;
import io.minik.server.encryption.EncryptedStore;
import io.minik.server.encryption.EncryptedStore.Rewritten;
import io.minik.server.encryption.EncryptionConfig;
import io.minik.server.encryption.ManagedConfig;
import io.minik.server.http.ApiServer.PageAnswer;
import io.minik.server.http.ApiServer.PageRequest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Encryption at rest: which file says it, that file's changes, and {@code minik secrets-encrypt}, which is answered here.
 *
 * <pre>
 *   --encryption-provider-config FILE          the administrator's; followed with …-automatic-reload
 *   DATA/server/encryption.json                minik's own, once --secrets-encryption or "enable" made it
 * </pre>
 */
final class Encryption implements Room {
    static final String PATH = "/minik/v1/secrets-encrypt";
    private static final Logger log = LoggerFactory.getLogger(Encryption.class);
    private static final String FLAG = "--encryption-provider-config";

    /** Upstream's: a file that is replaced as a mounted Secret is can't be watched. */
    private static final Duration LOOK_EVERY = Duration.ofMinutes(1);

    private static final Set<String> ACTIONS = Set.of("enable", "disable", "rotate-keys", "reencrypt");

    private final Vertx vertx;
    private final SecurityOptions options;
    private final Kinds kinds;
    private final Path own;
    private final boolean shared;
    private final EncryptedStore store;
    private final SecureRandom random = new SecureRandom();
    private Supplier<Future<Void>> readAgain = Future::succeededFuture;

    private volatile EncryptionConfig config = EncryptionConfig.NONE;

    // Guarded by this.
    private byte[] bytes = {};
    private @Nullable ManagedConfig managed;
    private String stage = "";
    private Rewritten done = new Rewritten(0, 0, 0);

    Encryption(Vertx vertx, SecurityOptions options, Path dataDir, Datastore datastore, Kinds kinds) {
        this.vertx = vertx;
        this.options = options;
        this.kinds = kinds;
        this.shared = datastore.isElsewhere();
        this.own = dataDir.resolve("server/encryption.json");
        this.store = new EncryptedStore(datastore.store(), kinds.now().stored());
    }

    EncryptedStore store() {
        return store;
    }

    /** Before anything is read of the store. Blocks. @throws StartFailure naming the flag and the place */
    synchronized void load() {
        if (!options.encryptionConfigFile.isEmpty()) {
            Path file = Path.of(options.encryptionConfigFile);
            try {
                bytes = ConfigFile.bytes(file);
                config = EncryptionConfig.parse(document(bytes), random, vertx);
                store.use(config);
            } catch (IOException e) {
                throw new StartFailure(FLAG + ": can't read " + file + ": " + e.getMessage(), e);
            } catch (RuntimeException e) {
                throw new StartFailure(FLAG + ": " + file + ": " + e.getMessage(), e);
            }
            return;
        }
        try {
            if (Files.exists(own)) {
                managed = ManagedConfig.parse(Json.parse(Files.readAllBytes(own)));
                store.use(EncryptionConfig.parse(managed.document(), random));
            } else if (options.secretsEncryption) {
                keep(ManagedConfig.begun(random));
            }
        } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
            throw new StartFailure(
                    own + ": " + e.getMessage() + "; restore it, without its keys no Secret can be read", e);
        }
    }

    private static JsonNode document(byte[] text) {
        return ConfigFile.parse(new String(text, StandardCharsets.UTF_8));
    }

    boolean isRemote() {
        return config.isRemote();
    }

    @Override
    public String name() {
        return "kms-providers";
    }

    /** Others are asked for their keys before what is stored is read; who does not answer keeps nobody from starting. */
    @Override
    public Future<Void> start() {
        return config.start(Loop.here(vertx), this::learned)
                .compose(unused -> store.learn())
                .onFailure(error -> log.atError()
                        .addKeyValue("err", String.valueOf(error.getMessage()))
                        .log("what a KMS plugin has sealed can't be read until it answers"))
                .otherwiseEmpty();
    }

    @Override
    public Future<Void> stop() {
        return config.close();
    }

    @Override
    public Health health() {
        String trouble = config.trouble();
        return trouble.isEmpty() ? Health.READY : Health.notReady(trouble);
    }

    private void learned() {
        store.learn().eventually(() -> readAgain.get()).onFailure(error -> log.atError()
                .addKeyValue("err", String.valueOf(error.getMessage()))
                .log("what is stored encrypted could not be read again"));
    }

    /** Written before it is used: a key that seals and is lost is a Secret lost. */
    private synchronized void keep(ManagedConfig config) {
        SecretFile.write(own, config.document().toString());
        managed = config;
        store.use(EncryptionConfig.parse(config.document(), random));
    }

    /** @param again what could not be read is to be read again */
    void follow(Loop loop, Supplier<Future<Void>> again) {
        readAgain = again;
        if (options.encryptionConfigReload && !options.encryptionConfigFile.isEmpty()) {
            loop.every(LOOK_EVERY, () -> lookedAt().onFailure(error -> log.atError()
                    .addKeyValue("file", options.encryptionConfigFile)
                    .addKeyValue("err", error.getMessage())
                    .log("the encryption configuration is not followed, the last one holds")));
        }
    }

    private Future<Void> lookedAt() {
        return vertx.executeBlocking(this::look)
                .compose(changed -> changed ? start().compose(unused -> readAgain.get()) : Future.succeededFuture());
    }

    private synchronized boolean look() throws IOException {
        byte[] now = ConfigFile.bytes(Path.of(options.encryptionConfigFile));
        if (Arrays.equals(now, bytes)) {
            return false;
        }
        EncryptionConfig next = EncryptionConfig.parse(document(now), random, vertx);
        EncryptionConfig last = config;
        config = next;
        store.use(next);
        bytes = now;
        last.close().onFailure(error -> log.atDebug().setCause(error).log("a KMS plugin's socket"));
        log.atInfo()
                .addKeyValue("file", options.encryptionConfigFile)
                .log("the encryption configuration is another one");
        return true;
    }

    /** {@value #PATH}: what is, and, by POST, what is to be. Only who may do everything comes here. */
    Future<PageAnswer> page(PageRequest request) {
        String action = request.query().getOrDefault("action", "");
        if (request.method().equals("GET")) {
            return Pages.answer(200, status());
        }
        if (!request.method().equals("POST") || !ACTIONS.contains(action)) {
            return Pages.answer(400, Json.object().put("error", "an action is one of " + String.join(", ", ACTIONS)));
        }
        Optional<String> refused = begin(action);
        if (refused.isPresent()) {
            return Pages.answer(409, Json.object().put("error", refused.get()));
        }
        run(action).onComplete(unused -> stage("")).onFailure(error -> log.atError()
                .addKeyValue("action", action)
                .addKeyValue("err", error.getMessage())
                .log("secrets-encrypt failed"));
        return Pages.answer(202, status());
    }

    private synchronized Optional<String> begin(String action) {
        if (!stage.isEmpty()) {
            return Optional.of(stage + " is under way");
        }
        if (!action.equals("reencrypt") && !options.encryptionConfigFile.isEmpty()) {
            return Optional.of("encryption is what " + FLAG + " says: change that file");
        }
        if (shared && !action.equals("reencrypt") && options.encryptionConfigFile.isEmpty()) {
            return Optional.of("servers of one etcd must have the same keys at the same time: give them alike by "
                    + FLAG + " with --encryption-provider-config-automatic-reload");
        }
        if (managed == null && !action.equals("enable") && options.encryptionConfigFile.isEmpty()) {
            return Optional.of("encryption was never switched on: minik secrets-encrypt enable");
        }
        stage = action;
        done = new Rewritten(0, 0, 0);
        return Optional.empty();
    }

    private synchronized void stage(String now) {
        stage = now;
    }

    private Future<Void> run(String action) {
        return vertx.executeBlocking(() -> {
                    change(action);
                    return null;
                })
                .compose(unused -> readAgain.get())
                .compose(unused -> rewrite(stored(), 0))
                .compose(unused -> vertx.executeBlocking(() -> {
                    forget(action);
                    return null;
                }));
    }

    private synchronized void change(String action) {
        ManagedConfig now = managed;
        switch (action) {
            case "enable" -> keep(now == null ? ManagedConfig.begun(random) : now.on(true));
            case "disable" -> keep(of(now).on(false));
            case "rotate-keys" -> keep(of(now).rotated(random));
            default -> {}
        }
    }

    private static ManagedConfig of(@Nullable ManagedConfig config) {
        if (config == null) {
            throw new IllegalStateException("there is no configuration of minik's own");
        }
        return config;
    }

    /** Keys that nothing is sealed with any more. */
    private synchronized void forget(String action) {
        if (action.equals("rotate-keys") && done.failed() == 0) {
            keep(of(managed).withFirstKeyAlone());
        }
    }

    private List<Resource> stored() {
        return new ArrayList<>(kinds.now().stored());
    }

    private Future<Void> rewrite(List<Resource> resources, int at) {
        if (at == resources.size()) {
            return Future.succeededFuture();
        }
        return store.rewrite(resources.get(at), this::count).compose(unused -> rewrite(resources, at + 1));
    }

    private synchronized void count(Rewritten more) {
        done = done.plus(more);
    }

    private synchronized ObjectNode status() {
        ManagedConfig now = managed;
        boolean file = !options.encryptionConfigFile.isEmpty();
        ObjectNode status = Json.object()
                .put("enabled", file || (now != null && now.isOn()))
                .put("by", file ? options.encryptionConfigFile : now == null ? "" : own.toString())
                .put("stage", stage)
                .put("looked", done.looked())
                .put("written", done.written())
                .put("failed", done.failed());
        if (now != null) {
            now.keyNames().forEach(status.putArray("keys")::add);
        }
        return status;
    }
}
