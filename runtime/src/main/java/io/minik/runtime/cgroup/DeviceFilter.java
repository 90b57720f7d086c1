package io.minik.runtime.cgroup;

import io.minik.runtime.sys.Arena;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The device allow-list of a v2 group: an eBPF program of type CGROUP_DEVICE, since v2 has no devices controller. */
public final class DeviceFilter {
    private static final int PROG_LOAD = 5;
    private static final int PROG_ATTACH = 8;
    private static final int PROG_TYPE_CGROUP_DEVICE = 15;
    private static final int ATTACH_CGROUP_DEVICE = 6;
    private static final int ATTACH_ALLOW_MULTI = 2;
    private static final int ATTR_BYTES = 128;
    private static final int TYPE_BLOCK = 1;
    private static final int TYPE_CHAR = 2;
    private static final int ACCESS_MKNOD = 1;
    private static final int ACCESS_READ = 2;
    private static final int ACCESS_WRITE = 4;
    private static final int LOG_ALL_OFF = 0;

    private DeviceFilter() {}

    /** Denies all devices of a v2 group but these. */
    public static void attach(Kernel kernel, Path cgroup, List<DeviceRule> allowed) {
        if (allowed.equals(DeviceRule.ALL)) {
            return;
        }
        byte[] program = program(allowed);
        try (Arena arena = kernel.sys().arena()) {
            Arena.Block load = arena.allocate(ATTR_BYTES);
            load.bytes().putInt(0, PROG_TYPE_CGROUP_DEVICE).putInt(4, program.length / 8);
            load.bytes().putLong(8, arena.bytes(program).address()).putLong(16, arena.string("Apache"));
            load.bytes().putInt(24, LOG_ALL_OFF);
            int filter = (int) Kernel.check(
                    kernel.sys().call(Syscall.BPF, PROG_LOAD, load.address(), ATTR_BYTES),
                    "load device filter of",
                    cgroup);
            try {
                attach(kernel, arena, cgroup, filter);
            } finally {
                kernel.close(filter);
            }
        }
    }

    private static void attach(Kernel kernel, Arena arena, Path cgroup, int filter) {
        int directory = kernel.open(cgroup, Kernel.O_RDONLY, 0);
        try {
            Arena.Block attach = arena.allocate(ATTR_BYTES);
            attach.bytes().putInt(0, directory).putInt(4, filter);
            attach.bytes().putInt(8, ATTACH_CGROUP_DEVICE).putInt(12, ATTACH_ALLOW_MULTI);
            Kernel.check(
                    kernel.sys().call(Syscall.BPF, PROG_ATTACH, attach.address(), ATTR_BYTES),
                    "attach device filter to",
                    cgroup);
        } finally {
            kernel.close(directory);
        }
    }

    /**
     * r2 = type, r3 = access, r4 = major, r5 = minor of the context {u32 access << 16 | type, u32 major, u32 minor}; per
     * rule: on any difference on to the next one; access must be within the rule's. The end denies.
     */
    static byte[] program(List<DeviceRule> rules) {
        List<Long> code = new ArrayList<>();
        code.add(instruction(0x61, 2, 1, 0, 0));
        code.add(instruction(0xbc, 3, 2, 0, 0));
        code.add(instruction(0x54, 2, 0, 0, 0xffff));
        code.add(instruction(0x74, 3, 0, 0, 16));
        code.add(instruction(0x61, 4, 1, 4, 0));
        code.add(instruction(0x61, 5, 1, 8, 0));
        for (DeviceRule rule : rules) {
            rule(code, rule);
        }
        code.add(instruction(0xb7, 0, 0, 0, 0));
        code.add(instruction(0x95, 0, 0, 0, 0));
        ByteBuffer out = ByteBuffer.allocate(code.size() * 8).order(ByteOrder.LITTLE_ENDIAN);
        code.forEach(out::putLong);
        return out.array();
    }

    private static void rule(List<Long> code, DeviceRule rule) {
        List<int[]> tests = new ArrayList<>();
        if (rule.type() != 'a') {
            tests.add(new int[] {2, rule.type() == 'b' ? TYPE_BLOCK : TYPE_CHAR});
        }
        if (rule.major() >= 0) {
            tests.add(new int[] {4, (int) rule.major()});
        }
        if (rule.minor() >= 0) {
            tests.add(new int[] {5, (int) rule.minor()});
        }
        int access = (rule.access().contains("r") ? ACCESS_READ : 0)
                | (rule.access().contains("w") ? ACCESS_WRITE : 0)
                | (rule.access().contains("m") ? ACCESS_MKNOD : 0);
        int length = tests.size() + 5;
        for (int i = 0; i < tests.size(); i++) {
            code.add(instruction(0x55, tests.get(i)[0], 0, length - i - 1, tests.get(i)[1]));
        }
        code.add(instruction(0xbc, 0, 3, 0, 0));
        code.add(instruction(0x54, 0, 0, 0, ~access));
        code.add(instruction(0x55, 0, 0, 2, 0));
        code.add(instruction(0xb7, 0, 0, 0, 1));
        code.add(instruction(0x95, 0, 0, 0, 0));
    }

    private static long instruction(int opcode, int destination, int source, int offset, int immediate) {
        return opcode
                | (long) destination << 8
                | (long) source << 12
                | (long) (offset & 0xffff) << 16
                | (long) immediate << 32;
    }
}
