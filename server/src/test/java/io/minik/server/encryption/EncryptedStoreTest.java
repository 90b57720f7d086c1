package io.minik.server.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.http.TestApi;
import io.minik.store.Bytes;
import io.minik.store.KeyValue;
import io.minik.store.RangeRequest;
import io.minik.store.Txn;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the store has and what the API shows, while the configuration changes. */
class EncryptedStoreTest {
    private static final ObjectKey ONE = ObjectKey.of("default", "one");
    private static final String OLD = "MDEyMzQ1Njc4OWFiY2RlZg==";
    private static final String NEW = "ZmVkY2JhOTg3NjU0MzIxMA==";

    private TestApi api;

    @BeforeEach
    void start() {
        api = new TestApi();
    }

    @AfterEach
    void stop() {
        api.close();
    }

    private void use(String providers) {
        String document =
                "{'apiVersion':'apiserver.config.k8s.io/v1','kind':'EncryptionConfiguration','resources':[{'resources':["
                        + "'secrets'],'providers':[" + providers + "]}]}";
        api.encryption()
                .use(EncryptionConfig.parse(
                        Json.parse(document.replace('\'', '"').getBytes(StandardCharsets.UTF_8)), new SecureRandom()));
        TestApi.await(api.server().readAgain());
    }

    private static String key(String name, String secret) {
        return "{'aesgcm':{'keys':[{'name':'" + name + "','secret':'" + secret + "'}]}}";
    }

    private KeyValue stored(String key) {
        List<KeyValue> kvs = TestApi.await(api.store().range(RangeRequest.key(Bytes.utf8(key))))
                .kvs();
        assertThat(kvs).hasSize(1);
        return kvs.get(0);
    }

    private String text(String key) {
        return new String(stored(key).value().array(), StandardCharsets.ISO_8859_1);
    }

    private KubeObject secret(String name) {
        return api.create(
                Resources.SECRETS, "default", "{'metadata':{'name':'" + name + "'},'stringData':{'password':'hush'}}");
    }

    @Test
    void aSecretIsSealedInTheStoreAndNowhereElse() {
        use(key("key1", OLD));
        secret("one");
        assertThat(text("/registry/secrets/default/one"))
                .startsWith("k8s:enc:aesgcm:v1:key1:")
                .doesNotContain("aHVzaA==");
        assertThat(api.get(Resources.SECRETS, "default", "one").text("data", "password"))
                .isEqualTo("aHVzaA==");
        assertThat(api.list(Resources.SECRETS, "default", Map.of())
                        .items()
                        .get(0)
                        .text("data", "password"))
                .isEqualTo("aHVzaA==");
        api.awaitValue(Resources.SECRETS, ONE, "aHVzaA==", "data", "password");
        api.create(Resources.CONFIG_MAPS, "default", "{'metadata':{'name':'plain'}}");
        assertThat(text("/registry/configmaps/default/plain")).startsWith("{");
    }

    @Test
    void whatWasThereBeforeIsReadAndSealedWhenItIsWrittenEvenUnchanged() {
        secret("one");
        assertThat(text("/registry/secrets/default/one")).startsWith("{");
        use(key("key1", OLD) + ",{'identity':{}}");
        KubeObject same = api.get(Resources.SECRETS, "default", "one");
        api.update(Resources.SECRETS, same, "");
        assertThat(text("/registry/secrets/default/one")).startsWith("k8s:enc:aesgcm:v1:key1:");
        long revision = stored("/registry/secrets/default/one").modRevision();
        api.update(Resources.SECRETS, api.get(Resources.SECRETS, "default", "one"), "");
        assertThat(stored("/registry/secrets/default/one").modRevision()).isEqualTo(revision);
        use(key("key2", NEW) + "," + key("key1", OLD));
        api.update(Resources.SECRETS, api.get(Resources.SECRETS, "default", "one"), "");
        assertThat(text("/registry/secrets/default/one")).startsWith("k8s:enc:aesgcm:v1:key2:");
    }

    @Test
    void allOfAResourceIsRewrittenUnderTheNewKey() {
        use(key("key1", OLD));
        for (int i = 0; i < 5; i++) {
            secret("s" + i);
        }
        use(key("key2", NEW) + "," + key("key1", OLD));
        secret("fresh");
        List<EncryptedStore.Rewritten> done = new CopyOnWriteArrayList<>();
        TestApi.await(api.encryption().rewrite(Resources.SECRETS, done::add));
        assertThat(done.stream().reduce(EncryptedStore.Rewritten::plus))
                .contains(new EncryptedStore.Rewritten(6, 5, 0));
        use(key("key2", NEW));
        assertThat(api.list(Resources.SECRETS, "default", Map.of()).items()).hasSize(6);
        assertThat(text("/registry/secrets/default/s3")).startsWith("k8s:enc:aesgcm:v1:key2:");
    }

    @Test
    void whatCannotBeOpenedIsToldAndStays() {
        use(key("key1", OLD));
        secret("one");
        secret("two");
        String sealed = text("/registry/secrets/default/one");
        use(key("key2", NEW));
        // A new server, which never saw it.
        api.restart();
        String why =
                "Internal error occurred: unable to transform key \"/registry/secrets/default/one\": no matching key was found"
                        + " for the provided AES transformer";
        assertThatThrownBy(() -> api.get(Resources.SECRETS, "default", "one"))
                .isInstanceOf(ApiException.class)
                .hasMessage(why);
        assertThatThrownBy(() -> api.list(Resources.SECRETS, "default", Map.of()))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("unable to transform key \"/registry/secrets/default/");
        assertThatThrownBy(() -> secret("one")).hasMessage(why);
        assertThatThrownBy(() -> api.delete(Resources.SECRETS, ONE, "{}")).hasMessage(why);
        assertThat(api.list(Resources.SECRETS, "other", Map.of()).items()).isEmpty();
        assertThat(secret("three").name()).isEqualTo("three");
        assertThat(text("/registry/secrets/default/one")).isEqualTo(sealed);
        use(key("key2", NEW) + "," + key("key1", OLD));
        assertThat(api.get(Resources.SECRETS, "default", "one").text("data", "password"))
                .isEqualTo("aHVzaA==");
        assertThat(api.list(Resources.SECRETS, "default", Map.of()).items()).hasSize(3);
    }

    @Test
    void whatSomebodyElseStoresIsOpenedOrTold() {
        use(key("key1", OLD));
        secret("one");
        Bytes key = Bytes.utf8("/registry/secrets/default/one");
        TestApi.await(
                api.store().txn(Txn.put(key, Bytes.utf8("k8s:enc:aesgcm:v1:key1:0123456789012345678901234567890"))));
        assertThatThrownBy(() -> api.get(Resources.SECRETS, "default", "one"))
                .hasMessage(
                        "Internal error occurred: unable to transform key \"/registry/secrets/default/one\": cipher: message"
                                + " authentication failed");
    }
}
