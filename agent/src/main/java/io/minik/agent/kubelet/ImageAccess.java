package io.minik.agent.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.agent.volume.FileWork;
import io.minik.ground.json.Json;
import io.minik.runtime.cri.Cri;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who may use an image that is here already: an image that was pulled with a Secret is for pods that have it, or another one with the same
 * credentials. Of each image that this kubelet has pulled it keeps upstream's ImagePulledRecord, a file each, which holds no
 * credentials. Owned by the agent's loop.
 */
final class ImageAccess {
    /** A Secret with credentials for an image. @param auth them */
    record Credentials(String namespace, String name, String uid, Cri.AuthConfig auth) {
        /** Equal for equal credentials, whatever the Secret is called. */
        String hash() {
            String all =
                    String.join("\0", auth.username(), auth.password(), auth.identityToken(), auth.registryToken());
            return sha256(all);
        }
    }

    private final KubeletSettings.Verification settings;
    private final FileWork files;
    private final Path folder;
    /** By the image's id. Read at the first use. */
    private final Map<String, JsonNode> records = new HashMap<>();

    private Optional<Future<Void>> reading = Optional.empty();

    /** @param rootDir the kubelet's */
    ImageAccess(Path rootDir, KubeletSettings.Verification settings, FileWork files) {
        this.settings = settings;
        this.files = files;
        this.folder = rootDir.resolve("image_manager").resolve("pulled");
    }

    /** Whether a pod must show a registry that it may have an image which is here. */
    Future<Boolean> mustPull(String name, Cri.Image image, List<Credentials> ofPod) {
        if (settings.policy() == KubeletSettings.VerificationPolicy.NeverVerify) {
            return Future.succeededFuture(false);
        }
        return read().map(done -> {
            String repository = PullSecrets.repository(name);
            JsonNode known = records.get(image.id());
            JsonNode mapping = known == null
                    ? Json.object()
                    : known.path("credentialMapping").path(repository);
            if (known == null) {
                return preloadedIsRefused(repository);
            }
            return !mapping.path("nodePodsAccessible").asBoolean()
                    && ofPod.stream().noneMatch(own -> among(mapping.path("kubernetesSecrets"), own));
        });
    }

    private boolean preloadedIsRefused(String repository) {
        return switch (settings.policy()) {
            case NeverVerify, NeverVerifyPreloadedImages -> false;
            case NeverVerifyAllowlistedImages ->
                settings.allowlist().stream().noneMatch(pattern -> allows(pattern, repository));
            case AlwaysVerify -> true;
        };
    }

    /** {@code registry/image}, or {@code registry/path/*}. */
    private static boolean allows(String pattern, String repository) {
        return pattern.endsWith("/*")
                ? repository.startsWith(pattern.substring(0, pattern.length() - 1))
                : PullSecrets.repository(pattern).equals(repository);
    }

    private static boolean among(JsonNode secrets, Credentials own) {
        for (JsonNode secret : secrets) {
            boolean same = Json.text(secret, "uid").equals(own.uid())
                    && Json.text(secret, "namespace").equals(own.namespace())
                    && Json.text(secret, "name").equals(own.name());
            if (same || Json.text(secret, "credentialHash").equals(own.hash())) {
                return true;
            }
        }
        return false;
    }

    /** An image was pulled. @param with empty: without credentials, so that every pod of the node may have it */
    Future<Void> pulled(String name, Cri.Image image, Optional<Credentials> with, Instant now) {
        return read().compose(done -> {
            ObjectNode tree = records.containsKey(image.id())
                    ? records.get(image.id()).deepCopy()
                    : Json.object().put("kind", "ImagePulledRecord").put("apiVersion", "kubelet.config.k8s.io/v1beta1");
            tree.put("lastUpdatedTime", now.toString()).put("imageRef", image.id());
            ObjectNode mapping = Json.child(Json.child(tree, "credentialMapping"), PullSecrets.repository(name));
            if (with.isEmpty()) {
                mapping.removeAll().put("nodePodsAccessible", true);
            } else if (!mapping.path("nodePodsAccessible").asBoolean()
                    && !among(mapping.path("kubernetesSecrets"), with.get())) {
                Credentials own = with.get();
                mapping.withArray("kubernetesSecrets")
                        .addObject()
                        .put("uid", own.uid())
                        .put("namespace", own.namespace())
                        .put("name", own.name())
                        .put("credentialHash", own.hash());
            }
            records.put(image.id(), tree);
            return files.call(() -> write(image.id(), Json.bytes(tree)));
        });
    }

    /** It is here no more: what is pulled under its id again begins anew. */
    Future<Void> removed(String imageId) {
        return read().compose(done -> records.remove(imageId) == null
                ? Future.succeededFuture()
                : files.call(() -> {
                    Files.deleteIfExists(file(imageId));
                    return null;
                }));
    }

    // ---- the files

    private Future<Void> read() {
        Future<Void> under = reading.orElseGet(() -> files.call(this::load).map(found -> {
            found.forEach(records::putIfAbsent);
            return null;
        }));
        reading = Optional.of(under).filter(each -> !each.failed());
        return under;
    }

    private Map<String, JsonNode> load() throws IOException {
        Map<String, JsonNode> found = new HashMap<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "sha256-*")) {
            for (Path file : all) {
                JsonNode kept = Json.parse(Files.readAllBytes(file));
                found.put(Json.text(kept, "imageRef"), kept);
            }
        } catch (NoSuchFileException first) {
            found.clear();
        }
        return found;
    }

    private Void write(String imageId, byte[] text) throws IOException {
        Files.createDirectories(folder);
        Path file = file(imageId);
        Path fresh = Files.write(file.resolveSibling("." + file.getFileName()), text);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return null;
    }

    /** Ids may be anything that a runtime makes up. */
    private Path file(String imageId) {
        return folder.resolve("sha256-" + sha256(imageId));
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
