package io.minik.runtime.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.runtime.net.ForwardChains.Chain;
import org.junit.jupiter.api.Test;

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
    void onlyForwardChainsOfIpv4ThatDropAreShut() {
        assertThat(ForwardChains.dropping(LISTING))
                .containsExactly(new Chain("ip", "filter", "FORWARD"), new Chain("inet", "mine", "shut"));
        assertThat(ForwardChains.dropping("")).isEmpty();
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
}
