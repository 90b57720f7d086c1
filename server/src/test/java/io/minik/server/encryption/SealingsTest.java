package io.minik.server.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SealingsTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final byte[] CONTEXT = bytes("/registry/secrets/default/a");
    private static final String KEY16 = Base64.getEncoder().encodeToString(new byte[16]);
    private static final String KEY32 = Base64.getEncoder().encodeToString(bytes("0123456789abcdef0123456789abcdef"));

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    private static EncryptionConfig config(String providers) {
        return EncryptionConfig.parse(
                Json.parse(bytes(
                        ("{'apiVersion':'apiserver.config.k8s.io/v1','kind':'EncryptionConfiguration','resources':["
                                        + "{'resources':['secrets'],'providers':[" + providers + "]}]}")
                                .replace('\'', '"'))),
                RANDOM);
    }

    private static Providers providers(String providers) {
        return config(providers).of("", "secrets").orElseThrow();
    }

    private static String keyed(String kind, String name, String secret) {
        return "{'" + kind + "':{'keys':[{'name':'" + name + "','secret':'" + secret + "'}]}}";
    }

    /** NaCl's own example: the secretbox of its paper "Cryptography in NaCl", section 10. */
    @Test
    void aSecretBoxIsNacls() throws GeneralSecurityException {
        byte[] key = hex("1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389");
        byte[] nonce = hex("69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37");
        byte[] plain = hex(
                "be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c61296cdc3c01"
                        + "233561f41db66cce314adb310e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde048977eb48f59ffd49"
                        + "24ca1c60902e52f0a089bc76897040e082f937763848645e0705");
        byte[] sealed = new SecretBox(key, RANDOM).sealedWith(nonce, plain);
        assertThat(HexFormat.of().formatHex(sealed, 24, sealed.length))
                .isEqualTo(
                        "f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186ac0dfc1"
                                + "7c98dce87b4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae90224368517acf"
                                + "eabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b37973f622a43d14a6599b1f654cb45a74e355a5");
        assertThat(new SecretBox(key, RANDOM).open(sealed, CONTEXT)).isEqualTo(plain);
        sealed[sealed.length - 1] ^= 1;
        assertThatThrownBy(() -> new SecretBox(key, RANDOM).open(sealed, CONTEXT))
                .isInstanceOf(GeneralSecurityException.class);
    }

    @ParameterizedTest
    @CsvSource({"aesgcm,K16", "aesgcm,K32", "aescbc,K16", "aescbc,K32", "secretbox,K32"})
    void whatIsSealedOpensAndNothingElseDoes(String kind, String length) throws GeneralSecurityException {
        Providers one = providers(keyed(kind, "key1", length.equals("K16") ? KEY16 : KEY32));
        for (int size : new int[] {0, 1, 15, 16, 17, 63, 64, 65, 1000}) {
            byte[] plain = new byte[size];
            RANDOM.nextBytes(plain);
            byte[] sealed = one.seal(plain, CONTEXT);
            assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).startsWith("k8s:enc:" + kind + ":v1:key1:");
            assertThat(one.open(sealed, CONTEXT)).isEqualTo(plain);
            assertThat(one.seal(plain, CONTEXT)).isNotEqualTo(sealed);
            assertThat(one.fresh(sealed)).isTrue();
        }
        assertThatThrownBy(() -> one.open(bytes("k8s:enc:" + kind + ":v1:key1:short"), CONTEXT))
                .hasMessage("the stored data was shorter than the required size");
        assertThatThrownBy(() -> one.open(bytes("k8s:enc:" + kind + ":v1:key2:anything"), CONTEXT))
                .hasMessage("no matching key was found for the provided "
                        + (kind.startsWith("aes") ? "AES" : "Secretbox") + " transformer");
        assertThatThrownBy(() -> one.open(bytes("k8s:enc:other:v1:key1:anything"), CONTEXT))
                .hasMessage("no matching prefix found");
        assertThatThrownBy(() -> one.open(bytes("{}"), CONTEXT)).hasMessage("no matching prefix found");
    }

    @Test
    void aValueDoesNotOpenInAnotherPlace() {
        Providers one = providers(keyed("aesgcm", "key1", KEY32));
        byte[] sealed = one.seal(bytes("{}"), CONTEXT);
        assertThatThrownBy(() -> one.open(sealed, bytes("/registry/secrets/default/b")))
                .hasMessage("cipher: message authentication failed");
    }

    @Test
    void theFirstProviderSealsAndAllOpen() throws GeneralSecurityException {
        Providers before = providers(keyed("aescbc", "old", KEY16) + ",{'identity':{}}");
        byte[] old = before.seal(bytes("{}"), CONTEXT);
        Providers rotated =
                providers(keyed("aesgcm", "new", KEY32) + "," + keyed("aescbc", "old", KEY16) + ",{'identity':{}}");
        assertThat(rotated.open(old, CONTEXT)).isEqualTo(bytes("{}"));
        assertThat(rotated.fresh(old)).isFalse();
        assertThat(rotated.open(bytes("{\"a\":1}"), CONTEXT)).isEqualTo(bytes("{\"a\":1}"));
        assertThat(rotated.fresh(bytes("{\"a\":1}"))).isFalse();
        Providers off = providers("{'identity':{}}," + keyed("aescbc", "old", KEY16));
        assertThat(off.open(old, CONTEXT)).isEqualTo(bytes("{}"));
        assertThat(off.seal(bytes("{}"), CONTEXT)).isEqualTo(bytes("{}"));
        assertThat(off.fresh(old)).isFalse();
        assertThat(off.fresh(bytes("{}"))).isTrue();
        // Two providers of a kind and a name: the second key is tried where the first does not open.
        Providers twice = providers(keyed("aescbc", "old", KEY32) + "," + keyed("aescbc", "old", KEY16));
        assertThat(twice.open(old, CONTEXT)).isEqualTo(bytes("{}"));
    }

    @Test
    void aResourceIsFoundByNameThenByGroupThenByAll() {
        EncryptionConfig config = EncryptionConfig.parse(
                Json.parse(bytes(
                        ("{'apiVersion':'apiserver.config.k8s.io/v1','kind':'EncryptionConfiguration','resources':["
                                        + "{'resources':['secrets','deployments.apps'],'providers':["
                                        + keyed("aesgcm", "named", KEY16)
                                        + "]},{'resources':['*.','*.apps'],'providers':["
                                        + keyed("aesgcm", "grouped", KEY16)
                                        + "]},{'resources':['*.*'],'providers':[" + keyed("aesgcm", "all", KEY16)
                                        + "]}]}")
                                .replace('\'', '"'))),
                RANDOM);
        assertThat(sealedBy(config, "", "secrets")).isEqualTo("named");
        assertThat(sealedBy(config, "apps", "deployments")).isEqualTo("named");
        assertThat(sealedBy(config, "", "configmaps")).isEqualTo("grouped");
        assertThat(sealedBy(config, "apps", "daemonsets")).isEqualTo("grouped");
        assertThat(sealedBy(config, "batch", "jobs")).isEqualTo("all");
        assertThat(sealedBy(config, "example.com", "tabs")).isEqualTo("all");
    }

    private static String sealedBy(EncryptionConfig config, String group, String plural) {
        byte[] sealed = config.of(group, plural).orElseThrow().seal(bytes("{}"), CONTEXT);
        return new String(sealed, StandardCharsets.ISO_8859_1).split(":")[4];
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'secrets'|{'aesgcm':{'keys':[{'name':'a','secret':'AAAA'}]}}|resources[0].providers[0].aesgcm.keys[0].secret:"
                        + " Invalid value: \"REDACTED\": secret is not of the expected length, got 3, expected one of [16 24 32]",
                "'secrets'|{'secretbox':{'keys':[{'name':'a','secret':'?'}]}}|resources[0].providers[0].secretbox.keys[0].secret:"
                        + " Invalid value: \"REDACTED\": secrets must be base64 encoded",
                "'secrets'|{'aescbc':{'keys':[{'secret':'AAAA'}]}}|resources[0].providers[0].aescbc.keys[0].name:"
                        + " Required value: name is a mandatory field for a key",
                "'secrets'|{'aescbc':{'keys':[]}}|resources[0].providers[0].aescbc.keys: Required value: at least one keys is"
                        + " required",
                "'secrets'|{'nonsense':{}}|resources[0].providers[0]: Required value: provider does not contain any of the expected"
                        + " providers: KMS, AESGCM, AESCBC, Secretbox, Identity",
                "'secrets'|{'identity':{},'aesgcm':{}}|resources[0].providers[0]: Invalid value: \"identity,aesgcm\": more than one"
                        + " provider specified in a single element, should split into different list elements",
                "'secrets'|{'kms':{'apiVersion':'v2','endpoint':'unix:///a'}}|resources[0].providers[0].kms.name: Required value: name"
                        + " is a mandatory field for a KMS provider",
                "'secrets'|{'kms':{'apiVersion':'v2','name':'a:b','endpoint':'unix:///a'}}|resources[0].providers[0].kms.name: Invalid"
                        + " value: \"a:b\": KMS provider name should not contain ':'",
                "'secrets'|{'kms':{'name':'a','endpoint':'unix:///a'}}|resources[0].providers[0].kms.apiVersion: Invalid value: \"v1\":"
                        + " KMSv1 is deprecated and will only receive security updates going forward. Use KMSv2 instead",
                "'secrets'|{'kms':{'apiVersion':'v2','name':'a','endpoint':'http://a'}}|resources[0].providers[0].kms.endpoint: Invalid"
                        + " value: \"http://a\": unsupported scheme \"http\" for KMS provider, only unix is supported",
                "'secrets'|{'kms':{'apiVersion':'v2','name':'a','endpoint':'unix:///a','timeout':'0s'}}|resources[0].providers[0].kms"
                        + ".timeout: Invalid value: \"0s\": timeout should be a positive value",
                "'secrets'||resources[0].providers: Required value: at least one provider is required",
                "|{'identity':{}}|resources[0].resources: Required value: at least one resource is required",
                "'Secrets'|{'identity':{}}|resources[0].resources[0]: Invalid value: \"Secrets\": resource name should not contain"
                        + " capital letters",
                "'*'|{'identity':{}}|resources[0].resources[0]: Invalid value: \"*\": use '*.' to encrypt all the resources from core"
                        + " API group or *.* to encrypt all resources",
                "'secrets','secrets'|{'identity':{}}|resources[0].resources[1]: Invalid value: \"secrets\": the same resource"
                        + " cannot be specified multiple times",
                "'secrets','*.'|{'identity':{}}|resources[0].resources: Invalid value: \"secrets,*.\": using overlapping resources"
                        + " such as 'secrets' and '*.' in the same resource list is not allowed as they will be masked",
            })
    void whatIsWrongIsNamedByItsPlace(String row) {
        String[] words = row.split("\\|", -1);
        String document =
                "{'apiVersion':'apiserver.config.k8s.io/v1','kind':'EncryptionConfiguration','resources':[{'resources':["
                        + words[0] + "],'providers':[" + words[1] + "]}]}";
        assertThatThrownBy(() -> EncryptionConfig.parse(Json.parse(bytes(document.replace('\'', '"'))), RANDOM))
                .hasMessage(words[2]);
    }
}
