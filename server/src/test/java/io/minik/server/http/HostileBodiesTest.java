package io.minik.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bodies that are made to cost much: each is answered with a Status that says what is wrong, of a size that a client can read, or
 * is taken for what it is; none is a fault of the server, and it goes on.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileBodiesTest {
    private static final String CORE = "/api/v1/namespaces/default/";
    private static final String JSON = "application/json";
    private static final int A_MEGABYTE = 1_000_000;
    /** What a refusal may say: more would be an attack on who reads it. */
    private static final int LONGEST_ANSWER = 200_000;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private TestApi api;

    record Attack(String name, String method, String path, String type, byte[] body, int code) {
        @Override
        public String toString() {
            return name;
        }
    }

    @BeforeAll
    void start() {
        api = new TestApi();
    }

    @AfterAll
    void stop() {
        api.close();
    }

    private static Attack post(String name, String path, String body, int code) {
        return new Attack(name, "POST", path, JSON, body.getBytes(StandardCharsets.UTF_8), code);
    }

    private static Attack map(String name, String metadata, String rest, int code) {
        return post(
                name,
                CORE + "configmaps",
                "{\"metadata\":{\"name\":\"" + called(name) + "\"" + metadata + "}" + rest + "}",
                code);
    }

    private static Attack pod(String name, String spec, int code) {
        return post(
                name,
                CORE + "pods",
                "{\"metadata\":{\"name\":\"" + called(name) + "\"},\"spec\":{" + spec + "}}",
                code);
    }

    /** Each its own, so that they do not meet. */
    private static String called(String name) {
        return "x" + Integer.toHexString(name.hashCode());
    }

    private static String many(int count, IntFunction<String> each) {
        return IntStream.range(0, count).mapToObj(each).collect(Collectors.joining(","));
    }

    private static String text(String piece, int length) {
        return piece.repeat(length / piece.length());
    }

    private static byte[] zipped(byte[] plain) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static Stream<Attack> attacks() {
        return Stream.of(text(), warned(), numbers(), metadata(), workloads(), patches())
                .flatMap(List::stream);
    }

    private static List<Attack> text() {
        return List.of(
                map("arrays in arrays", "", ",\"data\":" + text("[", A_MEGABYTE), 400),
                map("objects in objects", "", ",\"data\":" + text("{\"a\":", A_MEGABYTE), 400),
                map("one key, again and again", "", ",\"data\":{" + many(200_000, i -> "\"k\":\"v\"") + "}", 413),
                map("many keys that are none", "," + many(200_000, i -> "\"u" + i + "\":1"), "", 413),
                map("a key of a megabyte", "", ",\"data\":{\"" + text("k", A_MEGABYTE) + "\":\"\"}", 400),
                map("a value of more than a megabyte", "", ",\"data\":{\"a\":\"" + text("v", 2_500_000) + "\"}", 422),
                map("escapes without end", "", ",\"data\":{\"a\":\"" + text("\\u0000", 2_900_000) + "\"}", 413),
                map("half characters", "", ",\"data\":{\"a\":\"\\ud800" + text("\\udfff", 6000) + "\"}", 201),
                new Attack(
                        "bytes that are no text",
                        "POST",
                        CORE + "configmaps",
                        JSON,
                        "{\"metadata\":{\"name\":\"m\"},\"data\":{\"a\":\"\u00ff\u00fe\"}}"
                                .getBytes(StandardCharsets.ISO_8859_1),
                        400),
                map(
                        "a secret's base64 that is none",
                        "",
                        ",\"binaryData\":{\"a\":\"" + text("!", 2_000_000) + "\"}",
                        400),
                new Attack(
                        "a hundred megabytes, zipped",
                        "POST",
                        CORE + "configmaps",
                        JSON,
                        zipped(new byte[100 * A_MEGABYTE]),
                        400),
                new Attack(
                        "a length that is more than there is",
                        "POST",
                        CORE + "configmaps",
                        "application/vnd.kubernetes.protobuf",
                        new byte[] {'k', '8', 's', 0, 0x0a, -1, -1, -1, -1, 7, 0x12, -1, -1, -1, -1, 7},
                        400),
                new Attack(
                        "a tag that makes an object of Java's",
                        "POST",
                        CORE + "configmaps",
                        "application/yaml",
                        "!!javax.script.ScriptEngineManager [!!java.net.URL ['http://127.0.0.1:1/']]"
                                .getBytes(StandardCharsets.UTF_8),
                        400));
    }

    private static List<Attack> warned() {
        return List.of(
                map("a key with what ends a header", ",\"a\\r\\nSet-Cookie: b\\u0000\\u007f\":1", "", 201),
                map("a key that no header can say", ",\"\u00fc\ud83d\ude42\":1", "", 201),
                pod(
                        "20,000 ports that are alike",
                        "\"containers\":[{\"name\":\"c\",\"image\":\"i\",\"ports\":["
                                + many(20_000, i -> "{\"containerPort\":80}") + "]}]",
                        201),
                pod(
                        "20,000 variables that hide each other",
                        "\"containers\":[{\"name\":\"c\",\"image\":\"i\",\"env\":["
                                + many(20_000, i -> "{\"name\":\"A\"}") + "]}]",
                        201));
    }

    private static List<Attack> numbers() {
        String digits = text("9", A_MEGABYTE);
        return List.of(
                pod("a number of a megabyte", "\"terminationGracePeriodSeconds\":" + digits, 400),
                pod("a fraction of a megabyte", "\"terminationGracePeriodSeconds\":0." + digits, 400),
                pod("an exponent beyond all", "\"terminationGracePeriodSeconds\":1e999999999", 400),
                pod(
                        "a quantity of a megabyte",
                        "\"containers\":[{\"name\":\"c\",\"image\":\"i\",\"resources\":{\"limits\":{\"cpu\":\"" + digits
                                + "\",\"memory\":\"0." + digits + "\"}}}]",
                        400),
                pod(
                        "a quantity with an exponent beyond all",
                        "\"containers\":[{\"name\":\"c\",\"image\":\"i\",\"resources\":{\"limits\":{\"cpu\":\"1e999999999\","
                                + "\"memory\":\"1e-999999999\"}}}]",
                        201),
                post(
                        "a schedule of a megabyte",
                        "/apis/batch/v1/namespaces/default/cronjobs",
                        "{\"metadata\":{\"name\":\"c\"},\"spec\":{\"schedule\":\"" + text("1-59/2,", A_MEGABYTE)
                                + " * * * *\"}}",
                        422),
                map("a time of a megabyte", ",\"creationTimestamp\":\"2026-01-01T00:00:00." + digits + "Z\"", "", 400),
                post(
                        "an address of a megabyte",
                        CORE + "services",
                        "{\"metadata\":{\"name\":\"s\"},\"spec\":{\"clusterIP\":\"" + text("1.", A_MEGABYTE)
                                + "\",\"externalIPs\":[\"" + text(":0", A_MEGABYTE) + "\"],\"ports\":[{\"port\":1}]}}",
                        422));
    }

    private static List<Attack> metadata() {
        return List.of(
                map("100,000 labels", ",\"labels\":{" + many(100_000, i -> "\"l" + i + "\":\"v\"") + "}", "", 413),
                map(
                        "labels that are none",
                        ",\"labels\":{" + many(100_000, i -> "\"-" + i + "\":\"-\"") + "}",
                        "",
                        422),
                map(
                        "20,000 annotations",
                        ",\"annotations\":{" + many(20_000, i -> "\"a" + i + "\":\"" + text("v", 60) + "\"") + "}",
                        "",
                        422),
                map(
                        "20,000 short annotations",
                        ",\"annotations\":{" + many(20_000, i -> "\"a" + i + "\":\"v\"") + "}",
                        "",
                        201),
                map(
                        "100,000 finalizers",
                        ",\"finalizers\":[" + many(100_000, i -> "\"example.com/f" + i + "\"") + "]",
                        "",
                        413),
                map(
                        "20,000 owners",
                        ",\"ownerReferences\":["
                                + many(
                                        20_000,
                                        i -> "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"name\":\"o\",\"uid\":\"" + i
                                                + "\",\"controller\":true}")
                                + "]",
                        "",
                        422),
                map(
                        "10,000 managers",
                        ",\"managedFields\":["
                                + many(
                                        10_000,
                                        i -> "{\"manager\":\"m" + i
                                                + "\",\"operation\":\"Apply\",\"apiVersion\":\"v1\",\"fieldsType\":\"FieldsV1\","
                                                + "\"fieldsV1\":{\"f:data\":{\"f:k" + i + "\":{}}}}")
                                + "]",
                        "",
                        201),
                map("a name of a megabyte", ",\"generateName\":\"" + text("a-", A_MEGABYTE) + "\"", "", 422),
                post(
                        "a name of a megabyte, checked by an expression",
                        CORE + "configmaps",
                        "{\"metadata\":{\"name\":\"" + text("a-", A_MEGABYTE) + "!\"}}",
                        422));
    }

    private static List<Attack> workloads() {
        return List.of(
                pod(
                        "100,000 containers",
                        "\"containers\":[" + many(100_000, i -> "{\"name\":\"c" + i + "\"}") + "]",
                        413),
                pod("100,000 empty containers", "\"containers\":[" + many(100_000, i -> "{}") + "]", 422),
                pod(
                        "variables that name each other",
                        "\"containers\":[{\"name\":\"c\",\"image\":\"i\",\"env\":["
                                + many(
                                        20_000,
                                        i -> "{\"name\":\"E" + i + "\",\"value\":\"$(E" + (i - 1) + ")$(E" + (i - 1)
                                                + ")\"}")
                                + "]}]",
                        413),
                pod(
                        "20,000 volumes that are mounted",
                        "\"volumes\":[" + many(20_000, i -> "{\"name\":\"v" + i + "\",\"emptyDir\":{}}")
                                + "],\"containers\":[{\"name\":\"c\",\"image\":\"i\",\"volumeMounts\":["
                                + many(20_000, i -> "{\"name\":\"v" + i + "\",\"mountPath\":\"/v" + i + "\"}") + "]}]",
                        413),
                pod(
                        "20,000 tolerations of one kind",
                        "\"containers\":[{\"name\":\"c\",\"image\":\"i\"}],\"tolerations\":["
                                + many(20_000, i -> "{\"key\":\"k" + i + "\",\"operator\":\"Exists\"}") + "]",
                        201),
                post(
                        "a selector of 50,000 terms",
                        "/apis/apps/v1/namespaces/default/deployments",
                        "{\"metadata\":{\"name\":\"d\"},\"spec\":{\"selector\":{\"matchExpressions\":["
                                + many(50_000, i -> "{\"key\":\"k\",\"operator\":\"In\",\"values\":[\"v\"]}")
                                + "]},\"template\":{\"metadata\":{\"labels\":{\"k\":\"v\"}},\"spec\":{\"containers\":[{\"name\":\"c\","
                                + "\"image\":\"i\"}]}}}}",
                        413),
                post(
                        "a role of 20,000 rules",
                        "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles",
                        "{\"metadata\":{\"name\":\"r\"},\"rules\":["
                                + many(
                                        20_000,
                                        i -> "{\"verbs\":[\"get\"],\"apiGroups\":[\"\"],\"resources\":[\"r" + i
                                                + "\"]}")
                                + "]}",
                        201),
                post(
                        "a service of 20,000 ports",
                        CORE + "services",
                        "{\"metadata\":{\"name\":\"s\"},\"spec\":{\"ports\":["
                                + many(20_000, i -> "{\"name\":\"p" + i + "\",\"port\":" + (i + 1) + "}") + "]}}",
                        413));
    }

    private static List<Attack> patches() {
        return List.of(
                new Attack(
                        "an apply of 40,000 fields",
                        "PATCH",
                        CORE + "configmaps/applied?fieldManager=a",
                        "application/apply-patch+yaml",
                        ("{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"applied\"},\"data\":{"
                                        + many(40_000, i -> "\"k" + i + "\":\"v\"") + "}}")
                                .getBytes(StandardCharsets.UTF_8),
                        201),
                new Attack(
                        "the same by another, who wants other values",
                        "PATCH",
                        CORE + "configmaps/applied?fieldManager=b",
                        "application/apply-patch+yaml",
                        ("{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"applied\"},\"data\":{"
                                        + many(40_000, i -> "\"k" + i + "\":\"w\"") + "}}")
                                .getBytes(StandardCharsets.UTF_8),
                        409),
                new Attack(
                        "a patch of 20,000 steps",
                        "PATCH",
                        CORE + "configmaps/applied",
                        "application/json-patch+json",
                        ("[" + many(20_000, i -> "{\"op\":\"add\",\"path\":\"/data/x" + i + "\",\"value\":\"v\"}")
                                        + "]")
                                .getBytes(StandardCharsets.UTF_8),
                        413),
                new Attack(
                        "a step whose path is a megabyte",
                        "PATCH",
                        CORE + "configmaps/applied",
                        "application/json-patch+json",
                        ("[{\"op\":\"replace\",\"path\":\"" + text("/a", A_MEGABYTE) + "\",\"value\":1}]")
                                .getBytes(StandardCharsets.UTF_8),
                        422));
    }

    @ParameterizedTest
    @MethodSource("attacks")
    void isAnsweredInFewWords(Attack attack) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(uri(attack.path()))
                .method(attack.method(), BodyPublishers.ofByteArray(attack.body()))
                .header("Content-Type", attack.type())
                .build();
        HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(attack.code());
        if (answer.statusCode() >= 300) {
            assertThat(answer.body().length()).isLessThan(LONGEST_ANSWER);
        }
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + api.server().port() + path);
    }
}
