package io.minik.ground.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class CidrTest {
    @Test
    void hostBitsAreDroppedAndAddressesCountedFromTheNetwork() {
        Cidr range = Cidr.parse("10.43.7.9/16");
        assertThat(range).hasToString("10.43.0.0/16").isEqualTo(Cidr.parse("10.43.0.0/16"));
        assertThat(range.size()).isEqualTo(65_536);
        assertThat(range.at(1)).hasToString("10.43.0.1");
        assertThat(range.at(256)).hasToString("10.43.1.0");
        assertThat(range.offsetOf(Address.parse("10.43.1.2"))).isEqualTo(258);
        assertThat(range.offsetOf(Address.parse("10.44.1.2"))).isEqualTo(-1);
        Cidr six = Cidr.parse("fd00:1:2:3:4::9/64");
        assertThat(six).hasToString("fd00:1:2:3::/64");
        assertThat(six.size()).isEqualTo(Long.MAX_VALUE);
        assertThat(six.at(0x1_0000_0001L)).hasToString("fd00:1:2:3:0:1:0:1");
        assertThat(six.offsetOf(six.at(0x1_0000_0001L))).isEqualTo(0x1_0000_0001L);
        assertThat(six.offsetOf(Address.parse("fd00:1:2:3:ffff::"))).isEqualTo(-1);
        assertThat(Cidr.parse("fd00::/108").size()).isEqualTo(1 << 20);
    }

    @Test
    void addressesOfTheOtherFamilyAreNeverWithin() {
        assertThat(Cidr.parse("0.0.0.0/0").contains(Address.parse("::1"))).isFalse();
        assertThat(Cidr.parse("::/0").contains(Address.parse("1.2.3.4"))).isFalse();
        assertThat(Cidr.parse("::/0").contains(Address.parse("::ffff:1.2.3.4"))).isTrue();
        assertThat(Cidr.everything(true)).hasToString("0.0.0.0/0");
        assertThat(Cidr.everything(false)).hasToString("::/0");
    }

    @Test
    void theNetworksOwnAndTheBroadcastAddressAreNoHosts() {
        Cidr range = Cidr.parse("192.168.1.0/24");
        assertThat(List.of("192.168.1.0", "192.168.1.255", "192.168.2.1", "10.0.0.1", "::1"))
                .noneMatch(text -> range.containsHost(Address.parse(text)));
        assertThat(List.of("192.168.1.1", "192.168.1.254")).allMatch(text -> range.containsHost(Address.parse(text)));
        assertThat(Cidr.parse("fd00::/120").containsHost(Address.parse("fd00::ff")))
                .isTrue();
        assertThat(Cidr.parse("fd00::/120").containsHost(Address.parse("fd00::")))
                .isFalse();
    }

    @Test
    void aPieceKnowsItsPlace() {
        Cidr cluster = Cidr.parse("10.42.0.0/16");
        assertThat(cluster.piece(3, 24)).hasToString("10.42.3.0/24");
        assertThat(cluster.indexOf(cluster.piece(3, 24))).isEqualTo(3);
        for (String elsewhere : List.of("10.41.0.0/24", "10.43.0.0/24", "10.0.0.0/8", "fd00::/64")) {
            assertThat(cluster.indexOf(Cidr.parse(elsewhere))).as(elsewhere).isEqualTo(-1);
        }
        Cidr six = Cidr.parse("fd00::/48");
        assertThat(six.piece(0xab, 64)).hasToString("fd00:0:0:ab::/64");
        assertThat(six.indexOf(six.piece(0xab, 64))).isEqualTo(0xab);
        assertThat(Cidr.parse("255.255.0.0/16").piece(255, 24)).hasToString("255.255.255.0/24");
    }

    @Test
    void rangesOverlapWhereOneHoldsTheOther() {
        Cidr wide = Cidr.parse("10.0.0.0/8");
        assertThat(wide.overlaps(Cidr.parse("10.42.0.0/16"))).isTrue();
        assertThat(Cidr.parse("10.42.0.0/16").overlaps(wide)).isTrue();
        assertThat(Cidr.parse("10.42.0.0/16").overlaps(Cidr.parse("10.43.0.0/16")))
                .isFalse();
        assertThat(Cidr.parse("0.0.0.0/0").overlaps(Cidr.parse("::/0"))).isFalse();
    }

    @Test
    void whatIsNoRangeIsRefused() {
        for (String text : List.of(
                "",
                "10.0.0.0",
                "10.0.0.0/33",
                "10.0.0.256/8",
                "10.0.0/8",
                "fd00::/129",
                "a/b",
                "10.0.0.0/08",
                "10.0.0.0/",
                "10.0.0.0/-1",
                "/8",
                "10.0.0.0/8/8")) {
            assertThat(Cidr.find(text)).as(text).isEmpty();
        }
        assertThatThrownBy(() -> Cidr.parse("10.0.0.0")).hasMessage("not a CIDR: \"10.0.0.0\"");
        assertThat(Cidr.parse("0.0.0.0/0").size()).isEqualTo(1L << 32);
    }
}
