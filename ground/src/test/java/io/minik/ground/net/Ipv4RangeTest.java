package io.minik.ground.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class Ipv4RangeTest {
    @Test
    void hostBitsAreDroppedAndAddressesCountedFromTheNetwork() {
        Ipv4Range range = Ipv4Range.parse("10.43.7.9/16");
        assertThat(range).hasToString("10.43.0.0/16");
        assertThat(range.size()).isEqualTo(65_536);
        assertThat(range.at(1)).isEqualTo("10.43.0.1");
        assertThat(range.at(256)).isEqualTo("10.43.1.0");
    }

    @Test
    void theNetworksOwnAndTheBroadcastAddressAreNoHosts() {
        Ipv4Range range = Ipv4Range.parse("192.168.1.0/24");
        assertThat(List.of("192.168.1.0", "192.168.1.255", "192.168.2.1", "10.0.0.1"))
                .noneMatch(text -> range.contains(Ipv4Range.address(text).orElseThrow()));
        assertThat(List.of("192.168.1.1", "192.168.1.254"))
                .allMatch(text -> range.contains(Ipv4Range.address(text).orElseThrow()));
    }

    @Test
    void aPieceKnowsItsPlace() {
        Ipv4Range cluster = Ipv4Range.parse("10.42.0.0/16");
        assertThat(cluster.piece(3, 24)).hasToString("10.42.3.0/24");
        assertThat(cluster.indexOf(cluster.piece(3, 24))).isEqualTo(3);
        assertThat(cluster.indexOf(Ipv4Range.parse("10.41.0.0/24"))).isNegative();
        assertThat(cluster.indexOf(Ipv4Range.parse("10.43.0.0/24"))).isGreaterThan(255);
    }

    @Test
    void whatIsNoRangeIsRefused() {
        for (String text : List.of("", "10.0.0.0", "10.0.0.0/33", "10.0.0.256/8", "10.0.0/8", "fd00::/64", "a/b")) {
            assertThat(Ipv4Range.find(text)).as(text).isEmpty();
        }
        assertThatThrownBy(() -> Ipv4Range.parse("10.0.0.0")).hasMessage("not an IPv4 CIDR: \"10.0.0.0\"");
        assertThat(Ipv4Range.parse("0.0.0.0/0").size()).isEqualTo(1L << 32);
    }
}
