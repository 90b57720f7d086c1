package io.minik.server.encryption;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * The messages of k8s.io/kms' v2 API and of what is stored, by the numbers of their protos: fields of bytes, texts, numbers and one
 * map, so that one shape holds all.
 */
final class KmsMessages {
    private KmsMessages() {}

    /** Fields by number; a map of bytes is at {@code mapNumber}. */
    record Message(Map<Integer, byte[]> bytes, Map<Integer, Long> numbers, Map<String, byte[]> map) {
        byte[] bytes(int number) {
            return bytes.getOrDefault(number, new byte[0]);
        }

        String text(int number) {
            return new String(bytes(number), StandardCharsets.UTF_8);
        }
    }

    /** @throws IllegalArgumentException if it is none */
    static Message read(byte[] message, int mapNumber) {
        Map<Integer, byte[]> bytes = new TreeMap<>();
        Map<Integer, Long> numbers = new TreeMap<>();
        Map<String, byte[]> map = new TreeMap<>();
        try {
            CodedInputStream in = CodedInputStream.newInstance(message);
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                int number = WireFormat.getTagFieldNumber(tag);
                switch (WireFormat.getTagWireType(tag)) {
                    case WireFormat.WIRETYPE_VARINT -> numbers.put(number, in.readInt64());
                    case WireFormat.WIRETYPE_LENGTH_DELIMITED -> {
                        byte[] value = in.readByteArray();
                        if (number == mapNumber) {
                            Message entry = read(value, -1);
                            map.put(entry.text(1), entry.bytes(2));
                        } else {
                            bytes.put(number, value);
                        }
                    }
                    default -> in.skipField(tag);
                }
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("proto: " + e.getMessage(), e);
        }
        return new Message(bytes, numbers, map);
    }

    static byte[] write(Message message, int mapNumber) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            for (Map.Entry<Integer, byte[]> field : message.bytes().entrySet()) {
                if (field.getValue().length > 0) {
                    out.writeByteArray(field.getKey(), field.getValue());
                }
            }
            for (Map.Entry<String, byte[]> each : message.map().entrySet()) {
                ByteArrayOutputStream entry = new ByteArrayOutputStream();
                CodedOutputStream pair = CodedOutputStream.newInstance(entry);
                pair.writeString(1, each.getKey());
                pair.writeByteArray(2, each.getValue());
                pair.flush();
                out.writeByteArray(mapNumber, entry.toByteArray());
            }
            for (Map.Entry<Integer, Long> field : message.numbers().entrySet()) {
                if (field.getValue() != 0) {
                    out.writeInt64(field.getKey(), field.getValue());
                }
            }
            out.flush();
        } catch (IOException e) {
            throw new IllegalStateException("memory can't be written", e);
        }
        return bytes.toByteArray();
    }
}
