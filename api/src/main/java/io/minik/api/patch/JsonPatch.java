package io.minik.api.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status.Details;
import io.minik.api.meta.Status.Reason;
import io.minik.api.schema.Decoder;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** JSON patch, RFC 6902. */
public final class JsonPatch {
    /** As kube-apiserver: each operation may copy, so their number bounds the work. */
    public static final int MAX_OPERATIONS = 10_000;
    /** As kube-apiserver's bound on what copies may add: the request body's limit. */
    public static final int MAX_COPIED_BYTES = 3 * 1024 * 1024;

    private static final Set<String> MEMBERS = Set.of("op", "path", "from", "value");

    /** As deep as a body may be: moves put the document into itself again and again, with a few bytes each. */
    static final int MOST_DEPTH = 500;

    private static final String TEST_FAILED = " failed: test failed";

    private JsonNode doc;
    private long copied;
    /** At least as deep as the document is. */
    private int depth = MOST_DEPTH;

    private JsonPatch(JsonNode doc) {
        this.doc = doc;
    }

    /** Answers with a new tree. @throws ApiException 400 if it is no patch, 413 if too long, 422 if it does not apply */
    public static JsonNode apply(JsonNode doc, JsonNode ops) {
        if (!ops.isArray()) {
            throw ApiException.badRequest("json: cannot unmarshal " + (ops.isObject() ? "object" : "value")
                    + " into Go value of type jsonpatch.Patch");
        }
        if (ops.size() > MAX_OPERATIONS) {
            throw ApiException.of(
                    Reason.RequestEntityTooLarge,
                    "Request entity is too large: The allowed maximum operations in a JSON patch is " + MAX_OPERATIONS
                            + ", got " + ops.size(),
                    Details.NONE);
        }
        JsonPatch patch = new JsonPatch(doc.deepCopy());
        for (JsonNode op : ops) {
            patch.apply(op);
        }
        patch.measure();
        return patch.doc;
    }

    /** Whether it did not apply since one of its own tests failed. */
    public static boolean untrue(ApiException refusal) {
        return String.valueOf(refusal.getMessage()).endsWith(TEST_FAILED);
    }

    /** With the members of operations that JSON patch does not know, told as upstream tells those of a patch. */
    public static Decoder.Patch strict(Decoder.Patch patch) {
        List<String> strict = new ArrayList<>();
        patch.strict().forEach(what -> strict.add("json patch " + what));
        for (int i = 0; i < patch.tree().size(); i++) {
            for (Map.Entry<String, JsonNode> member : patch.tree().get(i).properties()) {
                if (!MEMBERS.contains(member.getKey())) {
                    strict.add("json patch unknown field \"[" + i + "]." + member.getKey() + "\"");
                }
            }
        }
        return new Decoder.Patch(patch.tree(), strict);
    }

    /** Something that may nest was put below so many steps. Seldom looked at: a look at all of it costs as much as a copy. */
    private void nested(int steps) {
        depth += steps;
        if (depth > 2 * MOST_DEPTH) {
            measure();
        }
    }

    private void measure() {
        if (depth == MOST_DEPTH) {
            return;
        }
        List<JsonNode> level = List.of(doc);
        for (depth = 0; !level.isEmpty(); depth++) {
            if (depth > MOST_DEPTH) {
                throw failed("the patched object nests deeper than " + MOST_DEPTH);
            }
            List<JsonNode> next = new ArrayList<>();
            level.forEach(node -> node.forEach(inner -> {
                if (inner.isContainerNode()) {
                    next.add(inner);
                }
            }));
            level = next;
        }
    }

    private void apply(JsonNode op) {
        String word = Json.text(op, "op");
        String path = Json.text(op, "path");
        switch (word) {
            case "add" -> add(path, value(op));
            case "remove" -> remove(path);
            case "replace" -> {
                find(path, "replace");
                if (path.isEmpty()) {
                    doc = value(op);
                } else {
                    set(path, value(op));
                }
            }
            case "move" -> {
                String from = Json.text(op, "from");
                if (path.startsWith(from + "/")) {
                    throw failed("unable to move a value into its own child: " + from + " to " + path);
                }
                JsonNode moved = find(from, "move");
                remove(from);
                add(path, moved);
            }
            case "copy" -> {
                JsonNode source = find(Json.text(op, "from"), "copy");
                copied += Json.bytes(source).length;
                if (copied > MAX_COPIED_BYTES) {
                    throw failed("Unable to complete the copy, the accumulated size increase of copy is " + copied
                            + ", exceeding the limit " + MAX_COPIED_BYTES);
                }
                add(path, source.deepCopy());
            }
            case "test" -> {
                JsonNode expected = value(op);
                JsonNode present = lookup(path);
                boolean same = present.isMissingNode() ? expected.isNull() : Equal.same(present, expected);
                if (!same) {
                    throw failed("testing value " + path + TEST_FAILED);
                }
            }
            default -> throw failed("Unexpected kind: " + word);
        }
    }

    private static JsonNode value(JsonNode op) {
        JsonNode value = op.get("value");
        return value == null ? NullNode.getInstance() : value.deepCopy();
    }

    private JsonNode lookup(String path) {
        JsonNode node = doc;
        for (String step : steps(path)) {
            node = node.isArray()
                    ? index(step, node.size()) < 0 ? node.path(-1) : node.path(index(step, node.size()))
                    : node.path(step);
        }
        return node;
    }

    private JsonNode find(String path, String verb) {
        JsonNode node = lookup(path);
        if (node.isMissingNode()) {
            throw failed(verb + " operation does not apply: doc is missing key: " + path + ": missing value");
        }
        return node;
    }

    private void add(String path, JsonNode value) {
        List<String> steps = steps(path);
        if (steps.isEmpty()) {
            doc = value;
            return;
        }
        String last = steps.get(steps.size() - 1);
        JsonNode parent = parent(steps, "add", path);
        if (value.isContainerNode()) {
            nested(steps.size());
        }
        if (parent instanceof ObjectNode object) {
            object.set(last, value);
        } else if (parent instanceof ArrayNode array) {
            int at = last.equals("-") ? array.size() : index(last, array.size() + 1);
            if (at < 0 || at > array.size()) {
                throw failed("add operation does not apply: doc is missing path: \"" + path
                        + "\": Unable to access invalid index: " + last + ": invalid index referenced");
            }
            array.insert(at, value);
        }
    }

    private void set(String path, JsonNode value) {
        List<String> steps = steps(path);
        String last = steps.get(steps.size() - 1);
        JsonNode parent = parent(steps, "replace", path);
        if (value.isContainerNode()) {
            nested(steps.size());
        }
        if (parent instanceof ObjectNode object) {
            object.set(last, value);
        } else if (parent instanceof ArrayNode array) {
            array.set(index(last, array.size()), value);
        }
    }

    private void remove(String path) {
        find(path, "remove");
        List<String> steps = steps(path);
        if (steps.isEmpty()) {
            throw failed("remove operation does not apply: the whole document can't be removed");
        }
        String last = steps.get(steps.size() - 1);
        JsonNode parent = parent(steps, "remove", path);
        if (parent instanceof ObjectNode object) {
            object.remove(last);
        } else if (parent instanceof ArrayNode array) {
            array.remove(index(last, array.size()));
        }
    }

    private JsonNode parent(List<String> steps, String verb, String path) {
        JsonNode node = doc;
        for (String step : steps.subList(0, steps.size() - 1)) {
            node = node.isArray() ? node.path(Math.max(0, index(step, node.size()))) : node.path(step);
        }
        if (!node.isContainerNode()) {
            throw failed(verb + " operation does not apply: doc is missing path: \"" + path + "\": missing value");
        }
        return node;
    }

    /** -1 if it is not an index of the list; "-1" and the like count from the end, as the Go library has it. */
    private static int index(String step, int size) {
        if (!step.matches("-?(0|[1-9][0-9]{0,8})")) {
            return -1;
        }
        int at = Integer.parseInt(step);
        at = at < 0 ? at + size : at;
        return at < size ? at : -1;
    }

    private static List<String> steps(String pointer) {
        List<String> steps = new ArrayList<>();
        if (pointer.isEmpty()) {
            return steps;
        }
        if (!pointer.startsWith("/")) {
            throw failed("the path \"" + pointer + "\" does not start with /");
        }
        for (String step : pointer.substring(1).split("/", -1)) {
            steps.add(step.replace("~1", "/").replace("~0", "~"));
        }
        return steps;
    }

    private static ApiException failed(String why) {
        return ApiException.of(
                Reason.Invalid, "the server rejected our request due to an error in our request: " + why, Details.NONE);
    }
}
