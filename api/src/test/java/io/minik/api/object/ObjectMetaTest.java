package io.minik.api.object;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ObjectMetaTest {
    private static ObjectMeta meta(String field, String value) {
        return ObjectMeta.of(Json.object().put(field, value));
    }

    @Test
    void versionsAndUidsComeOutAsTheyWentIn() {
        for (String version : new String[] {"", "0", "12345", "007", "-5", "+3", "abc", "99999999999999999999"}) {
            assertThat(meta("resourceVersion", version).resourceVersion()).isEqualTo(version);
        }
        for (String uid : new String[] {
            "",
            "0b2a4c5e-7a5f-4c3b-9d1e-0123456789ab",
            "0B2A4C5E-7A5F-4C3B-9D1E-0123456789AB",
            "00000000-0000-0000-0000-000000000000",
            "1-1-1-1-1",
            "something else of thirty-six letters!"
        }) {
            assertThat(meta("uid", uid).uid()).isEqualTo(uid);
        }
        assertThat(meta("resourceVersion", "12345").revision()).isEqualTo(12345);
        assertThat(meta("resourceVersion", "007").revision()).isEqualTo(-1);
    }

    @Test
    void labelsAreAMapInOrderHoweverManyThereAre() {
        for (int count : new int[] {0, 1, 8, 9, 100}) {
            Map<String, String> wanted = new LinkedHashMap<>();
            ObjectNode tree = Json.object();
            ObjectNode labels = tree.putObject("labels");
            for (int i = 0; i < count; i++) {
                wanted.put("k" + i, "v" + i);
                labels.put("k" + i, "v" + i);
            }
            Map<String, String> found = ObjectMeta.of(tree).labels();
            assertThat(found).containsExactlyEntriesOf(wanted).isEqualTo(wanted).hasSameHashCodeAs(wanted);
            assertThat(found.get("absent")).isNull();
            assertThat(found.containsKey("k0")).isEqualTo(count > 0);
            assertThat(found.getOrDefault("k" + (count - 1), "none")).isEqualTo(count > 0 ? "v" + (count - 1) : "none");
        }
    }

    @Test
    void whatFewObjectsHaveIsThereToo() {
        ObjectMeta meta = ObjectMeta.of(Json.object()
                .put("generateName", "web-")
                .put("deletionTimestamp", "2026-01-01T00:00:00Z")
                .put("deletionGracePeriodSeconds", 30));
        assertThat(meta.generateName()).isEqualTo("web-");
        assertThat(meta.deleting()).isTrue();
        assertThat(meta.deletionGracePeriodSeconds()).contains(30L);
        assertThat(meta("name", "n").deleting()).isFalse();
    }
}
