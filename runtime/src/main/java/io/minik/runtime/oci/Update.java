package io.minik.runtime.oci;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.runtime.oci.BundleState.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Locale;

/** {@code update}: other limits for a container that is there. */
final class Update {
    private Update() {}

    static void apply(ClientProcess caller, StateFolder folder, Arguments arguments) {
        BundleState state = folder.require(arguments.id());
        if (folder.status(state) == Status.STOPPED) {
            throw Fields.invalid("container not running");
        }
        CgroupResources.apply(state.group(), resources(caller, arguments));
    }

    static JsonNode resources(ClientProcess caller, Arguments arguments) {
        if (arguments.find("resources").isPresent()) {
            String name = arguments.find("resources").get();
            try {
                return Bundle.JSON.readTree(
                        Files.readAllBytes(name.equals("-") ? caller.proc("fd/0") : caller.path(name)));
            } catch (IOException e) {
                throw Fields.invalid("can't read " + name + ": " + e.getMessage());
            }
        }
        ObjectNode resources = Bundle.JSON.createObjectNode();
        ObjectNode cpu = resources.putObject("cpu");
        number(arguments, "cpu-period", cpu, "period");
        number(arguments, "cpu-quota", cpu, "quota");
        number(arguments, "cpu-burst", cpu, "burst");
        number(arguments, "cpu-share", cpu, "shares");
        number(arguments, "cpu-rt-period", cpu, "realtimePeriod");
        number(arguments, "cpu-rt-runtime", cpu, "realtimeRuntime");
        number(arguments, "cpu-idle", cpu, "idle");
        arguments.find("cpuset-cpus").ifPresent(cpus -> cpu.put("cpus", cpus));
        arguments.find("cpuset-mems").ifPresent(mems -> cpu.put("mems", mems));
        ObjectNode memory = resources.putObject("memory");
        bytes(arguments, "memory", memory, "limit");
        bytes(arguments, "memory-reservation", memory, "reservation");
        bytes(arguments, "memory-swap", memory, "swap");
        bytes(arguments, "kernel-memory-tcp", memory, "kernelTCP");
        number(arguments, "pids-limit", resources.putObject("pids"), "limit");
        number(arguments, "blkio-weight", resources.putObject("blockIO"), "weight");
        return resources;
    }

    private static void number(Arguments arguments, String option, ObjectNode into, String field) {
        arguments.find(option).ifPresent(text -> {
            try {
                into.put(field, Long.parseLong(text));
            } catch (NumberFormatException e) {
                throw Arguments.wrong("invalid value for " + option + ": " + text);
            }
        });
    }

    /** 64m as docker writes it, or -1. */
    private static void bytes(Arguments arguments, String option, ObjectNode into, String field) {
        arguments.find(option).ifPresent(text -> into.put(field, bytes(option, text)));
    }

    static long bytes(String option, String text) {
        String lower = text.toLowerCase(Locale.ROOT).replaceAll("i?b$", "");
        String units = "kmgt";
        long factor = 1;
        if (!lower.isEmpty() && units.indexOf(lower.charAt(lower.length() - 1)) >= 0) {
            factor = 1L << (10 * (units.indexOf(lower.charAt(lower.length() - 1)) + 1));
            lower = lower.substring(0, lower.length() - 1);
        }
        try {
            return Math.multiplyExact(Long.parseLong(lower.trim()), factor);
        } catch (ArithmeticException | NumberFormatException e) {
            throw Arguments.wrong("invalid value for " + option + ": " + text);
        }
    }
}
