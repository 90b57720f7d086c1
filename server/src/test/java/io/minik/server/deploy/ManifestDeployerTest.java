package io.minik.server.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.client.ApiClient;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.loop.Loop;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.http.TestApi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files as people lay them into server/manifests, on a whole API server. */
class ManifestDeployerTest {
    @TempDir
    Path place;

    private TestApi api;
    private ManifestDeployer deployer;

    @BeforeEach
    void start() {
        api = new TestApi();
        deploy();
    }

    @AfterEach
    void stop() {
        TestApi.await(deployer.stop());
        api.close();
    }

    private void deploy() {
        ControllerContext context =
                ControllerContext.of(Loop.here(api.vertx()), new ApiClient(api.transport(), "deploy"));
        deployer =
                new ManifestDeployer(api.vertx(), context, api.server().kinds().kinds(), place);
        TestApi.await(deployer.start());
    }

    /** As kubectl and editors do it: whole, at once. */
    private void lay(String file, String... documents) throws IOException {
        Path draft = Files.writeString(place.resolve("." + file), String.join("\n---\n", documents));
        Files.move(draft, place.resolve(file), StandardCopyOption.ATOMIC_MOVE);
    }

    private static String map(String name, String value) {
        return "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: " + name + "\ndata:\n  k: " + value + "\n";
    }

    private void awaitMap(String name, String value) {
        api.awaitValue(Resources.CONFIG_MAPS, ObjectKey.of("default", name), value, "data", "k");
    }

    private void awaitEvent(String reason, String message) {
        api.awaitValue(Resources.EVENTS, "kube-system", "reason=" + reason, message, "message");
    }

    private KubeObject record(String file) {
        ObjectKey key = DeployRecord.key(file);
        return api.get(Resources.CONFIG_MAPS, key.namespace(), key.name());
    }

    private boolean there(String name) {
        return api.list(Resources.CONFIG_MAPS, "default", Map.of("fieldSelector", "metadata.name=" + name))
                        .items()
                        .size()
                > 0;
    }

    @Test
    void whatAFileNamesIsAppliedAndWhatItNamesNoMoreIsDeleted() throws IOException {
        lay("web.yaml", "# what the shop needs", map("one", "a"), map("two", "a"));
        awaitMap("one", "a");
        awaitMap("two", "a");
        awaitEvent("AppliedManifest", "Applied manifest at \"" + place.resolve("web.yaml") + "\"");
        assertThat(record("web.yaml").text("data", "objects"))
                .isEqualTo("v1 ConfigMap default/one\nv1 ConfigMap default/two\n");
        lay("web.yaml", map("one", "b"), map("three", "a"));
        awaitMap("one", "b");
        awaitMap("three", "a");
        api.awaitValue(
                Resources.CONFIG_MAPS,
                DeployRecord.key("web.yaml"),
                "v1 ConfigMap default/one\nv1 ConfigMap default/three\n",
                "data",
                "objects");
        assertThat(there("two")).isFalse();
    }

    @Test
    void whatAnotherFileHasTakenOverStays() throws IOException {
        lay("a.yaml", map("moves", "a"), map("stays", "a"));
        awaitMap("stays", "a");
        lay("b.yaml", map("moves", "b"));
        awaitMap("moves", "b");
        lay("a.yaml", map("stays", "c"));
        awaitMap("stays", "c");
        api.awaitValue(
                Resources.CONFIG_MAPS, DeployRecord.key("a.yaml"), "v1 ConfigMap default/stays\n", "data", "objects");
        assertThat(there("moves")).isTrue();
    }

    @Test
    void aFileThatGoesOrIsSkippedLeavesItsObjects() throws IOException {
        lay("web.yaml", map("one", "a"));
        awaitMap("one", "a");
        Files.createFile(place.resolve("later.yaml.skip"));
        lay("later.yaml", map("later", "a"));
        Files.delete(place.resolve("web.yaml"));
        lay(
                "last.json",
                "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\","
                        + "\"metadata\":{\"name\":\"last\"},\"data\":{\"k\":\"a\"}}]}");
        awaitMap("last", "a");
        assertThat(there("one")).isTrue();
        assertThat(there("later")).isFalse();
        Files.delete(place.resolve("later.yaml.skip"));
        awaitMap("later", "a");
    }

    @Test
    void whatIsWrongWithOneObjectIsToldAndKeepsNoOtherAway() throws IOException {
        lay("web.yaml", map("one", "a"), "apiVersion: v1\nkind: Nothing\nmetadata: {name: x}\n", map("Two", "a"));
        awaitMap("one", "a");
        awaitEvent(
                "ApplyManifestFailed",
                "web.yaml: no matches for kind \"Nothing\" in version \"v1\" (x); v1 ConfigMap default/Two: ConfigMap \"Two\" is"
                        + " invalid: metadata.name: Invalid value: \"Two\": a lowercase RFC 1123 subdomain must consist of lower case"
                        + " alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g."
                        + " 'example.com', regex used for validation is"
                        + " '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')");
        assertThat(record("web.yaml").text("data", "checksum")).isEmpty();
        lay("text.yaml", "a: [");
        lay("nameless.yaml", map("three", "a"), "apiVersion: v1\nkind: ConfigMap\n");
        awaitEvent("ApplyManifestFailed", "nameless.yaml: document 2: resource name may not be empty");
        assertThat(there("three")).isFalse();
        lay("nameless.yaml", map("three", "a"));
        awaitMap("three", "a");
    }

    @Test
    void thousandsThatAreRefusedHoldNobodyUp() throws IOException {
        String[] refused = new String[3000];
        for (int i = 0; i < refused.length; i++) {
            refused[i] = map("A" + i, "a");
        }
        lay("a.yaml", refused);
        lay("b.yaml", map("one", "a"));
        awaitMap("one", "a");
        assertThat(record("a.yaml").text("data", "checksum")).isEmpty();
    }

    @Test
    void aFileThatNamesMoreThanItsRecordHoldsIsToSplit() throws IOException {
        String[] many = new String[4500];
        for (int i = 0; i < many.length; i++) {
            many[i] = map("a".repeat(240) + i, "a");
        }
        lay("many.yaml", many);
        awaitEvent("ApplyManifestFailed", "many.yaml: names more objects than its record can hold: split it");
        assertThat(there("a".repeat(240) + 0)).isFalse();
    }

    @Test
    void aRestartAppliesOnlyWhatIsAnotherText() throws IOException {
        lay("web.yaml", map("one", "a"));
        lay("zebra.yaml", map("two", "a"));
        awaitMap("two", "a");
        api.awaitValue(Resources.CONFIG_MAPS, DeployRecord.key("zebra.yaml"), "zebra.yaml", "data", "file");
        api.merge(Resources.CONFIG_MAPS, ObjectKey.of("default", "one"), "", "{'data':{'k':'by hand'}}");
        TestApi.await(deployer.stop());
        lay("zebra.yaml", map("two", "b"));
        deploy();
        awaitMap("two", "b");
        awaitMap("one", "by hand");
    }

    @Test
    void namesOfFilesBecomeNamesOfRecords() {
        assertThat(DeployRecord.key("web.yaml").name()).isEqualTo("manifest-web.yaml");
        assertThat(DeployRecord.key("My App_2.yaml").name()).matches("manifest-myapp2yaml-[0-9a-f]{16}");
        assertThat(DeployRecord.key("MY APP_2.yaml")).isNotEqualTo(DeployRecord.key("My App_2.yaml"));
        assertThat(DeployRecord.key("..yaml").name()).matches("manifest-yaml-[0-9a-f]{16}");
        assertThat(DeployRecord.key("\u00fc.yaml").name()).matches("manifest-yaml-[0-9a-f]{16}");
        assertThat(DeployRecord.key("a-_.b.yaml").name()).matches("manifest-abyaml-[0-9a-f]{16}");
        assertThat(DeployRecord.key("a".repeat(199) + "-b\n.yaml").name()).matches("manifest-a{199}b-[0-9a-f]{16}");
    }

    @Test
    void aFileWhoseNameHasNoLettersIsApplied() throws IOException {
        lay("\u00fc\n.yaml", map("one", "a"));
        awaitMap("one", "a");
    }
}
