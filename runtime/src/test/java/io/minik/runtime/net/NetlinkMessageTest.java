package io.minik.runtime.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.ground.net.Address;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** rtnetlink(7) and netlink(7): a header of 16 bytes, a fixed part, attributes of type and length, each at a multiple of 4. */
class NetlinkMessageTest {
    private static final int RTM_NEWLINK = 16;
    private static final int RTM_NEWADDR = 20;
    private static final int RTM_NEWROUTE = 24;
    private static final int AF_INET = 2;
    private static final int NLM_F_REQUEST = 1;
    private static final int NLM_F_ACK = 4;

    private static ByteBuffer sent(NetlinkMessage message) {
        return ByteBuffer.wrap(message.finish(7)).order(ByteOrder.nativeOrder());
    }

    @Test
    void theHeaderSaysLengthTypeFlagsAndNumber() {
        ByteBuffer sent = sent(new NetlinkMessage(RTM_NEWLINK, NetlinkMessage.CREATE).link(0, 3, 1, 1));
        assertThat(sent.getInt(0)).isEqualTo(sent.remaining()).isEqualTo(16 + 16);
        assertThat(sent.getShort(4)).isEqualTo((short) RTM_NEWLINK);
        assertThat(sent.getShort(6)).isEqualTo((short) (NetlinkMessage.CREATE | NLM_F_REQUEST | NLM_F_ACK));
        assertThat(sent.getInt(8)).isEqualTo(7);
        assertThat(sent.getInt(12)).as("the kernel's port").isZero();
    }

    /** A dump ends by NLMSG_DONE; an ack of it would come besides. */
    @Test
    void aDumpAsksForNoAck() {
        ByteBuffer sent = sent(new NetlinkMessage(18, NetlinkMessage.DUMP).link(0, 0, 0, 0));
        assertThat(sent.getShort(6)).isEqualTo((short) (NetlinkMessage.DUMP | NLM_F_REQUEST));
    }

    @Test
    void fixedPartsAreThoseOfTheKernelsStructs() {
        ByteBuffer link = sent(new NetlinkMessage(RTM_NEWLINK, 0).link(17, 0x01020304, 0x41, 0x1));
        assertThat(link.get(16)).isEqualTo((byte) 17);
        assertThat(link.getInt(20)).isEqualTo(0x01020304);
        assertThat(link.getInt(24)).isEqualTo(0x41);
        assertThat(link.getInt(28)).isEqualTo(1);
        ByteBuffer address = sent(new NetlinkMessage(RTM_NEWADDR, 0).address(AF_INET, 24, 0, 253, 9));
        assertThat(address.getInt(0)).isEqualTo(16 + 8);
        assertThat(new byte[] {address.get(16), address.get(17), address.get(18), address.get(19)})
                .containsExactly(2, 24, 0, (byte) 253);
        assertThat(address.getInt(20)).isEqualTo(9);
        ByteBuffer route = sent(new NetlinkMessage(RTM_NEWROUTE, 0).route(AF_INET, 16, 4, 0));
        assertThat(route.getInt(0)).isEqualTo(16 + 12);
        assertThat(route.get(20)).as("the main table").isEqualTo((byte) 254);
        assertThat(route.get(23)).as("unicast").isEqualTo((byte) 1);
    }

    @Test
    void aTextEndsWithNulAndIsPadded() {
        ByteBuffer sent = sent(new NetlinkMessage(RTM_NEWLINK, 0).text(3, "veth0"));
        assertThat(sent.getShort(16)).as("4 and six chars").isEqualTo((short) 10);
        assertThat(sent.getShort(18)).isEqualTo((short) 3);
        byte[] name = new byte[6];
        sent.get(20, name);
        assertThat(new String(name, StandardCharsets.US_ASCII)).isEqualTo("veth0\0");
        assertThat(sent.remaining()).isEqualTo(16 + 12);
    }

    @Test
    void addressesAreInTheNetworksOrderAndNumbersInTheMachines() {
        ByteBuffer sent = sent(new NetlinkMessage(RTM_NEWADDR, 0)
                .ip(1, Address.parse("10.42.0.1"))
                .ip(2, Address.parse("fd00::1"))
                .number(4, 1450));
        assertThat(sent.getInt(0)).isEqualTo(16 + 8 + 20 + 8);
        assertThat(sent.get(20)).isEqualTo((byte) 10);
        assertThat(sent.get(23)).isEqualTo((byte) 1);
        assertThat(sent.getShort(24)).as("4 and 16").isEqualTo((short) 20);
        assertThat(sent.get(28)).isEqualTo((byte) 0xfd);
        assertThat(sent.getInt(48)).isEqualTo(1450);
    }

    /** Whatever the attributes: their lengths lead from each to the next, and those within a nest to its end. */
    @Test
    void attributesFollowEachOther() {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            NetlinkMessage message = new NetlinkMessage(RTM_NEWLINK, 0);
            int before = attributes(random, message);
            message.begin(18 | NetlinkMessage.NESTED);
            int within = attributes(random, message);
            message.end();
            int after = attributes(random, message);
            ByteBuffer sent = sent(message);
            int at = skip(sent, 16, before);
            int end = at + sent.getShort(at);
            assertThat(skip(sent, at + 4, within))
                    .as("seed %d: the nest's end", seed)
                    .isEqualTo(end);
            assertThat(skip(sent, end, after))
                    .as("seed %d: the message's end", seed)
                    .isEqualTo(sent.remaining());
        }
    }

    private static int attributes(Random random, NetlinkMessage message) {
        int count = random.nextInt(5);
        for (int i = 0; i < count; i++) {
            switch (random.nextInt(3)) {
                case 0 -> message.small(1, 5);
                case 1 -> message.number(2, 6);
                default -> message.text(3, "n".repeat(random.nextInt(15)));
            }
        }
        return count;
    }

    private static int skip(ByteBuffer sent, int from, int count) {
        int at = from;
        for (int i = 0; i < count; i++) {
            at += (sent.getShort(at) + 3) / 4 * 4;
        }
        return at;
    }
}
