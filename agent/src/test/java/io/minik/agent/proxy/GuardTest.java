package io.minik.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.object.KubeObject;
import io.minik.ground.net.Cidr;
import io.minik.runtime.nft.Element;
import io.minik.runtime.nft.RuleTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** loadBalancerSourceRanges: whatever ranges a user writes, the table of all services loads, and goes on to change. */
class GuardTest {
    @TempDir
    Path dir;

    private static Map<Element, String> rules(String... ranges) {
        String list = Stream.of(ranges).map(range -> '"' + range + '"').collect(Collectors.joining(","));
        KubeObject service = Objects.parse(
                "{\"metadata\":{\"name\":\"web\",\"namespace\":\"d\"},\"spec\":{\"clusterIPs\":[\"10.43.0.5\",\"fd43::5\"],"
                        + "\"ports\":[" + Objects.port("", 80, "") + "],\"loadBalancerSourceRanges\":[" + list + "]},"
                        + "\"status\":{\"loadBalancer\":{\"ingress\":[{\"ip\":\"192.0.2.7\"},{\"ip\":\"2001:db8::7\"}]}}}");
        return ProxyElements.of(
                new Place("here", ""), service, List.of(Objects.slice("web", "", 8080, "10.42.0.2@here")));
    }

    @Test
    void othersThanTheRangesAreDropped() {
        Map<Element, String> rules = rules("198.51.100.9/24", " 203.0.113.0/24");
        String chain = rules.getOrDefault(new Element("tcp_guarded", "192.0.2.7 . 80"), "")
                .replace("jump ", "");
        String set = chain.replace("guard_", "from_");
        assertThat(rules)
                .containsEntry(new Element(Element.CHAIN, chain), "ip saddr != @" + set + " drop")
                .containsEntry(
                        new Element(Element.SET, set),
                        "type ipv4_addr; flags interval; auto-merge;\nelements = { 198.51.100.0/24, 203.0.113.0/24 }")
                .as("a family without a range lets nobody in")
                .containsEntry(new Element("tcp_guarded6", "2001:db8::7 . 80"), "drop");
        assertThat(rules().keySet()).as("no ranges, no guard").noneMatch(element -> element.map()
                .contains("guard"));
    }

    @Test
    @Tag("root")
    void rangesThatOverlapLoadAndChange() throws Exception {
        NftScript words = new NftScript("t", Cidr.parseAll("10.42.0.0/16,fd42::/56"), List.of());
        RuleTable table = new RuleTable();
        TreeSet<String> chains = new TreeSet<>();
        table.want("d/web", rules("10.0.0.0/8", "10.1.0.0/16", "10.1.0.0/16", "fd00::/8", "fd00::/16"));
        Map<Element, String> all = table.takeAll();
        chains.addAll(NftScript.chainsOf(all));
        List<String> scripts = new ArrayList<>(List.of(words.full(all)));
        for (String[] ranges : new String[][] {
            {"10.1.0.0/16", "fd00::/16"},
            {"10.1.0.0/17", "10.1.0.0/16"},
            {"0.0.0.0/0", "10.1.0.0/16", "::/0", "::1/128"},
            {}
        }) {
            table.want("d/web", rules(ranges));
            scripts.add(words.changes(table.takeChanges(), chains));
            // Another service of the same address.
            table.want("d/web2", rules("10.0.0.0/9", "10.1.0.0/24"));
            scripts.add(words.changes(table.takeChanges(), chains));
        }
        table.want("d/web2", Map.of());
        scripts.add(words.changes(table.takeChanges(), chains));
        assertThat(load(scripts)).as("all gone again").doesNotContain("from_", "guard_", "Error");
    }

    /** One after the other in a namespace of its own. @return the table in the end, or what nft had against a script */
    private String load(List<String> scripts) throws IOException, InterruptedException {
        StringBuilder commands = new StringBuilder("set -e\n");
        for (int i = 0; i < scripts.size(); i++) {
            Path file = Files.writeString(dir.resolve("script-" + i), scripts.get(i));
            commands.append("nft -f ").append(file).append('\n');
        }
        Process process = new ProcessBuilder("unshare", "-n", "sh", "-c", commands + "nft list table inet t")
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("out").toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        String out = Files.readString(dir.resolve("out"));
        assertThat(process.exitValue()).as(out).isZero();
        return out;
    }
}
