package io.minik.api.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Quantity;
import io.minik.ground.json.Json;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What decides where a pod may be: taints, node selectors, what it asks for, and its class of service. */
class PlacementTest {
    private static JsonNode json(String text) {
        return Json.parse(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            {'key':'a','operator':'Exists'}                                | true
            {'key':'a','operator':'Exists','effect':'NoSchedule'}          | true
            {'key':'a','operator':'Exists','effect':'NoExecute'}           | false
            {'key':'b','operator':'Exists'}                                | false
            {'operator':'Exists'}                                          | true
            {'operator':'Exists','effect':'NoExecute'}                     | false
            {'key':'a','value':'5'}                                        | true
            {'key':'a','operator':'Equal','value':'5'}                     | true
            {'key':'a','operator':'Equal','value':'6'}                     | false
            {'key':'a','operator':'Equal'}                                 | false
            {'operator':'Equal','value':'5'}                               | false
            {'key':'a','operator':'Lt','value':'6'}                        | true
            {'key':'a','operator':'Lt','value':'5'}                        | false
            {'key':'a','operator':'Lt','value':'-9'}                       | false
            {'key':'a','operator':'Gt','value':'4'}                        | true
            {'key':'a','operator':'Gt','value':'5'}                        | false
            {'key':'a','operator':'Gt','value':'x'}                        | false
            {'key':'b','operator':'Gt','value':'4'}                        | false
            {'key':'a','operator':'Gt','value':'4','effect':'NoExecute'}   | false
            {'key':'a','operator':'Sometimes','value':'5'}                 | false
            """)
    void aTolerationBearsTheTaintThatItNames(String toleration, boolean bears) {
        Taint taint = new Taint("a", "5", "NoSchedule", "");
        assertThat(Toleration.of(json(toleration)).tolerates(taint)).isEqualTo(bears);
        List<Toleration> all =
                Toleration.ofPod(json("{'tolerations':[{'key':'z','operator':'Exists'}," + toleration + "]}"));
        assertThat(Toleration.anyTolerates(all, taint)).isEqualTo(bears);
    }

    @Test
    void aTaintThatIsNoNumberIsNeitherMoreNorLess() {
        Taint taint = new Taint("a", "five", "NoSchedule", "");
        for (String operator : List.of("Lt", "Gt")) {
            Toleration toleration = Toleration.of(json("{'key':'a','operator':'" + operator + "','value':'5'}"));
            assertThat(toleration.tolerates(taint)).as(operator).isFalse();
        }
    }

    @Test
    void taintsAreTheSameByKeyAndEffect() {
        Taint taint = Taint.of(json("{'key':'a','value':'1','effect':'NoExecute','timeAdded':'2026-01-01T00:00:00Z'}"));
        assertThat(taint.sameAs(new Taint("a", "2", "NoExecute", ""))).isTrue();
        assertThat(taint.sameAs(new Taint("a", "1", "NoSchedule", ""))).isFalse();
        assertThat(Taint.of(taint.tree())).isEqualTo(taint);
        assertThat(new Taint("a", "", "NoSchedule", "").tree().toString())
                .isEqualTo("{\"key\":\"a\",\"effect\":\"NoSchedule\"}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            {'matchExpressions':[{'key':'zone','operator':'In','values':['a','b']}]}                | true
            {'matchExpressions':[{'key':'zone','operator':'In','values':['b']}]}                    | false
            {'matchExpressions':[{'key':'none','operator':'In','values':['']}]}                     | false
            {'matchExpressions':[{'key':'zone','operator':'NotIn','values':['b']}]}                 | true
            {'matchExpressions':[{'key':'none','operator':'NotIn','values':['b']}]}                 | true
            {'matchExpressions':[{'key':'zone','operator':'Exists'}]}                               | true
            {'matchExpressions':[{'key':'zone','operator':'DoesNotExist'}]}                         | false
            {'matchExpressions':[{'key':'cores','operator':'Gt','values':['7']}]}                   | true
            {'matchExpressions':[{'key':'cores','operator':'Gt','values':['8']}]}                   | false
            {'matchExpressions':[{'key':'cores','operator':'Lt','values':['10']}]}                  | true
            {'matchExpressions':[{'key':'zone','operator':'Lt','values':['10']}]}                   | false
            {'matchExpressions':[{'key':'none','operator':'Gt','values':['-1']}]}                   | false
            {'matchExpressions':[{'key':'zone','operator':'Exists'},{'key':'none','operator':'Exists'}]} | false
            {'matchFields':[{'key':'metadata.name','operator':'In','values':['n1']}]}               | true
            {'matchFields':[{'key':'metadata.name','operator':'NotIn','values':['n1']}]}            | false
            {'matchFields':[{'key':'metadata.uid','operator':'In','values':['n1']}]}                | false
            {}                                                                                      | false
            """)
    void aNodeSelectorsTermMatchesByAllOfItsParts(String term, boolean matches) {
        Map<String, String> labels = Map.of("zone", "a", "cores", "8");
        NodeSelector one = NodeSelector.of(json("{'nodeSelectorTerms':[" + term + "]}"));
        assertThat(one.matches("n1", labels)).isEqualTo(matches);
        // One of several terms is enough.
        NodeSelector either = NodeSelector.of(json("{'nodeSelectorTerms':[{}," + term + "]}"));
        assertThat(either.matches("n1", labels)).isEqualTo(matches);
    }

    @Test
    void aSelectorWithoutTermsSelectsNothingAndANamedOneItsNode() {
        assertThat(NodeSelector.of(json("{}")).matches("n1", Map.of())).isFalse();
        assertThat(NodeSelector.ofName("n1").matches("n1", Map.of())).isTrue();
        assertThat(NodeSelector.ofName("n1").matches("n2", Map.of())).isFalse();
        NodeSelector zones =
                NodeSelector.ofTopologies(json("[{'matchLabelExpressions':[{'key':'zone','values':['a','b']}]}]"));
        assertThat(zones.matches("n", Map.of("zone", "b"))).isTrue();
        assertThat(zones.matches("n", Map.of("zone", "c"))).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            {}                                                                                       | BestEffort
            {'requests':{'cpu':'0'}}                                                                 | BestEffort
            {'requests':{'cpu':'0m','memory':'0Mi'}}                                                 | BestEffort
            {'requests':{'ephemeral-storage':'1Gi'}}                                                 | BestEffort
            {'requests':{'cpu':'1'}}                                                                 | Burstable
            {'limits':{'cpu':'1'}}                                                                   | Burstable
            {'limits':{'cpu':'1','memory':'1Gi'}}                                                    | Guaranteed
            {'limits':{'cpu':'1','memory':'1Gi'},'requests':{'cpu':'1','memory':'1Gi'}}              | Guaranteed
            {'limits':{'cpu':'1','memory':'1Gi'},'requests':{'cpu':'1000m','memory':'1024Mi'}}       | Guaranteed
            {'limits':{'cpu':'0.5','memory':'1Gi'},'requests':{'cpu':'500m','memory':'1073741824'}}  | Guaranteed
            {'limits':{'cpu':'1','memory':'1Gi'},'requests':{'cpu':'999m','memory':'1Gi'}}           | Burstable
            {'limits':{'cpu':'1','memory':'0'},'requests':{'cpu':'1'}}                               | Burstable
            """)
    void theClassOfServiceIsByAmountsNotByTheirTexts(String resources, PodQos qos) {
        PodSpec one = PodSpec.of(json("{'containers':[{'name':'c','resources':" + resources + "}]}"));
        assertThat(PodQos.of(one)).isEqualTo(qos);
        PodSpec twice = PodSpec.of(json("{'containers':[{'name':'c','resources':" + resources
                + "}],'initContainers':[{'name':'i','resources':" + resources + "}]}"));
        assertThat(PodQos.of(twice)).isEqualTo(qos);
        // One without anything spoils a guarantee.
        PodSpec beside = PodSpec.of(json("{'containers':[{'name':'c','resources':" + resources + "},{'name':'d'}]}"));
        assertThat(PodQos.of(beside)).isEqualTo(qos == PodQos.Guaranteed ? PodQos.Burstable : qos);
    }

    /** What is read of a text is what exact arithmetic makes of it, rounded up. */
    @Test
    void amountsAreRoundedUpWhateverTheirForm() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("-Dseed=" + seed);
        Random random = new Random(seed);
        List<String> suffixes = List.of("", "m", "k", "M", "G", "Ki", "Mi", "Gi", "u", "n", "e3", "E2");
        for (int i = 0; i < 20_000; i++) {
            String number = random.nextInt(3) == 0
                    ? random.nextInt(100_000) + "." + random.nextInt(1000)
                    : Integer.toString(random.nextInt(1_000_000));
            String text = number + suffixes.get(random.nextInt(suffixes.size()));
            BigDecimal exact = Quantity.parse(text).amount();
            assertThat(ResourceList.units(text, 0))
                    .as(text)
                    .isEqualTo(exact.setScale(0, RoundingMode.CEILING).longValueExact());
            assertThat(ResourceList.units(text, 3))
                    .as(text)
                    .isEqualTo(exact.movePointRight(3)
                            .setScale(0, RoundingMode.CEILING)
                            .longValueExact());
        }
    }

    /** A pod's need by its definition: at each moment of its start what runs then, and the most of all moments. */
    @Test
    void aPodNeedsAsMuchAsItsHungriestMoment() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("-Dseed=" + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 3_000; i++) {
            List<String> init = new ArrayList<>();
            List<String> main = new ArrayList<>();
            long sidecars = 0;
            long most = 0;
            for (int n = random.nextInt(4); n > 0; n--) {
                int cpu = random.nextInt(50);
                boolean sidecar = random.nextBoolean();
                init.add("{'resources':{'requests':{'cpu':'" + cpu + "m'}}"
                        + (sidecar ? ",'restartPolicy':'Always'" : "") + "}");
                most = Math.max(most, sidecars + cpu);
                sidecars += sidecar ? cpu : 0;
            }
            long running = sidecars;
            for (int n = random.nextInt(1, 4); n > 0; n--) {
                int cpu = random.nextInt(50);
                main.add("{'resources':{'requests':{'cpu':'" + cpu + "m'}}}");
                running += cpu;
            }
            int overhead = random.nextInt(10);
            String spec = "{'initContainers':[" + String.join(",", init) + "],'containers':[" + String.join(",", main)
                    + "],'overhead':{'cpu':'" + overhead + "m'}}";
            ResourceList need = ResourceList.ofPod(json(spec));
            assertThat(need.cpuMillis()).as(spec).isEqualTo(Math.max(most, running) + overhead);
            assertThat(need.pods()).isEqualTo(1);
        }
    }

    @Test
    void resourcesAreAddedTakenAwayAndCompared() {
        ResourceList a = ResourceList.of(json("{'cpu':'1','memory':'2Ki','pods':3,'a/b':2}"));
        ResourceList b = ResourceList.of(json("{'cpu':'500m','ephemeral-storage':'1k','a/b':1,'c/d':4}"));
        assertThat(a.plus(b)).isEqualTo(new ResourceList(1500, 2048, 1000, 3, Map.of("a/b", 3L, "c/d", 4L)));
        assertThat(a.max(b)).isEqualTo(new ResourceList(1000, 2048, 1000, 3, Map.of("a/b", 2L, "c/d", 4L)));
        assertThat(a.minus(b)).isEqualTo(new ResourceList(500, 2048, -1000, 3, Map.of("a/b", 1L, "c/d", -4L)));
        assertThat(a.minus(ResourceList.NONE)).isEqualTo(a);
        assertThat(ResourceList.of(json("{}"))).isSameAs(ResourceList.NONE);
    }
}
