package io.minik.api.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.kubernetes.client.proto.Runtime;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/** The official Java client's messages, which protoc made of Kubernetes' generated.proto: they say what our bytes mean. */
final class UpstreamMessages {
    private static final int MAGIC_BYTES = 4;
    private static final String PROTO = "io.kubernetes.client.proto.";
    /** The client leaves kube-aggregator out. */
    private static final String LEFT_OUT = "k8s.io.kube_aggregator.";

    static {
        // They are read in tests alone, and of our own bytes.
        System.setProperty("com.google.protobuf.use_unsafe_pre22_gencode", "true");
    }

    private UpstreamMessages() {}

    /** What an envelope holds, read and written again by the client's own message; nothing in it may be unknown to that. */
    static byte[] rewritten(Type type, byte[] enveloped) {
        if (type.name().startsWith(LEFT_OUT)) {
            return enveloped;
        }
        Runtime.Unknown unknown = unknown(enveloped);
        Message message = known(read(type, unknown.getRaw()));
        byte[] again =
                unknown.toBuilder().setRaw(message.toByteString()).build().toByteArray();
        byte[] whole = Arrays.copyOf(enveloped, MAGIC_BYTES + again.length);
        System.arraycopy(again, 0, whole, MAGIC_BYTES, again.length);
        return whole;
    }

    static Runtime.Unknown unknown(byte[] enveloped) {
        assertThat(enveloped).startsWith('k', '8', 's', 0);
        try {
            return Runtime.Unknown.parseFrom(Arrays.copyOfRange(enveloped, MAGIC_BYTES, enveloped.length));
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError("no runtime.Unknown", e);
        }
    }

    static Message read(Type type, ByteString raw) {
        try {
            Object parser =
                    Class.forName(className(type.name())).getMethod("parser").invoke(null);
            return (Message) ((com.google.protobuf.Parser<?>) parser).parseFrom(raw);
        } catch (ReflectiveOperationException | InvalidProtocolBufferException e) {
            throw new AssertionError("not a " + type.name(), e);
        }
    }

    /** {@code k8s.io.api.core.v1.Pod} is V1$Pod, {@code k8s.io.api.apps.v1.Deployment} V1Apps$Deployment. */
    private static String className(String name) {
        String[] words = name.split("\\.");
        String group = words[words.length - 3];
        String version = words[words.length - 2].toUpperCase(Locale.ROOT);
        String holder = group.equals("meta")
                ? "Meta"
                : version
                        + (group.equals("core")
                                ? ""
                                : group.substring(0, 1).toUpperCase(Locale.ROOT) + group.substring(1));
        return PROTO + holder + "$" + words[words.length - 1];
    }

    private static Message known(Message message) {
        if (!message.getUnknownFields().asMap().isEmpty()) {
            throw new AssertionError(message.getDescriptorForType().getFullName() + " has no "
                    + message.getUnknownFields().asMap().keySet());
        }
        for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
            if (field.getKey().getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                if (field.getKey().isRepeated()) {
                    ((Iterable<?>) field.getValue()).forEach(item -> known((Message) item));
                } else {
                    known((Message) field.getValue());
                }
            }
        }
        return message;
    }
}
