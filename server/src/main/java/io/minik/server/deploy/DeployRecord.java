package io.minik.server.deploy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What is known of a file that was applied: a ConfigMap in kube-system, so that a server that starts finds it and kubectl shows it
 * ({@code kubectl -n kube-system get configmaps -l deploy.minik.io/manifest}).
 *
 * @param checksum of the file as it was applied whole; empty: it was not
 * @param objects that it brought
 */
record DeployRecord(String file, String checksum, Set<Ref> objects) {
    /** On each object that a file brought: which file it was. On the record itself as a label, for whoever looks for them. */
    static final String MARK = "deploy.minik.io/manifest";

    /** Of the list of objects; names are ASCII. A ConfigMap holds 1 MiB. */
    static final int MOST_LISTED = 1_000_000;

    private static final String NAMESPACE = "kube-system";
    private static final String PREFIX = "manifest-";
    private static final Pattern NOT_IN_A_NAME = Pattern.compile("[^a-z0-9]+");
    private static final Pattern NAME = Pattern.compile("[a-z0-9]+([.-][a-z0-9]+)*");
    private static final int LONGEST_NAME = 200;
    private static final int HASH_LETTERS = 16;

    /** One object, by what it is called. @param namespace empty: of the cluster */
    record Ref(String apiVersion, String kind, String namespace, String name) {
        /** As people say it, and as a line of the record: {@code apps/v1 Deployment default/web}. */
        @Override
        public String toString() {
            return apiVersion + " " + kind + " " + new ObjectKey(namespace, name);
        }

        private static Optional<Ref> parse(String line) {
            String[] words = line.split(" ");
            if (words.length != 3) {
                return Optional.empty();
            }
            int slash = words[2].indexOf('/');
            return Optional.of(new Ref(
                    words[0], words[1], slash < 0 ? "" : words[2].substring(0, slash), words[2].substring(slash + 1)));
        }

        ObjectKey key() {
            return new ObjectKey(namespace, name);
        }
    }

    static DeployRecord none(String file) {
        return new DeployRecord(file, "", Set.of());
    }

    static DeployRecord of(String file, KubeObject map) {
        Set<Ref> objects = new LinkedHashSet<>();
        map.text("data", "objects").lines().map(Ref::parse).forEach(ref -> ref.ifPresent(objects::add));
        return new DeployRecord(file, map.text("data", "checksum"), objects);
    }

    /** Of the ConfigMap: the file's name as far as a name may be so, and a part of its hash where it may not. */
    static ObjectKey key(String file) {
        if (file.length() <= LONGEST_NAME && NAME.matcher(file).matches()) {
            return ObjectKey.of(NAMESPACE, PREFIX + file);
        }
        String letters = NOT_IN_A_NAME.matcher(file.toLowerCase(Locale.ROOT)).replaceAll("");
        String hash = ManifestFolder.sha256(file.getBytes(StandardCharsets.UTF_8));
        return ObjectKey.of(
                NAMESPACE,
                PREFIX + letters.substring(0, Math.min(letters.length(), LONGEST_NAME)) + "-"
                        + hash.substring(0, HASH_LETTERS));
    }

    /** The same with all that either file's state brought, and not whole. */
    DeployRecord begun(Collection<Ref> more) {
        Set<Ref> all = new LinkedHashSet<>(objects);
        all.addAll(more);
        return new DeployRecord(file, "", all);
    }

    ObjectNode tree() {
        ObjectNode map = Json.object().put("apiVersion", "v1").put("kind", "ConfigMap");
        ObjectNode metadata =
                map.putObject("metadata").put("name", key(file).name()).put("namespace", NAMESPACE);
        metadata.putObject("labels").put(MARK, "");
        ObjectNode data = map.putObject("data").put("file", file).put("checksum", checksum);
        data.put("objects", listed());
        return map;
    }

    /** Its objects, one a line. */
    String listed() {
        StringBuilder lines = new StringBuilder();
        objects.forEach(ref -> lines.append(ref).append('\n'));
        return lines.toString();
    }
}
