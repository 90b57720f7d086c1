package io.minik.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Predicate;

/** The body of a list: its head, then one object after the other, none of them made before its turn. */
final class ListBody {
    private static final byte[] COMMA = {','};
    private static final byte[] END = "]}\n".getBytes(StandardCharsets.UTF_8);
    private static final byte[] NOTHING = {};

    private final ObjectNode head;
    private final String field;
    private final List<KubeObject> items;

    /** @param head all of the list but its last field; @param field the last: the array of what becomes of the items */
    ListBody(ObjectNode head, String field, List<KubeObject> items) {
        this.head = head;
        this.field = field;
        this.items = items;
    }

    /** Objects as the bytes that they have. */
    Pieces json() {
        byte[] open = open();
        long bytes = (long) open.length + END.length + Math.max(0, items.size() - 1) * (long) COMMA.length;
        for (KubeObject item : items) {
            bytes += item.length();
        }
        return new Pieces(
                OptionalLong.of(bytes), new Enclosed(open, COMMA, END, encoded(KubeObject::bytes)), false, true);
    }

    /** @param element what stands for an object; @param heavy making one may take long */
    Pieces json(Function<KubeObject, JsonNode> element, boolean heavy) {
        return Pieces.made(new Enclosed(open(), COMMA, END, encoded(item -> Json.bytes(element.apply(item)))), heavy);
    }

    /** Fields stand in the order of their names, also those of the list itself: some before its items, some after. */
    Pieces yaml(Function<KubeObject, JsonNode> element, boolean heavy) {
        String list = items.isEmpty() ? field + ": []\n" : field + ":\n";
        return Pieces.made(
                new Enclosed(
                        bytes(yamlOfHead(name -> name.compareTo(field) < 0) + list),
                        NOTHING,
                        bytes(yamlOfHead(name -> name.compareTo(field) > 0)),
                        encoded(item -> Frames.yaml(Json.array().add(element.apply(item))))),
                heavy);
    }

    private String yamlOfHead(Predicate<String> fields) {
        ObjectNode some = Json.object();
        head.properties().stream()
                .filter(entry -> fields.test(entry.getKey()))
                .forEach(entry -> some.set(entry.getKey(), entry.getValue()));
        return some.isEmpty() ? "" : new String(Frames.yaml(some), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private byte[] open() {
        byte[] text = Json.bytes(head);
        return bytes(new String(text, 0, text.length - 1, StandardCharsets.UTF_8) + ",\"" + field + "\":[");
    }

    private Iterator<byte[]> encoded(Function<KubeObject, byte[]> encoder) {
        Iterator<KubeObject> left = items.iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return left.hasNext();
            }

            @Override
            public byte[] next() {
                return encoder.apply(left.next());
            }
        };
    }

    /** What stands before, between and after the elements. */
    private static final class Enclosed implements Iterator<byte[]> {
        private enum Next {
            OPEN,
            ELEMENT,
            SEPARATOR,
            NOTHING
        }

        private final byte[] open;
        private final byte[] separator;
        private final byte[] end;
        private final Iterator<byte[]> elements;
        private Next next = Next.OPEN;

        Enclosed(byte[] open, byte[] separator, byte[] end, Iterator<byte[]> elements) {
            this.open = open;
            this.separator = separator;
            this.end = end;
            this.elements = elements;
        }

        @Override
        public boolean hasNext() {
            return next != Next.NOTHING;
        }

        @Override
        public byte[] next() {
            return switch (next) {
                case OPEN -> {
                    next = Next.ELEMENT;
                    yield open;
                }
                case ELEMENT -> {
                    if (!elements.hasNext()) {
                        next = Next.NOTHING;
                        yield end;
                    }
                    byte[] element = elements.next();
                    next = elements.hasNext() ? Next.SEPARATOR : Next.ELEMENT;
                    yield element;
                }
                case SEPARATOR -> {
                    next = Next.ELEMENT;
                    yield separator;
                }
                case NOTHING -> throw new NoSuchElementException();
            };
        }
    }
}
