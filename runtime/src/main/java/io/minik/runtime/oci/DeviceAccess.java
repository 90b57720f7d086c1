package io.minik.runtime.oci;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.runtime.cgroup.DeviceFilter;
import io.minik.runtime.cgroup.DeviceRule;
import io.minik.runtime.sys.Kernel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** linux.resources.devices: the bundle's rules in their order, and what every container may use. */
final class DeviceAccess {
    private DeviceAccess() {}

    /** @param allow false: what the rule names is taken away again */
    record Rule(boolean allow, DeviceRule device) {
        String line() {
            return device.type() == 'a'
                    ? "a"
                    : device.type() + " " + number(device.major()) + ":" + number(device.minor()) + " "
                            + device.access();
        }

        private static String number(long value) {
            return value < 0 ? "*" : Long.toString(value);
        }
    }

    static void apply(Kernel kernel, ContainerCgroup cgroup, Bundle bundle) {
        List<Rule> rules = rules(bundle);
        if (cgroup.version() == 2) {
            DeviceFilter.attach(kernel, cgroup.directories().get(0).path(), allowed(rules));
            return;
        }
        Optional<Path> allow = cgroup.file("devices", "devices.allow");
        Optional<Path> deny = cgroup.file("devices", "devices.deny");
        if (allow.isEmpty() || deny.isEmpty()) {
            return;
        }
        rules.forEach(rule -> ContainerCgroup.write(rule.allow() ? allow.get() : deny.get(), rule.line()));
    }

    static List<Rule> rules(Bundle bundle) {
        List<Rule> rules = new ArrayList<>();
        for (JsonNode node : bundle.linux().path("resources").path("devices")) {
            String type = node.path("type").asText("a");
            if (!List.of("a", "b", "c", "").contains(type)) {
                throw Fields.invalid("invalid device type \"" + type + "\"");
            }
            String access = node.path("access").asText("rwm");
            if (!access.matches("[rwm]{0,3}")) {
                throw Fields.invalid("invalid device access \"" + access + "\"");
            }
            char kind = type.isEmpty() ? 'a' : type.charAt(0);
            rules.add(new Rule(
                    node.path("allow").asBoolean(),
                    new DeviceRule(
                            kind,
                            node.path("major").asLong(-1),
                            node.path("minor").asLong(-1),
                            access.isEmpty() ? "rwm" : access)));
        }
        DeviceRule.DEFAULT.forEach(device -> rules.add(new Rule(true, device)));
        return rules;
    }

    /** What is allowed once all rules were read: what no rule allows is denied. */
    static List<DeviceRule> allowed(List<Rule> rules) {
        List<DeviceRule> allowed = new ArrayList<>();
        boolean everything = false;
        for (Rule rule : rules) {
            DeviceRule device = rule.device();
            if (device.type() == 'a') {
                // The kernel's files, and runc, take it for all devices whatever numbers stand beside it.
                everything = rule.allow();
                allowed.clear();
            } else if (rule.allow()) {
                allowed.add(device);
            } else {
                allowed.removeIf(other -> isWithin(other, device));
                if (everything || allowed.stream().anyMatch(other -> overlap(other, device))) {
                    throw Fields.invalid("linux.resources.devices: a rule that denies what only a wider rule allows ("
                            + rule.line() + ") is not supported with cgroup v2");
                }
            }
        }
        return everything ? DeviceRule.ALL : allowed;
    }

    private static boolean isWithin(DeviceRule one, DeviceRule other) {
        return one.type() == other.type()
                && (other.major() < 0 || one.major() == other.major())
                && (other.minor() < 0 || one.minor() == other.minor())
                && one.access().chars().allMatch(c -> other.access().indexOf(c) >= 0);
    }

    private static boolean overlap(DeviceRule one, DeviceRule other) {
        return one.type() == other.type()
                && meet(one.major(), other.major())
                && meet(one.minor(), other.minor())
                && one.access().chars().anyMatch(c -> other.access().indexOf(c) >= 0);
    }

    private static boolean meet(long one, long other) {
        return one < 0 || other < 0 || one == other;
    }
}
