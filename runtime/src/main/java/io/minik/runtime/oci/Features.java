package io.minik.runtime.oci;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.runtime.container.Capabilities;
import io.minik.runtime.seccomp.SeccompProfiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What is served, as the runtime-spec's features structure. */
final class Features {
    private static final int CAPABILITIES = 41;

    private Features() {}

    static JsonNode json() {
        ObjectNode features = Bundle.JSON.createObjectNode();
        features.put("ociVersionMin", "1.0.0").put("ociVersionMax", BundleState.OCI_VERSION);
        list(
                features,
                "hooks",
                List.of("prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"));
        list(features, "mountOptions", MountOptions.names());
        ObjectNode linux = features.putObject("linux");
        list(linux, "namespaces", InitTape.kindNames());
        for (int i = 0; i < CAPABILITIES; i++) {
            linux.withArray("/capabilities").add(Capabilities.name(i));
        }
        ObjectNode cgroup = linux.putObject("cgroup");
        cgroup.put("v1", true).put("v2", true).put("systemd", false).put("systemdUser", false);
        cgroup.put("rdma", true);
        ObjectNode seccomp = linux.putObject("seccomp").put("enabled", true);
        list(seccomp, "actions", SeccompProfiles.actions());
        list(seccomp, "operators", SeccompProfiles.operators());
        list(seccomp, "archs", List.of("SCMP_ARCH_X32", "SCMP_ARCH_X86", "SCMP_ARCH_X86_64"));
        list(
                seccomp,
                "supportedFlags",
                List.of("SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_TSYNC"));
        linux.putObject("apparmor").put("enabled", Files.exists(Path.of("/sys/kernel/security/apparmor")));
        linux.putObject("selinux").put("enabled", false);
        linux.putObject("intelRdt").put("enabled", false);
        linux.putObject("mountExtensions").putObject("idmap").put("enabled", true);
        return features;
    }

    private static void list(ObjectNode into, String field, List<String> values) {
        values.forEach(into.putArray(field)::add);
    }
}
