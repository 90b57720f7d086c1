package io.minik.runtime.oci;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.runtime.oci.BundleState.Status;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code update}: other limits for a container that is there. */
final class Update {
    private static final String UNITS = "kmgtp";

    /** As docker's go-units has it: 64m, 64 MiB and 1.5g, in powers of two. */
    private static final Pattern SIZE =
            Pattern.compile("([0-9]+(?:\\.[0-9]+)?) ?(?:([kmgtp])i?)?b?", Pattern.CASE_INSENSITIVE);

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

    private static void bytes(Arguments arguments, String option, ObjectNode into, String field) {
        arguments.find(option).ifPresent(text -> into.put(field, bytes(option, text)));
    }

    static long bytes(String option, String text) {
        if (text.equals("-1")) {
            return -1;
        }
        Matcher size = SIZE.matcher(text);
        if (!size.matches()) {
            throw Arguments.wrong("invalid value for " + option + ": " + text);
        }
        String unit = Objects.requireNonNullElse(size.group(2), "").toLowerCase(Locale.ROOT);
        try {
            return new BigDecimal(size.group(1))
                    .multiply(BigDecimal.valueOf(1L << (10 * (unit.isEmpty() ? 0 : UNITS.indexOf(unit) + 1))))
                    .toBigInteger()
                    .longValueExact();
        } catch (ArithmeticException e) {
            throw Arguments.wrong("invalid value for " + option + ": " + text);
        }
    }
}
