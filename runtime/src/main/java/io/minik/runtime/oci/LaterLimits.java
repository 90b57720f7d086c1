package io.minik.runtime.oci;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.runtime.sys.Arena;
import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What the client sets of a process that waits: it may do more than the process in its user namespace. */
record LaterLimits(ClientProcess caller, JsonNode process) {
    private static final Map<String, Integer> IO_CLASSES =
            Map.of("IOPRIO_CLASS_RT", 1, "IOPRIO_CLASS_BE", 2, "IOPRIO_CLASS_IDLE", 3);
    private static final int IO_CLASS_SHIFT = 13;
    private static final int IO_WHO_PROCESS = 1;
    private static final List<String> POLICIES = List.of(
            "SCHED_OTHER", "SCHED_FIFO", "SCHED_RR", "SCHED_BATCH", "SCHED_ISO", "SCHED_IDLE", "SCHED_DEADLINE");
    private static final List<String> FLAGS = List.of(
            "SCHED_FLAG_RESET_ON_FORK",
            "SCHED_FLAG_RECLAIM",
            "SCHED_FLAG_DL_OVERRUN",
            "SCHED_FLAG_KEEP_POLICY",
            "SCHED_FLAG_KEEP_PARAMS",
            "SCHED_FLAG_UTIL_CLAMP_MIN",
            "SCHED_FLAG_UTIL_CLAMP_MAX");
    private static final int SCHED_ATTR_BYTES = 48;

    /** @param mapped whether it is in a user namespace of its own */
    void set(int pid, boolean mapped, Credentials credentials) {
        JsonNode score = process.path("oomScoreAdj");
        if (score.isNumber()) {
            oomScore(pid, score.asInt(), mapped);
        }
        ioPriority(pid, process.path("ioPriority"));
        scheduler(pid, process.path("scheduler"));
        if (mapped) {
            limits(pid, credentials);
        }
    }

    private void oomScore(int pid, int score, boolean mapped) {
        try {
            Files.write(
                    Path.of("/proc", Integer.toString(pid), "oom_score_adj"),
                    Integer.toString(score).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // Lowering needs CAP_SYS_RESOURCE, which a caller in a user namespace lacks: runc lets that pass as well.
            if (!mapped) {
                throw Fields.invalid("can't set oom_score_adj " + score + ": " + e.getMessage());
            }
        }
    }

    private void ioPriority(int pid, JsonNode priority) {
        if (priority.isMissingNode() || priority.isNull()) {
            return;
        }
        Integer kind = IO_CLASSES.get(priority.path("class").asText());
        if (kind == null) {
            throw Fields.invalid(
                    "invalid ioPriority class: " + priority.path("class").asText());
        }
        long value = (long) kind << IO_CLASS_SHIFT | priority.path("priority").asLong();
        Kernel.check(
                caller.kernel().sys().call(Syscall.IOPRIO_SET, IO_WHO_PROCESS, pid, value), "ioprio_set", priority);
    }

    private void scheduler(int pid, JsonNode scheduler) {
        if (scheduler.isMissingNode() || scheduler.isNull()) {
            return;
        }
        int policy = POLICIES.indexOf(scheduler.path("policy").asText());
        if (policy < 0) {
            throw Fields.invalid(
                    "invalid scheduler policy: " + scheduler.path("policy").asText());
        }
        long flags = 0;
        for (String flag : Fields.texts(scheduler.path("flags"))) {
            if (!FLAGS.contains(flag)) {
                throw Fields.invalid("invalid scheduler flag: " + flag);
            }
            flags |= 1L << FLAGS.indexOf(flag);
        }
        try (Arena arena = caller.kernel().sys().arena()) {
            Arena.Block block = arena.allocate(SCHED_ATTR_BYTES);
            block.bytes().putInt(0, SCHED_ATTR_BYTES).putInt(4, policy).putLong(8, flags);
            block.bytes().putInt(16, scheduler.path("nice").asInt());
            block.bytes().putInt(20, scheduler.path("priority").asInt());
            block.bytes().putLong(24, scheduler.path("runtime").asLong());
            block.bytes().putLong(32, scheduler.path("deadline").asLong());
            block.bytes().putLong(40, scheduler.path("period").asLong());
            Kernel.check(
                    caller.kernel().sys().call(Syscall.SCHED_SETATTR, pid, block.address(), 0),
                    "error setting scheduler",
                    scheduler.path("policy").asText());
        }
    }

    private void limits(int pid, Credentials credentials) {
        for (Credentials.Limit limit : credentials.limits()) {
            try (Arena arena = caller.kernel().sys().arena()) {
                long address = arena.bytes(limit.bytes()).address();
                long result = caller.kernel().sys().call(Syscall.PRLIMIT64, pid, limit.resource(), address, 0);
                if (result != -Errno.ESRCH) {
                    Kernel.check(result, "error setting rlimit", limit.resource());
                }
            }
        }
    }
}
