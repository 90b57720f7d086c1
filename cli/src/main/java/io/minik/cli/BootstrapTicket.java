package io.minik.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A bootstrap token, and the Secret in kube-system that it is kept as (kubernetes.io: "Authenticating with Bootstrap Tokens").
 *
 * @param expires empty: never
 */
record BootstrapTicket(
        String id,
        String secret,
        String description,
        Optional<Instant> expires,
        List<String> usages,
        List<String> groups) {
    static final String NAMESPACE = "kube-system";
    static final String TYPE = "bootstrap.kubernetes.io/token";
    /** As k3s has it, with its own name in it. */
    static final String NODES_GROUP = "system:bootstrappers:minik:default-node-token";

    static final List<String> USAGES = List.of("signing", "authentication");

    private static final Pattern TOKEN = Pattern.compile("([a-z0-9]{6})\\.([a-z0-9]{16})");
    private static final Pattern ID = Pattern.compile("[a-z0-9]{6}");
    private static final Pattern GROUP = Pattern.compile("system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]");
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
    private static final int ID_LENGTH = 6;
    private static final int SECRET_LENGTH = 16;
    private static final String USAGE = "usage-bootstrap-";

    /** A new {@code id.secret}: 103 random bits. */
    static String generate(SecureRandom random) {
        return letters(random, ID_LENGTH) + "." + letters(random, SECRET_LENGTH);
    }

    private static String letters(SecureRandom random, int length) {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return text.toString();
    }

    /** @throws IllegalArgumentException if it is no {@code id.secret}, or usages or groups are ones that don't exist */
    static BootstrapTicket of(
            String token, String description, Optional<Instant> expires, List<String> usages, List<String> groups) {
        Matcher parts = TOKEN.matcher(token);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "the token must be of the form \"" + TOKEN + "\": minik token generate prints one");
        }
        for (String usage : usages) {
            if (!USAGES.contains(usage)) {
                throw new IllegalArgumentException("invalid bootstrap token usage string: " + usage
                        + ", valid usage options: " + String.join(", ", USAGES));
            }
        }
        for (String group : groups) {
            if (!GROUP.matcher(group).matches()) {
                throw new IllegalArgumentException(
                        "bootstrap group \"" + group + "\" is invalid (must match " + GROUP + ")");
            }
        }
        return new BootstrapTicket(
                parts.group(1), parts.group(2), description, expires, List.copyOf(usages), List.copyOf(groups));
    }

    /** The id of a token, or of a token's id. */
    static Optional<String> id(String text) {
        Matcher parts = TOKEN.matcher(text);
        if (parts.matches()) {
            return Optional.of(parts.group(1));
        }
        return ID.matcher(text).matches() ? Optional.of(text) : Optional.empty();
    }

    static ObjectKey key(String id) {
        return ObjectKey.of(NAMESPACE, "bootstrap-token-" + id);
    }

    String token() {
        return id + "." + secret;
    }

    KubeObject object() {
        return KubeObject.named("v1", "Secret", key(id), tree -> {
            tree.put("type", TYPE);
            ObjectNode data = Json.child(tree, "data");
            put(data, "token-id", id);
            put(data, "token-secret", secret);
            put(data, "description", description);
            expires.ifPresent(end ->
                    put(data, "expiration", end.truncatedTo(ChronoUnit.SECONDS).toString()));
            usages.forEach(usage -> put(data, USAGE + usage, "true"));
            put(data, "auth-extra-groups", String.join(",", groups));
        });
    }

    private static void put(ObjectNode data, String field, String value) {
        if (!value.isEmpty()) {
            data.put(field, Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** @return empty for a Secret that holds no token that could be used */
    static Optional<BootstrapTicket> of(KubeObject object) {
        String id = data(object, "token-id");
        String end = data(object, "expiration");
        List<String> usages = new ArrayList<>();
        for (String usage : USAGES) {
            if (data(object, USAGE + usage).equals("true")) {
                usages.add(usage);
            }
        }
        try {
            String groups = data(object, "auth-extra-groups");
            Optional<Instant> expires = end.isEmpty()
                    ? Optional.empty()
                    : Optional.of(OffsetDateTime.parse(end).toInstant());
            return Optional.of(of(
                    id + "." + data(object, "token-secret"),
                    data(object, "description"),
                    expires,
                    usages,
                    groups.isEmpty() ? List.of() : List.of(groups.split(",", -1))));
        } catch (IllegalArgumentException | DateTimeException e) {
            return Optional.empty();
        }
    }

    private static String data(KubeObject secret, String field) {
        try {
            return new String(Base64.getDecoder().decode(secret.text("data", field)), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    /** As kubeadm writes it. */
    ObjectNode tree() {
        ObjectNode tree = Json.object().put("token", token());
        if (!description.isEmpty()) {
            tree.put("description", description);
        }
        expires.ifPresent(end -> tree.put("expires", end.toString()));
        usages.forEach(tree.putArray("usages")::add);
        groups.forEach(tree.putArray("groups")::add);
        return tree;
    }

    /** Never the secret. */
    @Override
    public String toString() {
        return "BootstrapTicket[" + id + "]";
    }
}
