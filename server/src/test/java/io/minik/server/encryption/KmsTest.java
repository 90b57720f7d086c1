package io.minik.server.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.meta.Resources;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.server.encryption.KmsMessages.Message;
import io.minik.server.http.TestApi;
import io.minik.store.Bytes;
import io.minik.store.RangeRequest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A KMS plugin on a socket, and what is stored with its keys. */
class KmsTest {
    private static final String KEY = "/registry/secrets/default/";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    private final AtomicInteger encrypts = new AtomicInteger();
    private final AtomicInteger decrypts = new AtomicInteger();
    private volatile String keyId = "k1";
    private volatile String health = "ok";
    private Optional<HttpServer> plugin = Optional.empty();
    private TestApi api = new TestApi();
    private EncryptionConfig config = EncryptionConfig.NONE;

    @TempDir
    Path folder;

    @BeforeEach
    void start() {
        plugin = Optional.of(TestApi.await(vertx.createHttpServer()
                .requestHandler(GrpcServer.server(vertx).callHandler(this::answer))
                .listen(SocketAddress.domainSocketAddress(socket()))));
        config = started();
    }

    @AfterEach
    void stop() {
        TestApi.await(config.close());
        api.close();
        TestApi.await(vertx.close());
    }

    private String socket() {
        return folder.resolve("kms.sock").toString();
    }

    private EncryptionConfig started() {
        EncryptionConfig made = of(socket(), "5s");
        TestApi.await(made.start(Loop.on(vertx.getOrCreateContext()), () -> {}));
        api.encryption().use(made);
        return made;
    }

    private EncryptionConfig of(String socket, String timeout) {
        String document =
                "{'apiVersion':'apiserver.config.k8s.io/v1','kind':'EncryptionConfiguration','resources':[{'resources':["
                        + "'secrets'],'providers':[{'kms':{'apiVersion':'v2','name':'vault','endpoint':'unix://"
                        + socket
                        + "','timeout':'" + timeout + "'}},{'identity':{}}]}]}";
        return EncryptionConfig.parse(
                Json.parse(document.replace('\'', '"').getBytes(StandardCharsets.UTF_8)), RANDOM, vertx);
    }

    /** Its cipher turns every bit around: whoever looks at what is stored sees no seed. */
    private static byte[] turned(byte[] bytes) {
        byte[] turned = bytes.clone();
        for (int at = 0; at < turned.length; at++) {
            turned[at] = (byte) ~turned[at];
        }
        return turned;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void answer(GrpcServerRequest<Buffer, Buffer> call) {
        call.handler(asked -> {
            byte[] message = asked.getBytes();
            switch (call.methodName()) {
                case "Status" -> end(call, Map.of(1, utf8("v2"), 2, utf8(health), 3, utf8(keyId)), Map.of());
                case "Encrypt" -> {
                    encrypts.incrementAndGet();
                    byte[] plain = KmsMessages.read(message, -1).bytes(1);
                    end(call, Map.of(1, turned(plain), 2, utf8(keyId)), Map.of("where.example.com", utf8("here")));
                }
                default -> {
                    decrypts.incrementAndGet();
                    Message wanted = KmsMessages.read(message, 4);
                    if (wanted.map().containsKey("where.example.com")) {
                        end(call, Map.of(1, turned(wanted.bytes(1))), Map.of());
                    } else {
                        call.response().status(GrpcStatus.INVALID_ARGUMENT).end();
                    }
                }
            }
        });
    }

    private static void end(
            GrpcServerRequest<Buffer, Buffer> call, Map<Integer, byte[]> fields, Map<String, byte[]> annotations) {
        Message message = new Message(new TreeMap<>(fields), Map.of(), annotations);
        call.response().end(Buffer.buffer(KmsMessages.write(message, 3)));
    }

    private Message stored(String name) {
        byte[] value = TestApi.await(api.store().range(RangeRequest.key(Bytes.utf8(KEY + name))))
                .kvs()
                .get(0)
                .value()
                .array();
        String prefix = "k8s:enc:kms:v2:vault:";
        assertThat(new String(value, StandardCharsets.ISO_8859_1)).startsWith(prefix);
        return KmsMessages.read(Arrays.copyOfRange(value, prefix.length(), value.length), 4);
    }

    private void secret(String name) {
        api.create(
                Resources.SECRETS, "default", "{'metadata':{'name':'" + name + "'},'stringData':{'password':'hush'}}");
    }

    private String password(String name) {
        return api.get(Resources.SECRETS, "default", name).text("data", "password");
    }

    @Test
    void valuesAreSealedBySeedsThatThePluginSeals() throws Exception {
        secret("one");
        secret("two");
        Message object = stored("one");
        assertThat(object.text(2)).isEqualTo("k1");
        assertThat(object.numbers()).containsEntry(5, 1L);
        assertThat(object.map()).containsOnlyKeys("where.example.com");
        assertThat(password("one")).isEqualTo("aHVzaA==");
        assertThat(encrypts).hasValue(1);
        assertThat(decrypts).hasValue(0);
        // As upstream opens it: the seed of the plugin, the derived key, the key's path.
        byte[] plain = new SeedGcm(turned(object.bytes(3)), RANDOM).open(object.bytes(1), utf8(KEY + "one"));
        assertThat(new String(plain, StandardCharsets.UTF_8)).contains("aHVzaA==");
        assertThatThrownBy(() -> new SeedGcm(turned(object.bytes(3)), RANDOM).open(object.bytes(1), utf8(KEY + "two")))
                .hasMessage("cipher: message authentication failed");
    }

    @Test
    void anotherServerAsksForTheSeedOnce() {
        secret("one");
        secret("two");
        TestApi.await(config.close());
        config = started();
        TestApi.await(api.encryption().learn());
        api.restart();
        assertThat(password("one")).isEqualTo("aHVzaA==");
        assertThat(password("two")).isEqualTo("aHVzaA==");
        assertThat(decrypts).hasValue(1);
        assertThat(encrypts).hasValue(2);
    }

    @Test
    void aSeedThatNobodyAskedForIsToldAndAskedFor() {
        secret("one");
        TestApi.await(config.close());
        config = started();
        api.restart();
        assertThatThrownBy(() -> password("one"))
                .hasMessageContaining("unable to transform key \"" + KEY + "one\": failed to decrypt DEK");
        TestApi.await(api.encryption().learn());
        TestApi.await(api.server().readAgain());
        assertThat(password("one")).isEqualTo("aHVzaA==");
    }

    @Test
    void whenThePluginsKeyIsAnotherOldValuesAreStale() {
        secret("one");
        keyId = "k2";
        TestApi.await(config.look());
        assertThat(encrypts).hasValue(2);
        secret("two");
        assertThat(stored("two").text(2)).isEqualTo("k2");
        assertThat(stored("one").text(2)).isEqualTo("k1");
        api.update(Resources.SECRETS, api.get(Resources.SECRETS, "default", "one"), "");
        assertThat(stored("one").text(2)).isEqualTo("k2");
        assertThat(password("one")).isEqualTo("aHVzaA==");
        TestApi.await(config.look());
        assertThat(encrypts).hasValue(2);
    }

    @Test
    void aPluginThatIsNotWellIsToldOf() {
        assertThat(config.trouble()).isEmpty();
        health = "sealed";
        assertThatThrownBy(() -> TestApi.await(config.look()))
                .hasRootCauseMessage("got unexpected healthz status: sealed");
        assertThat(config.trouble()).isEqualTo("vault: got unexpected healthz status: sealed");
        // What it sealed a moment ago still reads, and is still written with.
        secret("one");
        assertThat(password("one")).isEqualTo("aHVzaA==");
        health = "ok";
        TestApi.await(config.look());
        assertThat(config.trouble()).isEmpty();
        TestApi.await(plugin.orElseThrow().close());
        assertThatThrownBy(() -> TestApi.await(config.look())).isInstanceOf(AssertionError.class);
        assertThat(config.trouble()).startsWith("vault: ");
    }

    @Test
    void aPluginThatTakesCallsAndNeverAnswersHoldsNobody() {
        secret("before");
        String silent = folder.resolve("silent.sock").toString();
        NetServer mute = TestApi.await(
                vertx.createNetServer().connectHandler(unused -> {}).listen(SocketAddress.domainSocketAddress(silent)));
        EncryptionConfig hung = of(silent, "300ms");
        Future<Void> asked = hung.start(Loop.on(vertx.getOrCreateContext()), () -> {});
        assertThat(TestApi.await(asked.map(true).otherwise(false))).isFalse();
        assertThat(hung.trouble()).startsWith("vault: ").doesNotContain("not asked yet");
        // Nobody waits for it: what another provider has sealed is read and written meanwhile.
        secret("one");
        assertThat(password("before")).isEqualTo("aHVzaA==");
        TestApi.await(hung.close());
        TestApi.await(mute.close());
    }
}
