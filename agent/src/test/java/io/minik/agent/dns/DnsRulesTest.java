package io.minik.agent.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.agent.dns.StubZone.Forwarding;
import io.minik.ground.net.Address;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DnsRulesTest {
    private static DnsRules server(String text) {
        return DnsRules.of(Map.of("x.server", text));
    }

    @Test
    void theMostParticularZoneHolds() {
        DnsRules rules = server("example.com {\n cache 5\n}\nb.example.com a.b.example.com:53 {\n cache 9\n}\n");
        assertThat(rules.zoneOf("www.example.com").cacheSeconds()).isEqualTo(5);
        assertThat(rules.zoneOf("x.a.b.example.com").name()).isEqualTo("a.b.example.com");
        assertThat(rules.zoneOf("b.example.com").cacheSeconds()).isEqualTo(9);
        assertThat(rules.zoneOf("notexample.com")).isEqualTo(StubZone.ROOT);
        assertThat(rules.problems()).isEmpty();
    }

    @Test
    void forwardersAreRead() {
        DnsRules rules =
                server("a {\n forward . dns://10.0.0.1 10.0.0.2:5353 [fd00::1]:54 fd00::2 {\n  except x.a Y.a.\n"
                        + "  force_tcp\n  policy sequential\n  max_fails 3\n }\n}\n");
        assertThat(rules.problems()).isEmpty();
        Forwarding forwarding = rules.zoneOf("a").forwarding().orElseThrow();
        assertThat(forwarding)
                .isEqualTo(new Forwarding(
                        List.of(
                                new NameServer("10.0.0.1", 53),
                                new NameServer("10.0.0.2", 5353),
                                new NameServer("fd00::1", 54),
                                new NameServer("fd00::2", 53)),
                        false,
                        List.of("x.a", "y.a"),
                        true,
                        false));
        assertThat(forwarding.forwards("q.y.a")).isFalse();
        assertThat(forwarding.forwards("qy.a")).isTrue();
        for (String wrong : List.of("10.0.0.1:0", "10.0.0.1:65536", "host:53", "fd00::1:x", "[10.0.0.1]:53", ":53")) {
            assertThat(NameServer.parse(wrong)).as(wrong).isEmpty();
        }
    }

    @Test
    void rewritesAreRead() {
        DnsRules rules = DnsRules.of(Map.of(
                "a.override",
                "rewrite name A.example B.example.\nrewrite continue name suffix .x.example .y.example\n"
                        + "rewrite name prefix old- new-\nrewrite stop name substring mid MID answer auto\n"));
        assertThat(rules.problems()).isEmpty();
        assertThat(rules.root().rewritten("a.example")).isEqualTo("b.example");
        assertThat(rules.root().rewritten("old-1.x.example")).isEqualTo("new-1.y.example");
        assertThat(rules.root().rewritten("amidb")).isEqualTo("amidb".replace("mid", "mid"));
        assertThat(rules.root().rewritten("old-mid")).as("the first that stops").isEqualTo("new-mid");
        assertThat(rules.root().rewritten("other")).isEqualTo("other");
    }

    @Test
    void rulesThatContinueDoNotMultiplyAName() {
        String doubling = "rewrite continue name substring a aa\n".repeat(5000);
        DnsRules rules = DnsRules.of(Map.of("a.override", doubling, "b.override", "rewrite name prefix b c"));
        assertThat(rules.problems()).isEmpty();
        assertThat(rules.root().rewritten("a")).hasSize(128);
        assertThat(rules.root().rewritten("b".repeat(253))).startsWith("cb").hasSize(253);
        String longer = "x".repeat(NameRewrite.MOST_LETTERS + 1);
        assertThat(DnsRules.of(Map.of(
                                "a.override", "rewrite name substring a " + longer + "\nrewrite name prefix \"\" x"))
                        .problems())
                .containsExactly("a.override: rewrite name: FROM is empty, or TO is longer than a name may be");
    }

    @Test
    void tablesAnswerBothWays() {
        DnsRules rules = server("h {\n hosts {\n  10.0.0.1 a.h b.h\n  10.0.0.2 a.h\n  fd00::1 a.h\n  ttl 7\n }\n}\n");
        HostTable hosts = rules.zoneOf("a.h").hosts();
        assertThat(hosts.fallsThrough()).isFalse();
        assertThat(hosts.byName().get("a.h"))
                .containsExactly(Address.parse("10.0.0.1"), Address.parse("10.0.0.2"), Address.parse("fd00::1"));
        DnsAnswer six = hosts.answer("a.h", Record.AAAA).orElseThrow();
        assertThat(six.answers()).hasSize(1);
        assertThat(six.answers().get(0).ttlSeconds()).isEqualTo(7);
        assertThat(hosts.answer("1.0.0.10.in-addr.arpa", Record.PTR)
                        .orElseThrow()
                        .answers())
                .hasSize(2);
        assertThat(hosts.answer("b.h", Record.AAAA).orElseThrow().answers())
                .as("known, without such a record")
                .isEmpty();
        assertThat(hosts.answer("c.h", Record.A)).isEqualTo(Optional.empty());
    }

    @Test
    void whatCantBeDoneIsToldAndTheRestHolds() {
        DnsRules rules = DnsRules.of(Map.of(
                "a.server",
                ". {\n log\n}\nz {\n cache 3\n acl\n}\nz {\n cache 4\n}\n10.0.0.0/8 {\n}\n",
                "b.override",
                "rewrite name regex (.*) x\nrewrite type A AAAA\nhosts /etc/hosts\nforward . resolver.example\ncache x9\n",
                "c.server",
                "open {\n",
                "other",
                "not ours {"));
        assertThat(rules.zoneOf("z").cacheSeconds()).isEqualTo(3);
        assertThat(rules.root().forwarding()).as("the node's own stay").contains(Forwarding.NODE);
        assertThat(rules.problems())
                .containsExactly(
                        "a.server: zone .: plugins for all names belong into a key that ends with .override",
                        "a.server: plugin acl is not supported and left out",
                        "a.server: zone z is there twice: the first one holds",
                        "a.server: zone 10.0.0.0/8: write a name; ranges of addresses and other protocols are not supported",
                        "b.override: rewrite name regex is not supported and left out",
                        "b.override: rewrite type A AAAA: only names are rewritten: rewrite name"
                                + " [exact|prefix|suffix|substring] FROM TO",
                        "b.override: hosts: a file is not read; write its lines between the braces",
                        "b.override: forward to resolver.example: an address with or without a port, or /etc/resolv.conf, is"
                                + " expected; TLS is not supported",
                        "b.override: forward . resolver.example: nobody is left to ask",
                        "c.server: line 1: the block is not closed");
        String huge = "x {\n log\n}\n".repeat(60_000);
        assertThat(server(huge).problems()).containsExactly("more than 262144 characters: nothing of it holds");
        assertThat(server(huge).stubs()).isEmpty();
    }
}
