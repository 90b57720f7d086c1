package io.minik.api.core;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * core/v1 Container, also for init and ephemeral ones.
 *
 * @param imagePullPolicy Always, IfNotPresent or Never: when absent, Always for {@code :latest} or no tag, as upstream defaults it
 * @param restartPolicy instead of the pod's; Always makes an init container a sidecar
 * @param restartRules exit codes that restart it although its policy does not
 * @param resizePolicy by resource: whether its change needs a restart (RestartContainer) or not (NotRequired)
 * @param targetContainerName only for ephemeral ones: whose process namespace it shares
 */
public record Container(
        String name,
        String image,
        List<String> command,
        List<String> args,
        String workingDir,
        List<ContainerPort> ports,
        List<EnvFromSource> envFrom,
        List<EnvVar> env,
        ContainerResources resources,
        Map<String, String> resizePolicy,
        List<VolumeMount> volumeMounts,
        Optional<Probe> livenessProbe,
        Optional<Probe> readinessProbe,
        Optional<Probe> startupProbe,
        Optional<LifecycleHandler> postStart,
        Optional<LifecycleHandler> preStop,
        String stopSignal,
        String terminationMessagePath,
        String terminationMessagePolicy,
        String imagePullPolicy,
        SecurityContext securityContext,
        boolean stdin,
        boolean stdinOnce,
        boolean tty,
        String restartPolicy,
        List<RestartRule> restartRules,
        String targetContainerName) {

    public static Container of(JsonNode container) {
        String image = Json.text(container, "image");
        JsonNode lifecycle = container.path("lifecycle");
        return new Container(
                Json.text(container, "name"),
                image,
                Json.stringList(container, "command"),
                Json.stringList(container, "args"),
                Json.text(container, "workingDir"),
                Views.list(container.path("ports"), ContainerPort::of),
                Views.list(container.path("envFrom"), EnvFromSource::of),
                Views.list(container.path("env"), EnvVar::of),
                ContainerResources.of(container.path("resources")),
                resizePolicy(container),
                Views.list(container.path("volumeMounts"), VolumeMount::of),
                Views.optional(container.path("livenessProbe"), Probe::of),
                Views.optional(container.path("readinessProbe"), Probe::of),
                Views.optional(container.path("startupProbe"), Probe::of),
                Views.optional(lifecycle.path("postStart"), LifecycleHandler::of),
                Views.optional(lifecycle.path("preStop"), LifecycleHandler::of),
                Json.text(lifecycle, "stopSignal"),
                Json.textOr("/dev/termination-log", container, "terminationMessagePath"),
                Json.textOr("File", container, "terminationMessagePolicy"),
                Json.textOr(defaultPullPolicy(image), container, "imagePullPolicy"),
                SecurityContext.of(container.path("securityContext")),
                Json.bool(container, "stdin"),
                Json.bool(container, "stdinOnce"),
                Json.bool(container, "tty"),
                Json.text(container, "restartPolicy"),
                Views.list(container.path("restartPolicyRules"), RestartRule::of),
                Json.text(container, "targetContainerName"));
    }

    /** An init container that goes on running beside the main ones. */
    public boolean sidecar() {
        return restartPolicy.equals("Always");
    }

    private static Map<String, String> resizePolicy(JsonNode container) {
        Map<String, String> policies = new LinkedHashMap<>();
        Json.items(container, "resizePolicy")
                .forEach(policy -> policies.put(Json.text(policy, "resourceName"), Json.text(policy, "restartPolicy")));
        return policies;
    }

    /** Always for {@code :latest} or no tag: such a name may mean another image tomorrow. */
    public static String defaultPullPolicy(String image) {
        if (image.contains("@")) {
            return "IfNotPresent";
        }
        String tag = image.substring(image.lastIndexOf('/') + 1);
        return !tag.contains(":") || tag.endsWith(":latest") ? "Always" : "IfNotPresent";
    }
}
