package io.minik.runtime.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
import io.minik.runtime.RuntimeFault;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IpamTest {
    @TempDir
    Path dir;

    private Ipam ipam(String cidr) {
        return new Ipam(dir.resolve(cidr.replace('/', '_')), Cidr.parse(cidr));
    }

    @Test
    void everyAddressIsGivenOnceAndNeitherTheBridgesNorBroadcast() {
        Ipam ipam = ipam("10.1.0.0/29");
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 5; i++) {
            seen.add(ipam.lease("pod" + i).toString());
        }

        assertThat(seen).containsExactlyInAnyOrder("10.1.0.2", "10.1.0.3", "10.1.0.4", "10.1.0.5", "10.1.0.6");
        assertThatThrownBy(() -> ipam.lease("one-more"))
                .isInstanceOf(RuntimeFault.class)
                .hasMessage("all 5 pod addresses of 10.1.0.0/29 are in use");
    }

    @Test
    void aSandboxKeepsItsAddressAcrossARestart() {
        Address before = ipam("10.1.0.0/24").lease("a");
        Ipam restarted = ipam("10.1.0.0/24");

        assertThat(restarted.lease("a")).isEqualTo(before);
        assertThat(restarted.lease("b")).isNotEqualTo(before);
    }

    @Test
    void aReleasedAddressRestsBeforeItIsGivenAgain() {
        Ipam ipam = ipam("10.1.0.0/29");
        Address first = ipam.lease("a");
        ipam.release("a");

        assertThat(ipam.lease("b")).isNotEqualTo(first);
        for (String id : Set.of("c", "d", "e")) {
            ipam.lease(id);
        }
        assertThat(ipam.lease("f")).isEqualTo(first);
    }

    @Test
    void leasesOfUnknownSandboxesAreReclaimed() {
        Ipam ipam = ipam("10.1.0.0/29");
        ipam.lease("stays");
        Address gone = ipam.lease("gone");
        Ipam restarted = ipam("10.1.0.0/29");
        restarted.reclaim(Set.of("stays"));

        Set<Address> free = new HashSet<>();
        for (int i = 0; i < 4; i++) {
            free.add(restarted.lease("new" + i));
        }
        assertThat(free).contains(gone).doesNotContain(restarted.lease("stays"));
    }

    @Test
    void aRangeOfIpv6GivesAddressesAsWell() {
        Ipam ipam = ipam("fd00:42::/64");
        assertThat(ipam.lease("a")).hasToString("fd00:42::2");
        assertThat(ipam.lease("b")).hasToString("fd00:42::3");
        Ipam restarted = ipam("fd00:42::/64");
        assertThat(restarted.lease("b")).hasToString("fd00:42::3");
        assertThat(restarted.lease("c")).hasToString("fd00:42::4");
    }

    /** What a power cut or a hand leaves among the leases keeps nobody from starting, and gives no address out twice. */
    @Test
    void damagedLeasesLeaseNothing() throws Exception {
        Address kept = ipam("10.1.0.0/29").lease("kept");
        Path leases = dir.resolve("10.1.0.0_29");
        Files.writeString(leases.resolve("10.1.0.5"), "");
        Files.writeString(leases.resolve("10.1.0.4.new"), "pod");
        Files.writeString(leases.resolve("10.9.9.9"), "pod");
        Files.write(leases.resolve("10.1.0.6"), new byte[20]);

        Ipam damaged = ipam("10.1.0.0/29");
        damaged.reclaim(Set.of("kept"));
        Set<Address> given = new HashSet<>();
        for (int i = 0; i < 4; i++) {
            given.add(damaged.lease("pod" + i));
        }
        assertThat(given).hasSize(4).doesNotContain(kept).allMatch(Cidr.parse("10.1.0.0/29")::contains);
        assertThat(damaged.lease("kept")).isEqualTo(kept);
    }
}
