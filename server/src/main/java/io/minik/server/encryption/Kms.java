package io.minik.server.encryption;

import io.minik.ground.loop.Loop;
import io.minik.server.encryption.KmsMessages.Message;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A KMS v2 provider: values are sealed here, by keys derived from a seed that the plugin has sealed; that seed stands before each
 * value. The plugin is asked when this server starts, when its key becomes another, and for each seed that is met for the first time.
 *
 * <pre>
 *   status --healthy, key id K--> a seed, encrypted by K: what is written from here on
 *     every minute --key id K2--> another seed; what is under K is stale
 *                  --not healthy--> asked again in 10 s; after 3 minutes nothing is written any more, reading goes on
 * </pre>
 */
final class Kms implements Sealing {
    private static final Logger log = LoggerFactory.getLogger(Kms.class);

    private static final Duration LOOK_EVERY = Duration.ofMinutes(1);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(10);
    /** A seed whose key was not confirmed for so long seals nothing new: the key may have been revoked. */
    private static final Duration TRUSTED = Duration.ofMinutes(3);

    private static final int SEED = 1;
    private static final int NO_MAP = -1;

    /** EncryptedObject's fields. */
    private static final int DATA = 1;

    private static final int KEY_ID = 2;
    private static final int SOURCE = 3;
    private static final int ANNOTATIONS = 4;
    private static final int SOURCE_TYPE = 5;

    private final String name;
    private final KmsClient client;
    private final SecureRandom random;
    private final InstantSource clock;
    /** Opened seeds and keys, by a digest of their sealed form: as many as there were starts and keys. */
    private final Map<String, Sealing> opened = new ConcurrentHashMap<>();

    private final Map<String, Future<Void>> asked = new ConcurrentHashMap<>();
    private volatile @Nullable State state;
    private volatile String trouble = "not asked yet";
    private volatile boolean closed;
    private volatile Runnable learned = () -> {};

    /** What is written with now. */
    private record State(Sealing sealing, String keyId, Message head, Instant until) {}

    Kms(Vertx vertx, String name, String socket, Duration timeout, SecureRandom random) {
        this.name = name;
        this.client = new KmsClient(vertx, socket, timeout);
        this.random = random;
        this.clock = InstantSource.system();
    }

    String name() {
        return name;
    }

    /** Empty: it serves. */
    String trouble() {
        return trouble;
    }

    /** @param whenLearned there may be values now that can be opened and could not before */
    Future<Void> start(Loop loop, Runnable whenLearned) {
        learned = whenLearned;
        return look().onComplete(looked -> again(loop, looked.succeeded()));
    }

    private void again(Loop loop, boolean well) {
        if (!closed) {
            loop.after(well ? LOOK_EVERY : LOOK_AGAIN, () -> {
                boolean troubled = !trouble.isEmpty();
                look().onComplete(looked -> {
                    if (troubled && looked.succeeded()) {
                        learned.run();
                    }
                    again(loop, looked.succeeded());
                });
            });
        }
    }

    Future<Void> close() {
        closed = true;
        return client.close();
    }

    /** Asks how the plugin is, and takes its key. */
    Future<Void> look() {
        return client.call("Status", new byte[0])
                .compose(answer -> {
                    Message status = KmsMessages.read(answer, NO_MAP);
                    if (!Set.of("v2", "v2beta1").contains(status.text(1))) {
                        return Future.failedFuture("unsupported KMS API version " + status.text(1));
                    }
                    if (!status.text(2).equals("ok")) {
                        return Future.failedFuture("got unexpected healthz status: " + status.text(2));
                    }
                    return key(status.text(3));
                })
                .onSuccess(unused -> trouble = "")
                .onFailure(error -> {
                    trouble = String.valueOf(error.getMessage());
                    log.atError()
                            .addKeyValue("provider", name)
                            .addKeyValue("err", trouble)
                            .log("a KMS plugin does not serve");
                });
    }

    private Future<Void> key(String keyId) {
        State present = state;
        Instant until = clock.instant().plus(TRUSTED);
        if (present != null && present.keyId.equals(keyId)) {
            state = new State(present.sealing, keyId, present.head, until);
            return Future.succeededFuture();
        }
        byte[] seed = new byte[SeedGcm.SEED_BYTES];
        random.nextBytes(seed);
        Map<Integer, byte[]> asks = Map.of(1, seed, 2, uid());
        return client.call("Encrypt", KmsMessages.write(new Message(new TreeMap<>(asks), Map.of(), Map.of()), NO_MAP))
                .compose(answer -> {
                    Message sealed = KmsMessages.read(answer, 3);
                    if (sealed.bytes(1).length == 0 || sealed.text(2).isEmpty()) {
                        return Future.failedFuture("failed to encrypt DEK, error: the answer is empty");
                    }
                    Message head = new Message(
                            Map.of(KEY_ID, sealed.bytes(2), SOURCE, sealed.bytes(1)),
                            Map.of(SOURCE_TYPE, (long) SEED),
                            sealed.map());
                    Sealing sealing = new SeedGcm(seed, random);
                    opened.put(digest(head), sealing);
                    state = new State(sealing, sealed.text(2), head, until);
                    log.atInfo()
                            .addKeyValue("provider", name)
                            .addKeyValue("key", sealed.text(2))
                            .log("a KMS key is used");
                    return Future.succeededFuture();
                });
    }

    private byte[] uid() {
        byte[] random16 = new byte[16];
        random.nextBytes(random16);
        return HexFormat.of().formatHex(random16).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] seal(byte[] plain, byte[] context) throws GeneralSecurityException {
        State present = state;
        if (present == null) {
            throw new GeneralSecurityException("KMS provider " + name + ": " + trouble);
        }
        if (clock.instant().isAfter(present.until)) {
            throw new GeneralSecurityException(
                    "encryptedDEKSource of KMS provider " + name + " expired at " + present.until + ": " + trouble);
        }
        Map<Integer, byte[]> bytes = new TreeMap<>(present.head.bytes());
        bytes.put(DATA, present.sealing.seal(plain, context));
        return KmsMessages.write(new Message(bytes, present.head.numbers(), present.head.map()), ANNOTATIONS);
    }

    @Override
    public byte[] open(byte[] sealed, byte[] context) throws GeneralSecurityException {
        Message object = object(sealed);
        Sealing sealing = opened.get(digest(object));
        if (sealing == null) {
            learn(object).onSuccess(unused -> learned.run()).onFailure(error -> log.atError()
                    .addKeyValue("provider", name)
                    .addKeyValue("err", String.valueOf(error.getMessage()))
                    .log("a KMS plugin does not open a key"));
            throw new GeneralSecurityException(
                    "failed to decrypt DEK, error: the KMS provider " + name + " is being asked");
        }
        return sealing.open(object.bytes(DATA), context);
    }

    private static Message object(byte[] sealed) throws GeneralSecurityException {
        try {
            return KmsMessages.read(sealed, ANNOTATIONS);
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Whether there is something to ask the plugin before a value can be opened; succeeds when it has answered. */
    @Override
    public Optional<Future<Void>> learn(byte[] sealed) {
        try {
            Message object = object(sealed);
            return opened.containsKey(digest(object)) ? Optional.empty() : Optional.of(learn(object));
        } catch (GeneralSecurityException unreadable) {
            return Optional.empty();
        }
    }

    private Future<Void> learn(Message object) {
        String digest = digest(object);
        Promise<Void> learnt = Promise.promise();
        Future<Void> already = asked.putIfAbsent(digest, learnt.future());
        if (already != null) {
            return already;
        }
        Map<Integer, byte[]> asks = new TreeMap<>(Map.of(1, object.bytes(SOURCE), 2, uid(), 3, object.bytes(KEY_ID)));
        client.call("Decrypt", KmsMessages.write(new Message(asks, Map.of(), object.map()), ANNOTATIONS))
                .compose(answer -> {
                    byte[] key = KmsMessages.read(answer, NO_MAP).bytes(1);
                    boolean seed = object.numbers().getOrDefault(SOURCE_TYPE, 0L) == SEED;
                    opened.put(digest, seed ? new SeedGcm(key, random) : new AesGcm(key, random));
                    return Future.<Void>succeededFuture();
                })
                .onComplete(done -> {
                    asked.remove(digest);
                    learnt.handle(done);
                });
        return learnt.future();
    }

    @Override
    public boolean fresh(byte[] sealed) {
        State present = state;
        try {
            Message object = object(sealed);
            return present != null
                    && object.text(KEY_ID).equals(present.keyId)
                    && object.numbers().getOrDefault(SOURCE_TYPE, 0L) == SEED;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** What a sealed seed is known by: all that stands before a value. */
    private static String digest(Message object) {
        Message head = new Message(
                new TreeMap<>(Map.of(KEY_ID, object.bytes(KEY_ID), SOURCE, object.bytes(SOURCE))),
                Map.of(SOURCE_TYPE, object.numbers().getOrDefault(SOURCE_TYPE, 0L)),
                object.map());
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(KmsMessages.write(head, ANNOTATIONS)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
