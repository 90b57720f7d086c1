package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.ground.json.Json;
import java.util.Set;
import java.util.regex.Pattern;

/** What a pod may tell its containers of itself: fieldRef and resourceFieldRef, as variables and as files. */
final class DownwardRules {
    private static final Set<String> OTHER_FIELDS = Set.of(
            "metadata.annotations", "metadata.labels", "spec.restartPolicy", "spec.schedulerName", "status.phase");

    private static final Set<String> POD_FIELDS = Set.of(
            "metadata.name",
            "metadata.namespace",
            "metadata.uid",
            "spec.nodeName",
            "spec.serviceAccountName",
            "status.hostIP",
            "status.hostIPs",
            "status.podIP",
            "status.podIPs");
    /** Files are written anew when the pod changes: these may. */
    private static final Set<String> FILE_FIELDS =
            Set.of("metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid");

    private static final Set<String> RESOURCE_FIELDS = Set.of(
            "limits.cpu",
            "limits.ephemeral-storage",
            "limits.memory",
            "requests.cpu",
            "requests.ephemeral-storage",
            "requests.memory");
    private static final Pattern HUGE = Pattern.compile("(limits|requests)\\.hugepages-.+");
    private static final Pattern ENTRY = Pattern.compile("metadata\\.(labels|annotations)\\['.+'\\]");

    private final Causes causes;

    DownwardRules(Causes causes) {
        this.causes = causes;
    }

    void variable(JsonNode source, String path) {
        field(source, path, POD_FIELDS);
        resource(source.path("resourceFieldRef"), path + ".resourceFieldRef");
    }

    void file(JsonNode file, String path) {
        JsonNode resource = file.path("resourceFieldRef");
        field(file, path, FILE_FIELDS);
        if (file.has("fieldRef") && !resource.isMissingNode()) {
            causes.invalid(path, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously");
        } else if (!resource.isMissingNode()) {
            if (Json.text(resource, "containerName").isEmpty()) {
                causes.required(path + ".resourceFieldRef.containerName");
            } else {
                resource(resource, path + ".resourceFieldRef");
            }
        } else if (!file.has("fieldRef")) {
            causes.required(path, "one of fieldRef and resourceFieldRef is required");
        }
    }

    private void field(JsonNode source, String path, Set<String> supported) {
        String field = Json.text(source, "fieldRef", "fieldPath");
        if (field.isEmpty() || supported.contains(field) || ENTRY.matcher(field).matches()) {
            return;
        }
        String here = path + ".fieldRef.fieldPath";
        if (OTHER_FIELDS.contains(field) || POD_FIELDS.contains(field)) {
            causes.unsupported(here, field, supported);
        } else {
            causes.invalid(here, field, "error converting fieldPath: field label not supported: " + field);
        }
    }

    private void resource(JsonNode resource, String path) {
        if (!resource.isObject()) {
            return;
        }
        String name = Json.text(resource, "resource");
        if (name.isEmpty()) {
            causes.required(path + ".resource");
        } else if (!RESOURCE_FIELDS.contains(name) && !HUGE.matcher(name).matches()) {
            causes.unsupported(path + ".resource", name, RESOURCE_FIELDS);
        }
    }
}
