package io.minik.api.object;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class KubeObjectTest {
    private static final byte[] POD = "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\"},\"spec\":{\"nodeName\":\"n\"}}"
            .getBytes(StandardCharsets.UTF_8);

    /** Counts how often its bytes are asked for: once for each tree that is made of them. */
    private static final class Elsewhere implements KubeObject.Source {
        final AtomicInteger reads = new AtomicInteger();

        @Override
        public byte[] bytes() {
            reads.incrementAndGet();
            return POD.clone();
        }

        @Override
        public int length() {
            return POD.length;
        }
    }

    private static KubeObject from(Elsewhere source) {
        return KubeObject.from(source, ObjectMeta.of(Json.parseObject(POD).path("metadata")));
    }

    @Test
    void whatIsReadOnceNeedsNoTreeAgain() {
        Elsewhere source = new Elsewhere();
        KubeObject pod = from(source);
        Function<KubeObject, String> node = object -> object.text("spec", "nodeName");
        Function<KubeObject, Integer> fields = object -> object.tree().size();
        assertThat(pod.once(node)).isEqualTo("n");
        assertThat(pod.once(fields)).isEqualTo(3);
        pod.letGo();
        int parsed = source.reads.get();
        assertThat(pod.once(node)).isEqualTo("n");
        assertThat(pod.once(fields)).isEqualTo(3);
        assertThat(source.reads).hasValue(parsed);
    }

    @Test
    void aTreeThatWasLetGoIsMadeAnew() {
        Elsewhere source = new Elsewhere();
        KubeObject pod = from(source);
        assertThat(pod.text("spec", "nodeName")).isEqualTo("n");
        pod.letGo();
        int parsed = source.reads.get();
        assertThat(pod.text("spec", "nodeName")).isEqualTo("n");
        assertThat(source.reads).hasValue(parsed + 1);
    }

    @Test
    void aPartIsTheSameWithAndWithoutATree() {
        KubeObject parsed = from(new Elsewhere());
        JsonNode spec = parsed.at("spec");
        assertThat(parsed.part("spec")).isSameAs(spec);
        KubeObject unread = from(new Elsewhere());
        assertThat(unread.part("spec")).isEqualTo(spec);
        assertThat(unread.part("spec", "nodeName").textValue()).isEqualTo("n");
        assertThat(unread.part("spec", "nodeName", "x").isMissingNode()).isTrue();
        assertThat(unread.part("status").isMissingNode()).isTrue();
        assertThat(KubeObject.of(Json.parseObject(POD)).part("spec")).isEqualTo(spec);
    }

    @Test
    void theOnlyFormIsNeverLetGo() {
        KubeObject made = KubeObject.of(Json.parseObject(POD));
        made.letGo();
        assertThat(made.text("spec", "nodeName")).isEqualTo("n");
    }
}
