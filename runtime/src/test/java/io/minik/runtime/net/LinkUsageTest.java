package io.minik.runtime.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LinkUsageTest {
    private static final String TABLE = """
            Inter-|   Receive                                                |  Transmit
             face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
                lo:     100       1    0    0    0     0          0         0      100       1    0    0    0     0       0          0
            mk0123456789abc:5000 50    3    0    0     0          0         0     7000      70    4    0    0     0       0          0
            """;

    @Test
    void thePodReceivesWhatTheHostsEndSends() {
        assertThat(LinkUsage.of(TABLE, "mk0123456789abc", "eth0")).contains(new LinkUsage("eth0", 7000, 4, 5000, 3));
    }

    @Test
    void aLinkThatIsNotThereHasNone() {
        assertThat(LinkUsage.of(TABLE, "mk0123456789ab", "eth0")).isEmpty();
        assertThat(LinkUsage.of("", "mk0123456789abc", "eth0")).isEmpty();
    }

    @Test
    void theKernelsOwnTableIsRead() {
        assertThat(LinkUsage.ofPeer("lo", "lo")).isPresent();
    }
}
