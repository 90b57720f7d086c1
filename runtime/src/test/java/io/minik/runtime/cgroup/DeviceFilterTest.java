package io.minik.runtime.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the filter of a v2 group lets through: its program is run by a small interpreter of the instructions that it is made of. */
class DeviceFilterTest {
    private static final int BLOCK = 1;
    private static final int CHARACTER = 2;
    private static final int MKNOD = 1;
    private static final int READ = 2;
    private static final int WRITE = 4;

    private static boolean allows(List<DeviceRule> rules, int type, int access, int major, int minor) {
        ByteBuffer code = ByteBuffer.wrap(DeviceFilter.program(rules)).order(ByteOrder.LITTLE_ENDIAN);
        long[] registers = new long[11];
        int[] context = {access << 16 | type, major, minor};
        for (int at = 0, steps = 0; steps < 10_000; at++, steps++) {
            int opcode = code.get(at * 8) & 0xff;
            int destination = code.get(at * 8 + 1) & 0x0f;
            int source = code.get(at * 8 + 1) >> 4 & 0x0f;
            int offset = code.getShort(at * 8 + 2);
            int immediate = code.getInt(at * 8 + 4);
            switch (opcode) {
                case 0x61 -> registers[destination] = context[offset / 4] & 0xffffffffL;
                case 0xbc -> registers[destination] = registers[source] & 0xffffffffL;
                case 0x54 -> registers[destination] = registers[destination] & immediate & 0xffffffffL;
                case 0x74 -> registers[destination] = (registers[destination] & 0xffffffffL) >>> immediate;
                case 0xb7 -> registers[destination] = immediate;
                case 0x55 -> at += registers[destination] != immediate ? offset : 0;
                case 0x95 -> {
                    return registers[0] != 0;
                }
                default -> throw new AssertionError("instruction 0x" + Integer.toHexString(opcode));
            }
        }
        throw new AssertionError("it does not end");
    }

    @Test
    void theUsualDevicesAndNoOthers() {
        List<DeviceRule> usual = DeviceRule.DEFAULT;
        assertThat(allows(usual, CHARACTER, READ | WRITE, 1, 3)).as("null").isTrue();
        assertThat(allows(usual, CHARACTER, READ, 136, 77)).as("a pts").isTrue();
        assertThat(allows(usual, CHARACTER, READ, 1, 1)).as("mem").isFalse();
        assertThat(allows(usual, BLOCK, READ, 8, 0)).as("the disk").isFalse();
        assertThat(allows(usual, BLOCK, READ, 1, 3))
                .as("a block device with null's numbers")
                .isFalse();
        assertThat(allows(usual, BLOCK, MKNOD, 8, 0))
                .as("a node may be made, not used")
                .isTrue();
        assertThat(allows(usual, BLOCK, MKNOD | READ, 8, 0)).isFalse();
    }

    @Test
    void aRuleGivesWhatItNamesAndNoMore() {
        List<DeviceRule> rules = List.of(new DeviceRule('b', 8, 1, "r"), new DeviceRule('c', 10, -1, "rw"));
        assertThat(allows(rules, BLOCK, READ, 8, 1)).isTrue();
        assertThat(allows(rules, BLOCK, WRITE, 8, 1)).isFalse();
        assertThat(allows(rules, BLOCK, READ | WRITE, 8, 1)).isFalse();
        assertThat(allows(rules, BLOCK, READ, 8, 2)).isFalse();
        assertThat(allows(rules, CHARACTER, READ | WRITE, 10, 200)).isTrue();
        assertThat(allows(rules, CHARACTER, MKNOD, 10, 200)).isFalse();
        assertThat(allows(rules, CHARACTER, READ, 11, 200)).isFalse();
        assertThat(allows(List.of(), CHARACTER, READ, 1, 3))
                .as("nothing is allowed")
                .isFalse();
    }
}
