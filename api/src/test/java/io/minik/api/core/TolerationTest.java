package io.minik.api.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which taints a toleration bears: the table of core/v1's toleration.go. */
class TolerationTest {
    private static Toleration toleration(String json) {
        return Toleration.of(Json.parse(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            'key':'foo','operator':'Exists','effect':'NoSchedule' | foo | bar | NoSchedule | true
            'key':'foo','operator':'Exists' | foo | bar | NoSchedule | true
            'key':'foo','operator':'Exists' | foo | bar | NoExecute | true
            'operator':'Exists' | foo | bar | NoExecute | true
            'operator':'Exists','effect':'NoSchedule' | foo | bar | NoExecute | false
            'key':'foo','operator':'Equal','value':'bar','effect':'NoSchedule' | foo | bar | NoSchedule | true
            'key':'foo','value':'bar' | foo | bar | NoSchedule | true
            'key':'foo','operator':'Equal','value':'baz','effect':'NoSchedule' | foo | bar | NoSchedule | false
            'key':'fuu','operator':'Exists' | foo | bar | NoSchedule | false
            'key':'foo','operator':'Exists','effect':'PreferNoSchedule' | foo | bar | NoSchedule | false
            'key':'foo','operator':'Near','value':'bar' | foo | bar | NoSchedule | false
            'key':'sla','operator':'Gt','value':'900' | sla | 950 | NoSchedule | true
            'key':'sla','operator':'Gt','value':'900' | sla | 900 | NoSchedule | false
            'key':'sla','operator':'Lt','value':'900' | sla | 850 | NoSchedule | true
            'key':'sla','operator':'Lt','value':'900' | sla | 950 | NoSchedule | false
            'key':'sla','operator':'Gt','value':'900' | sla | high | NoSchedule | false
            """)
    void bearsATaint(String fields, String key, String value, String effect, boolean borne) {
        assertThat(toleration("{" + fields + "}").tolerates(new Taint(key, value, effect, "")))
                .isEqualTo(borne);
    }

    @Test
    void anyOfThemIsEnough() {
        List<Toleration> some =
                List.of(toleration("{'key':'a','operator':'Exists'}"), toleration("{'key':'b','operator':'Exists'}"));
        assertThat(Toleration.anyTolerates(some, new Taint("b", "", "NoSchedule", "")))
                .isTrue();
        assertThat(Toleration.anyTolerates(some, new Taint("c", "", "NoSchedule", "")))
                .isFalse();
        assertThat(Toleration.anyTolerates(List.of(), new Taint("a", "", "NoSchedule", "")))
                .isFalse();
    }

    @Test
    void lastsForEverUnlessItSaysHowLong() {
        assertThat(toleration("{'key':'a','operator':'Exists'}").seconds()).isEmpty();
        assertThat(toleration("{'key':'a','operator':'Exists','tolerationSeconds':0}")
                        .seconds())
                .hasValue(0);
    }
}
