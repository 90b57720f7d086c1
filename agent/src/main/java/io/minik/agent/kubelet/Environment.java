package io.minik.agent.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.agent.volume.DownwardFields;
import io.minik.api.core.Container;
import io.minik.api.core.EnvFromSource;
import io.minik.api.core.EnvVar;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A container's environment as Kubernetes defines it: envFrom, then env (later wins, {@code $(VAR)} sees earlier ones),
 * then the services' variables where the name is free. Pure: the ConfigMaps and Secrets are handed in.
 */
final class Environment {
    /** A ConfigMap or Secret that a container's environment names. */
    record Reference(Resource resource, String name) {
        String word() {
            return resource.equals(Resources.SECRETS) ? "secret" : "configmap";
        }
    }

    private final Container container;
    private final DownwardFields fields;
    private final Map<Reference, KubeObject> objects;
    private final Map<String, String> services;
    private final Map<String, String> result = new LinkedHashMap<>();

    private Environment(
            Container container,
            DownwardFields fields,
            Map<Reference, KubeObject> objects,
            Map<String, String> services) {
        this.container = container;
        this.fields = fields;
        this.objects = objects;
        this.services = services;
    }

    /**
     * @param objects what {@link #references} names and the API has
     * @param services see {@link ServiceLinks}
     * @throws ContainerNotStarted CreateContainerConfigError
     */
    static Map<String, String> of(
            Container container,
            DownwardFields fields,
            Map<Reference, KubeObject> objects,
            Map<String, String> services) {
        return new Environment(container, fields, objects, services).resolve();
    }

    static Set<Reference> references(Container container) {
        Set<Reference> references = new LinkedHashSet<>();
        for (EnvFromSource from : container.envFrom()) {
            references.add(new Reference(from.secret() ? Resources.SECRETS : Resources.CONFIG_MAPS, from.name()));
        }
        for (EnvVar env : container.env()) {
            env.source().ifPresent(source -> {
                if (source.kind() == EnvVar.SourceKind.SECRET_KEY) {
                    references.add(new Reference(Resources.SECRETS, source.name()));
                } else if (source.kind() == EnvVar.SourceKind.CONFIG_MAP_KEY) {
                    references.add(new Reference(Resources.CONFIG_MAPS, source.name()));
                }
            });
        }
        return references;
    }

    private Map<String, String> resolve() {
        for (EnvFromSource from : container.envFrom()) {
            Reference reference = new Reference(from.secret() ? Resources.SECRETS : Resources.CONFIG_MAPS, from.name());
            find(reference, from.optional()).ifPresent(object -> object.at("data")
                    .properties()
                    .forEach(entry -> result.put(from.prefix() + entry.getKey(), value(reference, entry.getValue()))));
        }
        for (EnvVar env : container.env()) {
            Optional<String> value = env.source().isPresent()
                    ? from(env.source().get())
                    : Optional.of(Expansion.expand(env.value(), this::lookup));
            value.ifPresent(v -> result.put(env.name(), v));
        }
        services.forEach(result::putIfAbsent);
        return result;
    }

    private Optional<String> lookup(String name) {
        return Optional.ofNullable(result.get(name)).or(() -> Optional.ofNullable(services.get(name)));
    }

    private Optional<String> from(EnvVar.Source source) {
        return switch (source.kind()) {
            case FIELD ->
                Optional.of(fields.field(source.key())
                        .orElseThrow(() -> ContainerNotStarted.config("unsupported fieldPath: " + source.key())));
            case RESOURCE -> Optional.of(resource(source));
            case SECRET_KEY -> key(new Reference(Resources.SECRETS, source.name()), source);
            case CONFIG_MAP_KEY -> key(new Reference(Resources.CONFIG_MAPS, source.name()), source);
            case FILE_KEY -> throw ContainerNotStarted.config("fileKeyRef is not supported by this node");
        };
    }

    private String resource(EnvVar.Source source) {
        Container of = source.name().isEmpty()
                ? container
                : fields.pod()
                        .spec()
                        .container(source.name())
                        .orElseThrow(() -> ContainerNotStarted.config("container " + source.name() + " not found"));
        return fields.resource(of, source.key(), source.divisor())
                .orElseThrow(() -> ContainerNotStarted.config("unsupported container resource : " + source.key()));
    }

    private Optional<String> key(Reference reference, EnvVar.Source source) {
        Optional<KubeObject> object = find(reference, source.optional());
        if (object.isEmpty()) {
            return Optional.empty();
        }
        JsonNode value = object.get().at("data", source.key());
        if (value.isTextual()) {
            return Optional.of(value(reference, value));
        }
        if (source.optional()) {
            return Optional.empty();
        }
        throw ContainerNotStarted.config("couldn't find key " + source.key() + " in "
                + (reference.resource().equals(Resources.SECRETS) ? "Secret " : "ConfigMap ")
                + fields.pod().namespace() + "/" + reference.name());
    }

    private Optional<KubeObject> find(Reference reference, boolean optional) {
        Optional<KubeObject> found = Optional.ofNullable(objects.get(reference));
        if (found.isEmpty() && !optional) {
            throw ContainerNotStarted.config(reference.word() + " \"" + reference.name() + "\" not found");
        }
        return found;
    }

    private static String value(Reference reference, JsonNode value) {
        return reference.resource().equals(Resources.SECRETS)
                ? new String(Base64.getMimeDecoder().decode(value.asText()), StandardCharsets.UTF_8)
                : value.asText();
    }
}
