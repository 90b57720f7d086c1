package io.minik.runtime.criapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import io.minik.runtime.criapi.proto.CriProto;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Our definition of CRI against what upstream's says, field by field: a number that is wrong is data that is lost. */
class CriFieldsTest {
    private static Set<String> upstream() throws IOException {
        try (InputStream file = Objects.requireNonNull(CriFieldsTest.class.getResourceAsStream("fields.txt"))) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static Set<String> ours() {
        Set<String> found = new TreeSet<>();
        FileDescriptor file = CriProto.getDescriptor();
        file.getMessageTypes().forEach(message -> message(found, message, ""));
        file.getEnumTypes().forEach(each -> values(found, each, ""));
        file.getServices().forEach(service -> service.getMethods()
                .forEach(method -> found.add(service.getName() + "/" + method.getName() + " "
                        + method.getInputType().getName()
                        + (method.isServerStreaming() ? " stream " : " ")
                        + method.getOutputType().getName())));
        return found;
    }

    private static void message(Set<String> found, Descriptor message, String before) {
        message.getFields()
                .forEach(field -> found.add(before + message.getName() + "." + field.getName() + " " + field.getNumber()
                        + (field.isRepeated() ? " repeated " : " ") + type(field)));
        message.getNestedTypes().forEach(nested -> message(found, nested, before + message.getName() + "."));
        message.getEnumTypes().forEach(each -> values(found, each, before + message.getName() + "."));
    }

    private static String type(FieldDescriptor field) {
        return switch (field.getType()) {
            case MESSAGE -> field.getMessageType().getName();
            case ENUM -> field.getEnumType().getName();
            default -> field.getType().name().toLowerCase(Locale.ROOT);
        };
    }

    private static void values(Set<String> found, EnumDescriptor each, String before) {
        each.getValues()
                .forEach(value -> found.add(before + each.getName() + "=" + value.getName() + " " + value.getNumber()));
    }

    @Test
    void eachFieldHasUpstreamsNumberAndType() throws IOException {
        assertThat(upstream()).hasSizeGreaterThan(550);
        assertThat(ours()).containsExactlyElementsOf(upstream());
    }
}
