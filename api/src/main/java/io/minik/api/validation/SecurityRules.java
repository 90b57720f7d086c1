package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.ground.json.Json;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Security contexts: of pods and of containers. */
final class SecurityRules {
    private static final Map<String, String> SHARED =
            new TreeMap<>(Map.of("hostNetwork", "hostNetwork", "hostPID", "HostPID", "hostIPC", "HostIPC"));
    private static final int LONGEST_PROFILE = 4095;
    private static final String FOREIGN = "cannot be set for a windows pod";
    private static final List<String> CONTAINERS = List.of("containers", "initContainers", "ephemeralContainers");
    private static final List<String> LINUX_SPEC = List.of("hostUsers", "hostPID", "hostIPC", "shareProcessNamespace");
    private static final List<String> LINUX_BOTH =
            List.of("appArmorProfile", "seLinuxOptions", "seccompProfile", "runAsUser", "runAsGroup");
    private static final List<String> LINUX_POD =
            List.of("fsGroup", "fsGroupChangePolicy", "sysctls", "supplementalGroups", "supplementalGroupsPolicy");
    private static final List<String> LINUX_CONTAINER =
            List.of("capabilities", "readOnlyRootFilesystem", "privileged", "allowPrivilegeEscalation", "procMount");

    private final Causes causes;

    SecurityRules(Causes causes) {
        this.causes = causes;
    }

    void pod(JsonNode spec, String path) {
        JsonNode context = spec.path("securityContext");
        String here = path + ".securityContext";
        ids(context, here);
        id(Json.longOr(0, context, "fsGroup"), here + ".fsGroup");
        JsonNode groups = context.path("supplementalGroups");
        for (int at = 0; at < groups.size(); at++) {
            id(groups.get(at).asLong(), here + ".supplementalGroups[" + at + "]");
        }
        profiles(context, here);
        if (!Json.boolOr(true, spec, "hostUsers")) {
            // Upstream writes two of the paths with a capital.
            SHARED.forEach((field, said) -> {
                if (Json.bool(spec, field)) {
                    causes.forbidden(path + "." + said, "when `pod.Spec.HostUsers` is false");
                }
            });
        }
    }

    /** A pod that names its operating system has nothing of the other one: Pod Security asks less of Windows' pods. */
    void system(JsonNode spec, String path) {
        boolean windows = Json.text(spec, "os", "name").equals("windows");
        if (!windows && !Json.text(spec, "os", "name").equals("linux")) {
            return;
        }
        if (windows) {
            LINUX_SPEC.forEach(field -> {
                // hostPID and hostIPC are false where nobody wrote them.
                if (spec.path(field).isBoolean() && (!field.matches("hostPID|hostIPC") || Json.bool(spec, field))) {
                    causes.forbidden(path + "." + field, FOREIGN);
                }
            });
        }
        context(spec, path, windows, LINUX_POD);
        for (String list : CONTAINERS) {
            JsonNode containers = spec.path(list);
            for (int at = 0; at < containers.size(); at++) {
                context(containers.get(at), path + "." + list + "[" + at + "]", windows, LINUX_CONTAINER);
            }
        }
    }

    private void context(JsonNode of, String path, boolean windows, List<String> more) {
        JsonNode context = of.path("securityContext");
        String here = path + ".securityContext";
        if (!windows) {
            if (context.hasNonNull("windowsOptions")) {
                causes.forbidden(here + ".windowsOptions", "windows options cannot be set for a linux pod");
            }
            return;
        }
        for (List<String> fields : List.of(LINUX_BOTH, more)) {
            for (String field : fields) {
                if (context.hasNonNull(field)) {
                    causes.forbidden(here + "." + field, FOREIGN);
                }
            }
        }
    }

    void container(JsonNode context, String path) {
        boolean privileged = Json.bool(context, "privileged");
        JsonNode escalation = context.path("allowPrivilegeEscalation");
        if (escalation.isBoolean() && !escalation.booleanValue()) {
            if (privileged) {
                causes.invalid(
                        path, context, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
            }
            if (Json.stringList(context, "capabilities", "add").contains("SYS_ADMIN")) {
                causes.invalid(
                        path,
                        context,
                        "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN");
            }
        }
        ids(context, path);
        profiles(context, path);
    }

    private void ids(JsonNode context, String path) {
        for (String field : List.of("runAsUser", "runAsGroup")) {
            id(Json.longOr(0, context, field), path + "." + field);
        }
    }

    private void id(long id, String path) {
        if (id < 0 || id > Integer.MAX_VALUE) {
            causes.invalid(path, id, "must be between 0 and 2147483647, inclusive");
        }
    }

    private void profiles(JsonNode context, String path) {
        profile(context.path("seccompProfile"), path + ".seccompProfile", "seccomp type");
        profile(context.path("appArmorProfile"), path + ".appArmorProfile", "AppArmor type");
    }

    /** A profile of the node is named, others are not. */
    private void profile(JsonNode profile, String path, String what) {
        if (!profile.isObject()) {
            return;
        }
        JsonNode local = profile.path("localhostProfile");
        String here = path + ".localhostProfile";
        boolean seccomp = what.startsWith("seccomp");
        if (!Json.text(profile, "type").equals("Localhost")) {
            if (local.isTextual()) {
                causes.invalid(here, local.textValue(), "can only be set when " + what + " is Localhost");
            }
        } else if (local.asText().isBlank()) {
            causes.required(here, "must be set when " + what + " is Localhost");
        } else if (seccomp) {
            String place = local.textValue();
            if (place.startsWith("/")) {
                causes.invalid(here, place, "must be a relative path");
            }
            if (List.of(place.split("/")).contains("..")) {
                causes.invalid(here, place, "must not contain '..'");
            }
        } else if (local.textValue().length() > LONGEST_PROFILE) {
            causes.tooLong(here, LONGEST_PROFILE);
        }
    }
}
