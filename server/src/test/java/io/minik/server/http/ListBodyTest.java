package io.minik.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

class ListBodyTest {
    private static List<KubeObject> objects(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> KubeObject.named(
                        "v1",
                        "ConfigMap",
                        ObjectKey.of("a", "c" + i),
                        body -> body.put(
                                "noise", new Random(i).ints(4).boxed().toList().toString())))
                .toList();
    }

    private static ListBody body(int count) {
        return new ListBody(Json.object().put("kind", "ConfigMapList"), "items", objects(count));
    }

    private static String text(Pieces pieces) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        pieces.each().forEachRemaining(all::writeBytes);
        return all.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aListIsItsHeadAndItsObjects() {
        for (int count : new int[] {0, 1, 3}) {
            String json = text(body(count).json());
            assertThat(json)
                    .startsWith("{\"kind\":\"ConfigMapList\",\"items\":[")
                    .endsWith("]}\n");
            assertThat(Json.parse(json.getBytes(StandardCharsets.UTF_8)).path("items"))
                    .hasSize(count);
        }
    }

    @Test
    void theLengthIsKnownBeforeTheFirstPieceIsTaken() {
        for (int count : new int[] {0, 1, 3}) {
            Pieces pieces = body(count).json();
            assertThat(pieces.bytes()).hasValue(text(pieces).length());
        }
    }

    @Test
    void anObjectIsEncodedWhenItsTurnComes() {
        List<String> encoded = new ArrayList<>();
        Pieces pieces = body(3).json(
                        item -> {
                            encoded.add(item.name());
                            return item.tree();
                        },
                        false);
        pieces.each().next();
        assertThat(encoded).isEmpty();
        pieces.each().next();
        assertThat(encoded).containsExactly("c0");
    }

    @Test
    void yamlIsWrittenItemByItemAsIfItWereWrittenWhole() {
        var whole = Json.object().put("kind", "ConfigMapList");
        var items = whole.putArray("items");
        assertThat(text(body(2).yaml(KubeObject::tree, false)))
                .startsWith("items:\n- ")
                .endsWith("kind: ConfigMapList\n");
        objects(2).forEach(item -> items.add(item.tree()));
        assertThat(text(body(2).yaml(KubeObject::tree, false)))
                .isEqualTo(new String(Frames.yaml(whole), StandardCharsets.UTF_8));
        var empty = Json.object().put("kind", "ConfigMapList");
        empty.putArray("items");
        assertThat(text(body(0).yaml(KubeObject::tree, false)))
                .isEqualTo(new String(Frames.yaml(empty), StandardCharsets.UTF_8));
    }

    @Test
    void aZipUnpacksToWhatWentIn() throws IOException {
        Pieces pieces = body(20_000).json();
        Outflow.Slices cut = new Outflow.Slices(pieces.each());
        Zip zip = new Zip(cut.next(), cut);
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        int slices = 0;
        while (zip.hasNext()) {
            zipped.writeBytes(zip.next().getBytes());
            slices++;
        }
        String unpacked = new String(
                new GZIPInputStream(new ByteArrayInputStream(zipped.toByteArray())).readAllBytes(),
                StandardCharsets.UTF_8);
        assertThat(unpacked).isEqualTo(text(body(20_000).json()));
        assertThat(slices).isGreaterThan(1);
    }
}
