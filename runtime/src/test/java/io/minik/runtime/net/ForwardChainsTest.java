package io.minik.runtime.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.ground.net.Cidr;
import io.minik.runtime.net.ForwardChains.Chain;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardChainsTest {
    private static final String LISTING = """
            table ip minik_masq {
            	chain postrouting {
            		type nat hook postrouting priority srcnat; policy accept;
            	}
            }
            table ip filter {
            	chain INPUT {
            		type filter hook input priority filter; policy drop;
            	}
            	chain FORWARD {
            		type filter hook forward priority filter; policy drop;
            	}
            	chain DOCKER {
            	}
            }
            table ip6 filter {
            	chain FORWARD {
            		type filter hook forward priority filter; policy drop;
            	}
            }
            table inet mine {
            	chain open {
            		type filter hook forward priority filter; policy accept;
            	}
            	chain shut {
            		type filter hook forward priority filter + 5; policy drop;
            	}
            }
            table bridge b {
            	chain f {
            		type filter hook forward priority filter; policy drop;
            	}
            }
            """;

    @Test
    void onlyForwardChainsOfIpAreLookedAt() {
        assertThat(ForwardChains.forwarding(LISTING))
                .containsExactly(
                        new Chain("ip", "filter", "FORWARD", true),
                        new Chain("ip6", "filter", "FORWARD", true),
                        new Chain("inet", "mine", "open", false),
                        new Chain("inet", "mine", "shut", true));
        assertThat(ForwardChains.forwarding("")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "reject with icmpx admin-prohibited # handle 9",
                "drop # handle 9",
                "counter packets 12 bytes 700 reject with icmp host-prohibited # handle 9",
                "counter packets 0 bytes 0 xt target \"REJECT\" # handle 9",
                "log prefix \"no: \" drop comment \"the rest\" # handle 9",
            })
    void aChainThatAcceptsByItsPolicyIsShutByItsLastRule(String rule) {
        assertThat(ForwardChains.endsShut(chainWith(rule))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ip saddr 192.0.2.0/24 drop # handle 9",
                "ct state invalid drop # handle 9",
                "iifname \"eth1\" reject # handle 9",
                "counter packets 0 bytes 0 jump drop # handle 9",
                "accept comment \"no drop\" # handle 9",
            })
    void aRuleAboutSomePacketsShutsNoChain(String rule) {
        assertThat(ForwardChains.endsShut(chainWith(rule))).isFalse();
    }

    private static String chainWith(String rule) {
        return "table inet f {\n\tchain fwd {\n\t\ttype filter hook forward priority filter; policy accept;\n"
                + "\t\tct state established,related accept # handle 8\n\t\t" + rule + "\n\t}\n}\n";
    }

    @Test
    void ourRulesAreKnownByTheirMark() {
        String chain = """
                table ip filter { # handle 3
                	chain FORWARD { # handle 1
                		type filter hook forward priority filter; policy drop;
                		ip daddr 10.42.0.0/16 accept comment "minik pods" # handle 12
                		ip saddr 10.9.0.0/16 accept comment "another's minik pods" # handle 13
                		ip saddr 10.42.0.0/16 accept comment "minik pods" # handle 11
                		counter packets 0 bytes 0 jump DOCKER # handle 4
                	}
                }
                """;
        assertThat(ForwardChains.handles(chain)).containsExactly("12", "11");
    }

    @Test
    void aChainSeesPacketsOfItsFamily() {
        Cidr four = Cidr.parse("10.42.0.0/16");
        Cidr six = Cidr.parse("fd42::/56");
        assertThat(new Chain("ip", "filter", "FORWARD", true).sees(four)).isTrue();
        assertThat(new Chain("ip", "filter", "FORWARD", true).sees(six)).isFalse();
        assertThat(new Chain("ip6", "filter", "FORWARD", true).sees(four)).isFalse();
        assertThat(new Chain("ip6", "filter", "FORWARD", true).sees(six)).isTrue();
        assertThat(new Chain("inet", "filter", "FORWARD", true).sees(four)).isTrue();
        assertThat(new Chain("inet", "filter", "FORWARD", true).sees(six)).isTrue();
    }
}
