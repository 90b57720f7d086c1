package io.minik.server.crd;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.server.http.TestApi;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ColumnPathTest {
    private static final JsonNode TREE =
            TestApi.tree("{'spec':{'a.b':1,'list':[{'type':'A','v':'x'},{'type':'Ready','v':'y'}]}}");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                ".spec['a.b'] | 1",
                ".spec.a\\.b | 1",
                ".spec.list[0].v | \"x\"",
                ".spec.list[-1].v | \"y\"",
                ".spec.list[*].v | \"x\"",
                ".spec.list[?(@.type==\"Ready\")].v | \"y\"",
                ".spec.list[5].v |",
                ".spec..v |",
                "spec |"
            })
    void aPathFindsWhatUpstreamsWould(String path, String found) {
        assertThat(ColumnPath.parse(path).first(TREE).map(JsonNode::toString)).isEqualTo(Optional.ofNullable(found));
    }

    @Test
    void aPointAloneIsTheValueItself() {
        assertThat(ColumnPath.parse(".").first(TREE)).contains(TREE);
    }

    /** A hostile one would take the stack of the loop that every controller works on. */
    @Test
    void aPathWithoutEndFindsNothing() {
        assertThat(ColumnPath.parse(".a".repeat(500_000)).first(TREE)).isEmpty();
        assertThat(ColumnPath.parse("." + "\\a".repeat(500_000)).first(TREE)).isEmpty();
    }
}
