package io.minik.inttest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Message;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.internal.SSLUtils;
import io.kubernetes.client.proto.Runtime;
import io.kubernetes.client.proto.V1;
import io.kubernetes.client.proto.V1Apps;
import io.kubernetes.client.proto.V1Batch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/**
 * What Go's clients do: bodies of protobuf, and updates of what was read with one label more. The messages are the official
 * Java client's. Whatever of the object the server takes for changed then, it would refuse or roll out. Argument: a kubeconfig.
 */
public final class ProtobufStory {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NAMESPACE = "default";
    /** A controller may write the status between reading and updating: clients then read again. */
    private static final int TRIES = 20;

    private static final int CREATED = 201;
    private static final int OK = 200;
    private static final int CONFLICT = 409;

    private final HttpClient http;
    private final String server;
    private final KubernetesClient fabric8;

    /** @param path of the collection */
    private record Kind(String path, Supplier<Message.Builder> message) {}

    private static final List<Kind> KINDS = List.of(
            new Kind("api/v1/namespaces/" + NAMESPACE + "/pods", V1.Pod::newBuilder),
            new Kind("apis/apps/v1/namespaces/" + NAMESPACE + "/deployments", V1Apps.Deployment::newBuilder),
            new Kind("apis/batch/v1/namespaces/" + NAMESPACE + "/jobs", V1Batch.Job::newBuilder));

    private ProtobufStory(HttpClient http, String server, KubernetesClient fabric8) {
        this.http = http;
        this.server = server;
        this.fabric8 = fabric8;
    }

    public static void main(String[] arguments) throws Exception {
        Config config = Config.fromKubeconfig(Files.readString(Path.of(arguments[0])));
        HttpClient http =
                HttpClient.newBuilder().sslContext(SSLUtils.sslContext(config)).build();
        try (KubernetesClient fabric8 =
                new KubernetesClientBuilder().withConfig(config).build()) {
            ProtobufStory story = new ProtobufStory(http, config.getMasterUrl(), fabric8);
            JsonNode bodies = bodies();
            for (int i = 0; i < KINDS.size(); i++) {
                story.run(KINDS.get(i), bodies.get(i));
            }
        }
    }

    private static JsonNode bodies() throws IOException {
        try (InputStream in = ProtobufStory.class.getResourceAsStream("updated-after-get.json")) {
            return JSON.readTree(in);
        }
    }

    private void run(Kind kind, JsonNode wanted) throws IOException, InterruptedException {
        HttpResponse<String> created = send("POST", kind.path(), body(kind, wanted));
        String what = wanted.path("kind").asText();
        step(what + " is created from protobuf", created.statusCode() == CREATED, created.body());
        String path = kind.path() + "/" + wanted.path("metadata").path("name").asText();
        JsonNode before = JSON.readTree(send("GET", path, new byte[0]).body());
        step(what + " keeps all that protobuf said", contains(before, wanted), before.toString());
        byProtobuf(kind, path, "protobuf");
        byProtobuf(kind, path, "again");
        byFabric8(path);
        JsonNode after = JSON.readTree(send("GET", path, new byte[0]).body());
        for (String by : List.of("protobuf", "again", "fabric8")) {
            step(what + " has the label of " + by, "yes".equals(label(after, by)), after.toString());
        }
        step(
                what + " is as it was but for labels",
                after.path("spec").equals(before.path("spec"))
                        && after.path("metadata")
                                .path("generation")
                                .equals(before.path("metadata").path("generation")),
                before + " became " + after);
        step(what + " goes", send("DELETE", path, new byte[0]).statusCode() == OK, path);
    }

    private void byProtobuf(Kind kind, String path, String label) throws IOException, InterruptedException {
        HttpResponse<String> answer;
        int tries = 0;
        do {
            ObjectNode live =
                    (ObjectNode) JSON.readTree(send("GET", path, new byte[0]).body());
            live.withObjectProperty("metadata").withObjectProperty("labels").put(label, "yes");
            answer = send("PUT", path, body(kind, live));
        } while (answer.statusCode() == CONFLICT && ++tries < TRIES);
        step(path + " is updated by protobuf", answer.statusCode() == OK, answer.body());
    }

    private void byFabric8(String path) throws IOException, InterruptedException {
        int tries = 0;
        while (true) {
            HasMetadata live = fabric8.getKubernetesSerialization()
                    .unmarshal(send("GET", path, new byte[0]).body(), HasMetadata.class);
            live.getMetadata().getLabels().put("fabric8", "yes");
            try {
                fabric8.resource(live).update();
                step(path + " is updated by fabric8", true, "");
                return;
            } catch (KubernetesClientException refused) {
                if (refused.getCode() != CONFLICT || ++tries == TRIES) {
                    throw refused;
                }
            }
        }
    }

    private static String label(JsonNode object, String name) {
        return object.path("metadata").path("labels").path(name).asText();
    }

    /** Whether everything of the one is in the other, which may have defaults besides. */
    private static boolean contains(JsonNode all, JsonNode part) {
        if (part.isObject()) {
            return part.properties().stream().allMatch(field -> contains(all.path(field.getKey()), field.getValue()));
        }
        if (part.isArray()) {
            for (int i = 0; i < part.size(); i++) {
                if (!contains(all.path(i), part.get(i))) {
                    return false;
                }
            }
            return true;
        }
        return (all.isNumber() && part.isNumber()) ? all.asLong() == part.asLong() : all.equals(part);
    }

    /** Kubernetes' envelope: four bytes, then a message that says of which kind the message in it is. */
    private static byte[] body(Kind kind, JsonNode tree) throws IOException {
        Message.Builder message = kind.message().get();
        ObjectNode fields = ((ObjectNode) tree).deepCopy();
        String version = fields.remove("apiVersion").asText();
        String name = fields.remove("kind").asText();
        ProtoTrees.fill(message, fields);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write("k8s\0".getBytes(StandardCharsets.US_ASCII));
        Runtime.Unknown.newBuilder()
                .setTypeMeta(
                        Runtime.TypeMeta.newBuilder().setApiVersion(version).setKind(name))
                .setRaw(message.build().toByteString())
                .build()
                .writeTo(out);
        return out.toByteArray();
    }

    private HttpResponse<String> send(String method, String path, byte[] body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server).resolve("/" + path))
                .header("Accept", "application/json")
                .method(method, body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        if (body.length > 0) {
            request.header("Content-Type", "application/vnd.kubernetes.protobuf");
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private static void step(String what, boolean holds, String seen) {
        if (!holds) {
            throw new IllegalStateException("not so: " + what + ": " + seen);
        }
        System.out.println("protobuf: " + what);
    }
}
