package io.minik.api.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Cause;
import io.minik.api.schema.Decoded;
import io.minik.api.schema.Decoder;
import io.minik.api.schema.Defaults;
import io.minik.api.schema.FieldValidation;
import io.minik.api.schema.Format;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Schema;
import io.minik.api.schema.Type;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** An object's way in: decoded, defaulted, validated. Texts are what kube-apiserver answers. */
class ObjectPathTest {
    private static final Schema SCHEMA = Schema.load();

    private static final String DEPLOYMENT = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: default}
            spec:
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec:
                  containers:
                  - name: web
                    image: nginx:1.27
                    ports: [{containerPort: 80}]
                    livenessProbe: {httpGet: {port: 80}}
                    resources: {limits: {cpu: 0.5, memory: 1024Mi}}
                  volumes: [{name: scratch}, {name: conf, configMap: {name: c}}]
            """;

    private static Decoded decode(Resource resource, String body, FieldValidation level) {
        Format format = body.startsWith("{") ? Format.JSON : Format.YAML;
        return Decoder.decode(SCHEMA.kind(resource).type(), body.getBytes(StandardCharsets.UTF_8), format, level);
    }

    private static ObjectNode defaulted(Resource resource, String body) {
        ObjectNode tree = decode(resource, body, FieldValidation.STRICT).tree();
        Defaults.apply(SCHEMA.kind(resource), tree);
        return tree;
    }

    private static List<String> problems(Resource resource, String body) {
        return texts(Validator.validate(SCHEMA.kind(resource), defaulted(resource, body), Optional.empty(), ""));
    }

    private static List<String> texts(List<Cause> causes) {
        return causes.stream()
                .map(cause -> cause.field() + ": " + cause.message())
                .toList();
    }

    private static void assertRefused(Resource resource, String body, String message) {
        assertThatThrownBy(() -> decode(resource, body, FieldValidation.STRICT))
                .isInstanceOf(ApiException.class)
                .hasMessage(message);
    }

    @Test
    void unknownAndDuplicateFieldsAreWarnedOfRefusedOrIgnoredAsAsked() {
        String body =
                "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"a\",\"name\":\"b\"},\"spec\":{\"foo\":1,"
                        + "\"containers\":[{\"name\":\"c\",\"bar\":true}]}}";
        Decoded warned = decode(Resources.PODS, body, FieldValidation.WARN);
        assertThat(warned.warnings())
                .containsExactly(
                        "duplicate field \"metadata.name\"",
                        "unknown field \"spec.foo\"",
                        "unknown field \"spec.containers[0].bar\"");
        assertThat(warned.tree().path("spec").has("foo")).isFalse();
        assertThat(decode(Resources.PODS, body, FieldValidation.IGNORE).warnings())
                .isEmpty();
        assertRefused(
                Resources.PODS,
                body,
                "Pod in version \"v1\" cannot be handled as a Pod: strict decoding error: duplicate field"
                        + " \"metadata.name\", unknown field \"spec.foo\", unknown field \"spec.containers[0].bar\"");
    }

    /** The body and the words of upstream's TestFieldValidation. */
    @Test
    void duplicatesAndUnknownFieldsAreToldInTheirOrder() {
        String json = """
                {"apiVersion":"apps/v1","kind":"Deployment",
                 "metadata":{"name":"dupename","name":"d","unknownMeta":"m","labels":{"app":"n"}},
                 "spec":{"unknown1":"a","unknownDupe":"b","unknownDupe":"c","paused":true,"paused":false,
                  "selector":{"matchLabels":{"app":"n"}},
                  "template":{"metadata":{"labels":{"app":"n"}},"spec":{"containers":[
                   {"name":"n","image":"i","unknownNested":"x","imagePullPolicy":"Always","imagePullPolicy":"Never"}]}}}}""";
        String head = "Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error: ";
        assertRefused(
                Resources.DEPLOYMENTS,
                json,
                head + "duplicate field \"metadata.name\", unknown field \"metadata.unknownMeta\", unknown field"
                        + " \"spec.unknown1\", unknown field \"spec.unknownDupe\", duplicate field \"spec.paused\","
                        + " unknown field \"spec.template.spec.containers[0].unknownNested\", duplicate field"
                        + " \"spec.template.spec.containers[0].imagePullPolicy\"");
    }

    @Test
    void yamlTellsAllDuplicateKeysAtOnceAndWarnsOfEach() {
        byte[] yaml = """
                metadata:
                  name: a
                  name: b
                  unknownMeta: m
                spec:
                  unknown1: a
                  paused: true
                  paused: false
                """.getBytes(StandardCharsets.UTF_8);
        Type type = SCHEMA.kind(Resources.DEPLOYMENTS).type();
        assertThatThrownBy(() -> Decoder.decode(type, yaml, Format.YAML, FieldValidation.STRICT))
                .hasMessageEndingWith(
                        "strict decoding error: yaml: unmarshal errors:\n  line 3: key \"name\" already set in"
                                + " map\n  line 8: key \"paused\" already set in map, unknown field \"metadata.unknownMeta\", unknown"
                                + " field \"spec.unknown1\"");
        assertThat(Decoder.decode(type, yaml, Format.YAML, FieldValidation.WARN).warnings())
                .containsExactly(
                        "line 3: key \"name\" already set in map",
                        "line 8: key \"paused\" already set in map",
                        "unknown field \"metadata.unknownMeta\"",
                        "unknown field \"spec.unknown1\"");
    }

    @Test
    void patchedObjectsOfWrongTypesAreInvalid() {
        assertPatchRefused("{\"spec\":{\"replicas\":\"x\"}}", "map[spec:map[replicas:x]]", "unrecognized type: int32");
        assertPatchRefused(
                "{\"spec\":{\"template\":{\"spec\":{\"containers\":{}}}}}",
                "map[spec:map[template:map[spec:map[containers:map[]]]]]",
                "cannot restore slice from map");
        assertPatchRefused("{\"spec\":\"x\"}", "map[spec:x]", "cannot restore struct from: string");
        assertPatchRefused(
                "{\"metadata\":{\"labels\":[1]}}", "map[metadata:map[labels:[1]]]", "cannot restore map from slice");
        assertPatchRefused(
                "{\"metadata\":{\"labels\":{\"a\":1}}}",
                "map[metadata:map[labels:map[a:1]]]",
                "cannot convert int64 to string");
    }

    private static void assertPatchRefused(String patch, String shown, String why) {
        ObjectNode tree = Json.parseObject(patch.getBytes(StandardCharsets.UTF_8));
        Type type = SCHEMA.kind(Resources.DEPLOYMENTS).type();
        assertThatThrownBy(() ->
                        Decoder.patched(type, tree, true, new Decoder.Patch(tree, List.of()), FieldValidation.WARN))
                .isInstanceOfSatisfying(
                        ApiException.class,
                        refused -> assertThat(refused.status().code()).isEqualTo(422))
                .hasMessage(" \"\" is invalid: patch: Invalid value: \"" + shown + "\": " + why);
        assertThatThrownBy(() ->
                        Decoder.patched(type, tree, false, new Decoder.Patch(tree, List.of()), FieldValidation.WARN))
                .hasMessageStartingWith(" \"\" is invalid: patch: Invalid value: \"{")
                .hasMessageContaining("}\": json: cannot unmarshal ");
    }

    /** The words of upstream's TestFieldValidationPatchTyped. */
    @Test
    void whatAPatchSaysTwiceIsToldBeforeWhatIsUnknown() {
        String json =
                "{\"spec\":{\"unknownDupe\":1,\"unknownDupe\":2,\"paused\":true,\"paused\":false,\"unknown1\":1}}";
        Decoder.Patch patch = Decoder.patch(json.getBytes(StandardCharsets.UTF_8));
        Type type = SCHEMA.kind(Resources.DEPLOYMENTS).type();
        List<String> told = List.of(
                "duplicate field \"spec.unknownDupe\"",
                "duplicate field \"spec.paused\"",
                "unknown field \"spec.unknown1\"",
                "unknown field \"spec.unknownDupe\"");
        for (boolean strategic : List.of(true, false)) {
            ObjectNode tree = (ObjectNode) patch.tree();
            assertThat(Decoder.patched(type, tree, strategic, patch, FieldValidation.WARN)
                            .warnings())
                    .isEqualTo(told);
            assertThatThrownBy(() -> Decoder.patched(type, tree, strategic, patch, FieldValidation.STRICT))
                    .hasMessageEndingWith("\": strict decoding error: " + String.join(", ", told));
            assertThat(Decoder.patched(type, tree, strategic, patch, FieldValidation.IGNORE)
                            .warnings())
                    .isEmpty();
        }
    }

    @Test
    void whatIsAppliedMustFitItsType() {
        assertApplied("spec: {replicas: '3'}", ".spec.replicas: expected numeric (int or float), got string");
        assertApplied("x: 1", ".x: field not declared in schema");
        assertApplied("spec: {paused: 3}", ".spec.paused: expected boolean, got &{3}");
        assertApplied("spec: {selector: {matchLabels: [a]}}", ".spec.selector.matchLabels: expected map, got &{[a]}");
        String containers = ".spec.template.spec.containers";
        assertApplied("spec: {template: {spec: {containers: x}}}", containers + ": expected list, got &{x}");
        assertApplied(
                "spec: {template: {spec: {containers: [{name: c, image: 5}]}}}",
                containers + "[name=\"c\"].image: expected string, got &value.valueUnstructured{Value:5}");
        assertApplied(
                "spec: {template: {spec: {containers: [{image: x}]}}}",
                containers + ": element 0: associative list with keys has an element that omits key field \"name\""
                        + " (and doesn't have default value)");
        assertApplied(
                "spec: {a: 1, b: 2}",
                "errors:\n  .spec.a: field not declared in schema\n  .spec.b: field not declared in schema");
        assertApplied(
                "spec: {template: {spec: {containers: [{name: c, image: x}, {name: c, image: y}]}}}",
                containers + ": duplicate entries for key [name=\"c\"]");
        assertApplied(
                "spec: {template: {spec: {containers: [{name: c, ports: [{containerPort: 80}, {containerPort: 80,"
                        + " protocol: TCP}]}]}}}",
                containers + "[name=\"c\"].ports: duplicate entries for key [containerPort=80,protocol=\"TCP\"]");
        Decoded fits = Decoder.applied(
                SCHEMA.kind(Resources.DEPLOYMENTS).type(),
                "spec: {replicas: 3, replicas: 4, strategy: {rollingUpdate: {maxSurge: 1}}}"
                        .getBytes(StandardCharsets.UTF_8));
        assertThat(fits.warnings()).containsExactly("line 1: key \"replicas\" already set in map");
    }

    private static void assertApplied(String yaml, String why) {
        String body = "metadata: {name: d, namespace: n}\n" + yaml;
        assertThatThrownBy(() -> Decoder.applied(
                        SCHEMA.kind(Resources.DEPLOYMENTS).type(), body.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOfSatisfying(
                        ApiException.class,
                        refused -> assertThat(refused.status().code()).isEqualTo(500))
                .hasMessage("failed to create typed patch object (n/d; apps/v1, Kind=Deployment): " + why);
    }

    @Test
    void halfASurrogatePairIsNoCharacter() {
        String half = "{\"data\":{\"a\":\"x\\ud800y\",\"fine\":\"\\ud83d\\ude00\"}}";
        assertThat(decode(Resources.CONFIG_MAPS, half, FieldValidation.STRICT)
                        .tree()
                        .path("data")
                        .toString())
                .isEqualTo("{\"a\":\"x\ufffdy\",\"fine\":\"\ud83d\ude00\"}");
    }

    @Test
    void aBodyOfMoreValuesThanWeHoldIsTooLarge() {
        StringBuilder body = new StringBuilder("{\"data\":{");
        for (int i = 0; i < 250_000; i++) {
            body.append(i == 0 ? "" : ",")
                    .append('"')
                    .append(Integer.toString(i, 36))
                    .append("\":\"\"");
        }
        assertThatThrownBy(() -> decode(Resources.CONFIG_MAPS, body.append("}}").toString(), FieldValidation.WARN))
                .isInstanceOfSatisfying(
                        ApiException.class,
                        refused -> assertThat(refused.status().code()).isEqualTo(413));
    }

    @Test
    void noMoreThanAHundredUnknownFieldsAreTold() {
        StringBuilder body = new StringBuilder("{\"x\":0");
        for (int i = 0; i < 1000; i++) {
            body.append(",\"x").append(i).append("\":0");
        }
        assertThat(decode(Resources.CONFIG_MAPS, body.append('}').toString(), FieldValidation.WARN)
                        .warnings())
                .hasSize(100);
    }

    @Test
    void wrongTypesAreRefusedInGosWords() {
        String head = "Deployment in version \"v1\" cannot be handled as a Deployment: json: cannot unmarshal ";
        assertRefused(
                Resources.DEPLOYMENTS,
                "{\"spec\":{\"replicas\":\"three\"}}",
                head + "string into Go struct field DeploymentSpec.spec.replicas of type int32");
        assertRefused(
                Resources.DEPLOYMENTS,
                "{\"spec\":{\"replicas\":99999999999}}",
                head + "number 99999999999 into Go struct field DeploymentSpec.spec.replicas of type int32");
        assertRefused(
                Resources.DEPLOYMENTS,
                "{\"spec\":{\"template\":{\"spec\":{\"containers\":{}}}}}",
                head + "object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container");
        assertRefused(
                Resources.PODS,
                "{\"metadata\":{\"labels\":{\"a\":1}}}",
                "Pod in version \"v1\" cannot be handled as a Pod: json: cannot unmarshal number into Go struct field"
                        + " ObjectMeta.metadata.labels of type string");
        assertRefused(
                Resources.DEPLOYMENTS,
                "{\"apiVersion\":\"extensions/v1beta1\",\"kind\":\"Deployment\"}",
                "the API version in the data (extensions/v1beta1) does not match the expected API version (apps/v1)");
    }

    @Test
    void hostileBodiesAreBounded() {
        assertThatThrownBy(() -> decode(Resources.PODS, "{\"a\":".repeat(5000), FieldValidation.WARN))
                .isInstanceOf(ApiException.class);
        assertThatThrownBy(() -> decode(
                        Resources.PODS, "{\"spec\":{\"priority\":" + "9".repeat(5000) + "}}", FieldValidation.WARN))
                .isInstanceOf(ApiException.class);
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x]\n");
        for (int at = 1; at < 9; at++) {
            String before = "*a" + (at - 1);
            bomb.append("a").append(at).append(": &a").append(at).append(" [");
            bomb.append(String.join(", ", Collections.nCopies(8, before))).append("]\n");
        }
        assertThatThrownBy(() -> decode(Resources.PODS, bomb.toString(), FieldValidation.WARN))
                .isInstanceOf(ApiException.class);
    }

    @Test
    void specialFormsAreCanonical() {
        ObjectNode pod = decode(
                        Resources.PODS,
                        "metadata: {creationTimestamp: null, deletionTimestamp: '2026-01-02T03:04:05+01:00'}\n"
                                + "spec: {containers: [{name: c, resources: {limits: {cpu: 1500m, memory: 2048Ki}}}],"
                                + " tolerations: []}",
                        FieldValidation.STRICT)
                .tree();
        assertThat(Json.text(pod, "metadata", "deletionTimestamp")).isEqualTo("2026-01-02T02:04:05Z");
        assertThat(pod.path("metadata").has("creationTimestamp")).isFalse();
        assertThat(Json.at(pod, "spec")
                        .path("containers")
                        .get(0)
                        .path("resources")
                        .toString())
                .isEqualTo("{\"limits\":{\"cpu\":\"1500m\",\"memory\":\"2Mi\"}}");
        assertThat(pod.path("spec").has("tolerations")).isFalse();
        assertThat(Json.text(pod, "kind")).isEqualTo("Pod");
        assertRefused(
                Resources.SECRETS,
                "{\"data\":{\"a\":\"not base64!\"}}",
                "Secret in version \"v1\" cannot be handled as a Secret: illegal base64 data at input byte 3");
    }

    @Test
    void yamlReadsAsGosYamlReadsIt() {
        ObjectNode map = decode(
                        Resources.CONFIG_MAPS,
                        "metadata: {name: c}\ndata: {a: \"0644\", b: '12:30:45', c: 2001-01-01, d: 'yes'}\n",
                        FieldValidation.STRICT)
                .tree();
        assertThat(map.path("data").toString())
                .isEqualTo("{\"a\":\"0644\",\"b\":\"12:30:45\",\"c\":\"2001-01-01\",\"d\":\"yes\"}");
        ObjectNode pod = decode(
                        Resources.PODS,
                        "spec: {volumes: [{name: a, secret: {secretName: s, defaultMode: 0400}}]}",
                        FieldValidation.STRICT)
                .tree();
        assertThat(pod.path("spec")
                        .path("volumes")
                        .get(0)
                        .path("secret")
                        .path("defaultMode")
                        .intValue())
                .isEqualTo(0400);
    }

    @Test
    void deploymentsGetTheirDefaults() {
        ObjectNode tree = defaulted(Resources.DEPLOYMENTS, DEPLOYMENT);
        assertThat(tree.path("spec").path("strategy").toString())
                .isEqualTo(
                        "{\"type\":\"RollingUpdate\",\"rollingUpdate\":{\"maxUnavailable\":\"25%\",\"maxSurge\":\"25%\"}}");
        assertThat(Json.intOr(0, tree, "spec", "replicas")).isOne();
        assertThat(Json.intOr(0, tree, "spec", "revisionHistoryLimit")).isEqualTo(10);
        ObjectNode pod = (ObjectNode) Json.at(tree, "spec", "template", "spec");
        assertThat(Json.text(pod, "restartPolicy")).isEqualTo("Always");
        assertThat(Json.text(pod, "dnsPolicy")).isEqualTo("ClusterFirst");
        assertThat(pod.path("securityContext").isObject()).isTrue();
        assertThat(pod.has("enableServiceLinks"))
                .as("only of pods, not of templates")
                .isFalse();
        ObjectNode container = (ObjectNode) pod.path("containers").get(0);
        assertThat(Json.text(container, "imagePullPolicy")).isEqualTo("IfNotPresent");
        assertThat(container.path("ports").toString()).isEqualTo("[{\"containerPort\":80,\"protocol\":\"TCP\"}]");
        assertThat(container.path("livenessProbe").toString())
                .contains("\"path\":\"/\"", "\"scheme\":\"HTTP\"", "\"periodSeconds\":10");
        assertThat(pod.path("volumes").toString())
                .isEqualTo("[{\"name\":\"scratch\",\"emptyDir\":{}},{\"name\":\"conf\",\"configMap\":{\"name\":\"c\","
                        + "\"defaultMode\":420}}]");
        ObjectNode again = tree.deepCopy();
        Defaults.apply(SCHEMA.kind(Resources.DEPLOYMENTS), again);
        assertThat(again).as("idempotent").isEqualTo(tree);
    }

    @Test
    void podsServicesAndSecretsGetTheirComputedDefaults() {
        ObjectNode pod = defaulted(
                Resources.PODS,
                "spec: {hostNetwork: true, containers: [{name: c, image: 'r:5000/a', ports: [{containerPort: 9}],"
                        + " resources: {limits: {cpu: 1}}}]}");
        ObjectNode container = (ObjectNode) pod.path("spec").path("containers").get(0);
        assertThat(Json.text(container, "imagePullPolicy")).isEqualTo("Always");
        assertThat(container.path("ports").get(0).path("hostPort").intValue()).isEqualTo(9);
        assertThat(container.path("resources").path("requests").toString()).isEqualTo("{\"cpu\":\"1\"}");
        assertThat(pod.path("spec").path("enableServiceLinks").booleanValue()).isTrue();

        ObjectNode service = defaulted(Resources.SERVICES, "spec: {type: NodePort, ports: [{port: 80}]}");
        assertThat(service.path("spec").path("ports").toString())
                .isEqualTo("[{\"port\":80,\"targetPort\":80,\"protocol\":\"TCP\"}]");
        assertThat(Json.text(service, "spec", "externalTrafficPolicy")).isEqualTo("Cluster");

        ObjectNode secret = defaulted(Resources.SECRETS, "stringData: {user: root}");
        assertThat(secret.path("data").toString()).isEqualTo("{\"user\":\"cm9vdA==\"}");
        assertThat(secret.has("stringData")).isFalse();
        assertThat(Json.text(secret, "type")).isEqualTo("Opaque");
    }

    @Test
    void goodManifestsPass() {
        assertThat(problems(Resources.DEPLOYMENTS, DEPLOYMENT)).isEmpty();
        assertThat(problems(
                        Resources.JOBS,
                        "metadata: {name: j, namespace: d}\nspec: {manualSelector: true, selector: {matchLabels: {a: b}},"
                                + " template: {metadata: {labels: {a: b}}, spec: {restartPolicy: Never, containers:"
                                + " [{name: c, image: i}]}}}"))
                .isEmpty();
        assertThat(problems(
                        Resources.CRON_JOBS,
                        "metadata: {name: j, namespace: d}\nspec: {schedule: '*/5 0-6 * jan,feb mon-fri', jobTemplate: {spec: {template:"
                                + " {spec: {restartPolicy: OnFailure, containers: [{name: c, image: i}]}}}}}"))
                .isEmpty();
        assertThat(problems(
                        Resources.STATEFUL_SETS,
                        "metadata: {name: s, namespace: d}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata:"
                                + " {labels: {a: b}}, spec: {containers: [{name: c, image: i, volumeMounts: [{name: data,"
                                + " mountPath: /d}]}]}}, volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes:"
                                + " [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]}"))
                .as("claims are volumes")
                .isEmpty();
        assertThat(problems(Resources.CLUSTER_ROLES, "metadata: {name: 'system:x'}\nrules: []"))
                .isEmpty();
    }

    @Test
    void badManifestsAreRefusedAsUpstreamWordsIt() {
        assertThat(problems(
                        Resources.DEPLOYMENTS,
                        "metadata: {name: A_b, namespace: default}\nspec: {selector: {matchLabels: {app: y}}, template:"
                                + " {metadata: {labels: {app: x}}, spec: {containers: [{name: c}]}}}"))
                .containsExactly(
                        "metadata.name: Invalid value: \"A_b\": a lowercase RFC 1123 subdomain must consist of lower case"
                                + " alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character"
                                + " (e.g. 'example.com', regex used for validation is"
                                + " '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
                        "spec.template.metadata.labels: Invalid value: {\"app\":\"x\"}: `selector` does not match template"
                                + " `labels`",
                        "spec.template.spec.containers[0].image: Required value");
        assertThat(problems(Resources.PODS, "metadata: {name: p, namespace: d}"))
                .containsExactly("spec.containers: Required value");
        assertThat(problems(
                        Resources.PODS,
                        "metadata: {name: p, namespace: d}\nspec: {restartPolicy: Sometimes, containers: [{name: c, image: i,"
                                + " volumeMounts: [{name: v, mountPath: /v}], resources: {requests: {cpu: 2}, limits: {cpu: 1}}},"
                                + " {name: c, image: i}]}"))
                .containsExactly(
                        "spec.restartPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", \"Never\","
                                + " \"OnFailure\"",
                        "spec.containers[0].volumeMounts[0].name: Not found: \"v\"",
                        "spec.containers[0].resources.requests: Invalid value: \"2\": must be less than or equal to cpu limit"
                                + " of 1",
                        "spec.containers[1].name: Duplicate value: \"c\"");
        assertThat(problems(Resources.SERVICES, "metadata: {name: 1a, namespace: d}\nspec: {ports: [{port: 0}]}"))
                .contains("spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive");
        assertThat(
                        problems(
                                Resources.JOBS,
                                "metadata: {name: j, namespace: d}\nspec: {template: {spec: {containers: [{name: c, image: i}]}}}"))
                .contains("spec.template.spec.restartPolicy: Required value: valid values: \"OnFailure\", \"Never\"");
    }

    @Test
    void whatMayNotChangeIsForbidden() {
        String pod = "metadata: {name: p, namespace: d}\nspec: {containers: [{name: c, image: i, args: [%s]}]}";
        ObjectNode before = defaulted(Resources.PODS, String.format(pod, "a"));
        ObjectNode image = before.deepCopy();
        ((ObjectNode) image.path("spec").path("containers").get(0)).put("image", "other");
        KindRow pods = SCHEMA.kind(Resources.PODS);
        assertThat(Validator.validate(pods, image, Optional.of(before), "")).isEmpty();
        ObjectNode args = defaulted(Resources.PODS, String.format(pod, "b"));
        assertThat(texts(Validator.validate(pods, args, Optional.of(before), ""))
                        .get(0))
                .startsWith(
                        "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,");

        String zeros =
                "metadata: {name: p, namespace: d}\nspec: {hostNetwork: false, subdomain: '', tolerations: [{key: a,"
                        + " operator: Exists, value: ''}], containers: [{name: c, image: i, tty: false, env: [{name: A, value: ''}],"
                        + " securityContext: {%s}}]}";
        ObjectNode said = defaulted(Resources.PODS, String.format(zeros, "runAsUser: 0"));
        ObjectNode unsaid = defaulted(
                Resources.PODS,
                "metadata: {name: p, namespace: d}\nspec: {tolerations: [{key: a, operator: Exists}], containers: [{name: c,"
                        + " image: i, env: [{name: A}], securityContext: {runAsUser: 0}}]}");
        assertThat(Validator.validate(pods, unsaid, Optional.of(said), "")).isEmpty();
        assertThat(Validator.validate(pods, said, Optional.of(unsaid), "")).isEmpty();
        ObjectNode user = defaulted(Resources.PODS, String.format(zeros, ""));
        assertThat(Validator.validate(pods, user, Optional.of(said), "")).isNotEmpty();

        ObjectNode deployment = defaulted(Resources.DEPLOYMENTS, DEPLOYMENT);
        ObjectNode other = defaulted(Resources.DEPLOYMENTS, DEPLOYMENT.replace("app: web", "app: other"));
        assertThat(texts(Validator.validate(SCHEMA.kind(Resources.DEPLOYMENTS), other, Optional.of(deployment), "")))
                .containsExactly(
                        "spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"other\"}}: field is immutable");
    }
}
