package io.minik.api.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Messages are written here by hand, by the numbers of upstream's generated.proto. */
class ProtobufReaderTest {
    private static final Schema SCHEMA = Schema.load();

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private static Type type(String apiVersion, String kind) {
        return SCHEMA.findType(apiVersion, kind).orElseThrow();
    }

    private ProtobufReaderTest varint(int number, long value) {
        raw((long) number << 3);
        raw(value);
        return this;
    }

    private ProtobufReaderTest bytes(int number, byte[] value) {
        raw(((long) number << 3) | 2);
        raw(value.length);
        out.writeBytes(value);
        return this;
    }

    private ProtobufReaderTest text(int number, String value) {
        return bytes(number, value.getBytes(StandardCharsets.UTF_8));
    }

    private void raw(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    private byte[] done() {
        return out.toByteArray();
    }

    private static ProtobufReaderTest message() {
        return new ProtobufReaderTest();
    }

    private static byte[] enveloped(String apiVersion, String kind, byte[] object) {
        byte[] meta = message().text(1, apiVersion).text(2, kind).done();
        byte[] unknown = message()
                .bytes(1, meta)
                .bytes(2, object)
                .text(3, "")
                .text(4, "")
                .done();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(new byte[] {'k', '8', 's', 0});
        all.writeBytes(unknown);
        return all.toByteArray();
    }

    private static ObjectNode decode(String apiVersion, String kind, byte[] object) {
        return Decoder.decode(
                        type(apiVersion, kind),
                        enveloped(apiVersion, kind, object),
                        Format.PROTOBUF,
                        FieldValidation.STRICT)
                .tree();
    }

    @Test
    void mapsBytesAndBooleansAreRead() {
        byte[] meta =
                message().text(1, "settings").text(2, "").text(3, "default").done();
        byte[] entry = message().text(1, "color").text(2, "blue").done();
        byte[] binary = message().text(1, "b").bytes(2, new byte[] {1, 2, 3}).done();
        ObjectNode map = decode(
                "v1",
                "ConfigMap",
                message()
                        .bytes(1, meta)
                        .bytes(2, entry)
                        .bytes(3, binary)
                        .varint(4, 1)
                        .done());
        assertThat(map.toString())
                .isEqualTo(
                        "{\"metadata\":{\"name\":\"settings\",\"namespace\":\"default\"},\"data\":{\"color\":\"blue\"},"
                                + "\"binaryData\":{\"b\":\"AQID\"},\"immutable\":true,\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\"}");
    }

    @Test
    void aZeroThatMeansSomethingStaysAndOneThatDoesNotGoes() {
        // DeploymentSpec: replicas = 1 (a pointer), minReadySeconds = 5, paused = 7 (no pointers: Go writes their
        // zero).
        byte[] spec = message().varint(1, 0).varint(5, 0).varint(7, 0).done();
        ObjectNode deployment =
                decode("apps/v1", "Deployment", message().bytes(2, spec).done());
        assertThat(deployment.path("spec").toString()).isEqualTo("{\"replicas\":0}");
    }

    @Test
    void whatIsAPointerInSomeTypesIsOneThereAlone() {
        // Go writes the empty value of a toleration, which is no pointer, whenever it writes a pod.
        byte[] toleration = message()
                .text(1, "node.kubernetes.io/not-ready")
                .text(2, "Exists")
                .text(3, "")
                .text(4, "NoExecute")
                .varint(5, 0)
                .done();
        ObjectNode pod = decode(
                "v1",
                "Pod",
                message().bytes(2, message().bytes(22, toleration).done()).done());
        assertThat(pod.at("/spec/tolerations/0").toString())
                .isEqualTo("{\"key\":\"node.kubernetes.io/not-ready\",\"operator\":\"Exists\","
                        + "\"effect\":\"NoExecute\",\"tolerationSeconds\":0}");
        ObjectNode level = decode(
                "scheduling.k8s.io/v1",
                "PriorityClass",
                message().varint(2, 0).varint(3, 0).text(4, "").done());
        assertThat(level.path("value").intValue()).isZero();
        assertThat(level.has("value")).isTrue();
        assertThat(level.has("globalDefault")).isFalse();
    }

    @Test
    void quantitiesTimesAndNumbersOrTextAreWrittenAsJsonWritesThem() {
        byte[] port = message()
                .text(1, "http")
                .text(2, "TCP")
                .varint(3, 80)
                .bytes(4, message().varint(1, 1).varint(2, 0).text(3, "web").done())
                .varint(5, 0)
                .done();
        ObjectNode service = decode(
                "v1",
                "Service",
                message().bytes(2, message().bytes(1, port).done()).done());
        assertThat(service.at("/spec/ports/0").toString())
                .isEqualTo("{\"name\":\"http\",\"protocol\":\"TCP\",\"port\":80,\"targetPort\":\"web\"}");

        byte[] quota = message()
                .bytes(
                        1,
                        message()
                                .text(1, "cpu")
                                .bytes(2, message().text(1, "500m").done())
                                .done())
                .done();
        assertThat(decode("v1", "ResourceQuota", message().bytes(2, quota).done())
                        .at("/spec/hard/cpu")
                        .asText())
                .isEqualTo("500m");

        byte[] created = message().varint(1, 1767225600).varint(2, 0).done();
        byte[] meta = message().text(1, "x").bytes(8, created).done();
        assertThat(decode("v1", "ConfigMap", message().bytes(1, meta).done())
                        .at("/metadata/creationTimestamp")
                        .asText())
                .isEqualTo("2026-01-01T00:00:00Z");
    }

    @Test
    void aBodyThatIsCutOffOrNoEnvelopeIsRefused() {
        byte[] whole = enveloped(
                "v1",
                "ConfigMap",
                message().text(9, "unknown fields are skipped").done());
        Type type = type("v1", "ConfigMap");
        for (int length = 5; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            try {
                Decoder.decode(type, cut, Format.PROTOBUF, FieldValidation.STRICT);
            } catch (ApiException expected) {
                assertThat(expected.status().code()).isEqualTo(400);
            }
        }
        assertThatThrownBy(() -> Decoder.decode(type, new byte[] {'{', '}'}, Format.PROTOBUF, FieldValidation.STRICT))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("does not appear to be a protobuf message");
        assertThatThrownBy(() -> Decoder.decode(
                        type,
                        enveloped("v1", "ConfigMap", new byte[] {0x0a, 0x7f}),
                        Format.PROTOBUF,
                        FieldValidation.STRICT))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("unexpected EOF");
    }

    /** A body that makes as many values as asked for, none of which takes more than some bytes. */
    enum Many {
        EMPTY_MESSAGES("v1", "Pod") {
            @Override
            byte[] object(int count) {
                return message()
                        .bytes(2, message().repeat(2, count, new byte[0]).done())
                        .done();
            }
        },
        TEXTS("v1", "Namespace") {
            @Override
            byte[] object(int count) {
                return message()
                        .bytes(2, message().repeat(1, count, new byte[0]).done())
                        .done();
            }
        },
        PACKED_NUMBERS("v1", "Pod") {
            @Override
            byte[] object(int count) {
                byte[] context = message().bytes(4, new byte[count]).done();
                return message().bytes(2, message().bytes(14, context).done()).done();
            }
        },
        ENTRIES_OF_A_MAP("v1", "ConfigMap") {
            @Override
            byte[] object(int count) {
                ProtobufReaderTest all = message();
                for (int at = 0; at < count; at++) {
                    all.bytes(2, message().text(1, Integer.toString(at)).done());
                }
                return all.done();
            }
        },
        JSON_WITHIN("apps/v1", "ControllerRevision") {
            @Override
            byte[] object(int count) {
                String list = "[" + "1,".repeat(count - 1) + "1]";
                return message().bytes(2, message().text(1, list).done()).done();
            }
        };

        private final String apiVersion;
        private final String kind;

        Many(String apiVersion, String kind) {
            this.apiVersion = apiVersion;
            this.kind = kind;
        }

        abstract byte[] object(int count);

        ObjectNode decode(int count) {
            return ProtobufReaderTest.decode(apiVersion, kind, object(count));
        }
    }

    private ProtobufReaderTest repeat(int number, int count, byte[] value) {
        for (int at = 0; at < count; at++) {
            bytes(number, value);
        }
        return this;
    }

    @ParameterizedTest
    @EnumSource(Many.class)
    void aBodyOfMoreValuesThanWeHoldIsRefused(Many many) {
        assertThat(many.decode(ValueCount.MOST / 2)).isNotEmpty();
        assertThatThrownBy(() -> many.decode(ValueCount.MOST + 1))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("a body may hold 200000 values");
    }

    @Test
    void jsonWithinNestsNoDeeperThanABody() {
        String deep = "{\"a\":".repeat(Body.MAX_DEPTH + 1) + "1" + "}".repeat(Body.MAX_DEPTH + 1);
        byte[] revision = message().bytes(2, message().text(1, deep).done()).done();
        assertThatThrownBy(() -> decode("apps/v1", "ControllerRevision", revision))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("nesting depth");
    }

    @Test
    void durationsReadAsGoPrintsThem() {
        assertThat(Scalars.durationText(3_600_000_000_000L)).isEqualTo("1h0m0s");
        assertThat(Scalars.durationText(1_500_000_000L)).isEqualTo("1.5s");
        assertThat(Scalars.durationText(300_000_000L)).isEqualTo("300ms");
        assertThat(Scalars.durationText(0)).isEqualTo("0s");
        assertThat(Scalars.durationText(-90_000_000_000L)).isEqualTo("-1m30s");
    }
}
