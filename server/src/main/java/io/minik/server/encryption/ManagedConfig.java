package io.minik.server.encryption;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * The EncryptionConfiguration that minik keeps itself, for Secrets: one secretbox provider, whose first key seals, and identity
 * before it (switched off) or behind it (switched on). An ordinary file that kube-apiserver takes, too. Immutable.
 */
public final class ManagedConfig {
    private static final String BOX = "secretbox";
    private static final int KEY_BYTES = 32;

    private final boolean on;
    private final List<ObjectNode> keys;

    private ManagedConfig(boolean on, List<ObjectNode> keys) {
        this.on = on;
        this.keys = List.copyOf(keys);
    }

    public static ManagedConfig begun(SecureRandom random) {
        return new ManagedConfig(true, List.of(key(1, random)));
    }

    /** @throws IllegalArgumentException if it is another's */
    public static ManagedConfig parse(JsonNode document) {
        JsonNode providers = document.path("resources").path(0).path("providers");
        boolean on = providers.path(0).has(BOX);
        List<ObjectNode> keys = new ArrayList<>();
        providers.path(on ? 0 : 1).path(BOX).path("keys").forEach(key -> keys.add((ObjectNode) key));
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("it is not as minik keeps it: no secretbox provider");
        }
        return new ManagedConfig(on, keys);
    }

    public ObjectNode document() {
        ObjectNode document =
                Json.object().put("kind", "EncryptionConfiguration").put("apiVersion", "apiserver.config.k8s.io/v1");
        ObjectNode resource = document.putArray("resources").addObject();
        resource.putArray("resources").add("secrets");
        ArrayNode providers = resource.putArray("providers");
        if (!on) {
            providers.addObject().putObject("identity");
        }
        keys.forEach(providers.addObject().putObject(BOX).putArray("keys")::add);
        if (on) {
            providers.addObject().putObject("identity");
        }
        return document;
    }

    public boolean isOn() {
        return on;
    }

    /** The names of the keys; the first one seals what is written. */
    public List<String> keyNames() {
        return keys.stream().map(key -> Json.text(key, "name")).toList();
    }

    public ManagedConfig on(boolean wanted) {
        return new ManagedConfig(wanted, keys);
    }

    /** A new key before all others, which open what they sealed until {@link #withFirstKeyAlone}. */
    public ManagedConfig rotated(SecureRandom random) {
        String last = Json.text(keys.get(0), "name");
        List<ObjectNode> all = new ArrayList<>(keys);
        all.add(0, key(Integer.parseInt(last.substring("key".length())) + 1, random));
        return new ManagedConfig(true, all);
    }

    public ManagedConfig withFirstKeyAlone() {
        return new ManagedConfig(on, keys.subList(0, 1));
    }

    private static ObjectNode key(int number, SecureRandom random) {
        byte[] secret = new byte[KEY_BYTES];
        random.nextBytes(secret);
        return Json.object()
                .put("name", "key" + number)
                .put("secret", Base64.getEncoder().encodeToString(secret));
    }
}
