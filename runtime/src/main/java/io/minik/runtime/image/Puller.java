package io.minik.runtime.image;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.runtime.RuntimeFault;
import io.minik.runtime.image.Images.Credentials;
import io.minik.runtime.image.Images.Image;
import io.minik.runtime.image.RegistriesFile.Endpoint;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/** One pull from name to record: resolve, manifest, config, layers side by side. Blocking; stateless. */
final class Puller {
    private final Http http;
    private final RegistriesFile registries;
    private final Content content;
    private final ImageRecords records;
    private final Layers layers;
    private final ExecutorService layerWorkers;
    private final CountDownLatch stopping;

    Puller(
            Http http,
            RegistriesFile registries,
            Content content,
            ImageRecords records,
            Layers layers,
            ExecutorService layerWorkers,
            CountDownLatch stopping) {
        this.http = http;
        this.registries = registries;
        this.content = content;
        this.records = records;
        this.layers = layers;
        this.layerWorkers = layerWorkers;
        this.stopping = stopping;
    }

    /** The registry has answered, and has no such image. */
    private static final class NotThere extends IOException {
        NotThere(String message, IOException cause) {
            super(message, cause);
        }
    }

    /** What a tag stood for, and where that was said. */
    private record Resolved(RegistryClient registry, Digest digest) {}

    Image pull(String text, Optional<Credentials> credentials) {
        Reference reference = Reference.parse(text);
        try {
            Resolved resolved = resolve(reference, credentials);
            Optional<ImageRecords.Entry> present = records.find(reference.at(resolved.digest()));
            if (present.isPresent()) {
                return records.put(named(present.get(), reference)).image();
            }
            List<Digest> blobs = new ArrayList<>();
            try {
                return fetch(reference, resolved, blobs);
            } finally {
                content.release(blobs);
            }
        } catch (IOException | RuntimeFault e) {
            throw new RuntimeFault(
                    e instanceof NotThere ? RuntimeFault.Kind.NOT_FOUND : RuntimeFault.Kind.IMAGE_PULL,
                    "pull",
                    "failed to pull and unpack image \"" + reference + "\": " + e.getMessage(),
                    e);
        }
    }

    private static ImageRecords.Entry named(ImageRecords.Entry entry, Reference reference) {
        Image old = entry.image();
        List<String> tags = reference.tagged().isEmpty() ? List.of() : List.of(reference.tagged());
        return new ImageRecords.Entry(
                new Image(old.id(), tags, old.repoDigests(), old.sizeBytes(), old.config(), old.layers()),
                entry.blobs(),
                entry.pinned());
    }

    /** Asks the mirrors in their order, then the registry; the registry's own word is what the user sees. */
    private Resolved resolve(Reference reference, Optional<Credentials> credentials) throws IOException {
        IOException last = new IOException("no endpoint");
        for (Endpoint endpoint : registries.current().endpoints(reference)) {
            // A pull secret is for the registry that the reference names: a mirror must not see it.
            Optional<Credentials> own = endpoint.mirrored() ? Optional.empty() : credentials;
            RegistryClient registry = new RegistryClient(http, endpoint, reference.domain(), own, stopping);
            try {
                Optional<Digest> digest = registry.resolve(reference.target());
                if (digest.isEmpty()) {
                    byte[] manifest = registry.manifest(reference.target());
                    digest = Optional.of(Digest.sha256(manifest));
                }
                Digest expected = reference.digest().orElse(digest.get());
                if (!expected.equals(digest.get())) {
                    throw new IOException("registry answered " + digest.get() + " for " + expected);
                }
                return new Resolved(registry, expected);
            } catch (FileNotFoundException e) {
                last = new NotThere(reference + ": not found", e);
            } catch (IOException e) {
                last = e;
            }
        }
        String why = "failed to resolve reference \"" + reference + "\": " + last.getMessage();
        throw last instanceof NotThere ? new NotThere(why, last) : new IOException(why, last);
    }

    private Image fetch(Reference reference, Resolved resolved, List<Digest> blobs) throws IOException {
        RegistryClient registry = resolved.registry();
        byte[] top = blob(registry, resolved.digest(), true, blobs);
        JsonNode tree = Manifest.parse(top);
        if (Manifest.isIndex(tree)) {
            Manifest.Descriptor chosen = Manifest.select(Manifest.manifests(tree), Manifest.architecture())
                    .orElseThrow(() -> new IOException(
                            "no match for platform in manifest: not found (linux/" + Manifest.architecture() + ")"));
            tree = Manifest.parse(blob(registry, chosen.digest(), true, blobs));
        }
        Manifest manifest = Manifest.of(tree);
        Digest configDigest = manifest.config().digest();
        ConfigBlob config = ConfigBlob.of(blob(registry, configDigest, false, blobs));
        if (config.diffIds().size() != manifest.layers().size()) {
            throw new IOException("image config lists " + config.diffIds().size() + " layers, its manifest "
                    + manifest.layers().size());
        }
        List<String> chainIds = config.chainIds();
        layers.hold(chainIds);
        try {
            bringAll(registry, manifest, config, chainIds);
            layers.settle(chainIds);
            layers.flush();
            long size = manifest.config().size()
                    + manifest.layers().stream()
                            .mapToLong(Manifest.Descriptor::size)
                            .sum();
            Image image = new Image(
                    configDigest.toString(),
                    reference.tagged().isEmpty() ? List.of() : List.of(reference.tagged()),
                    List.of(reference.at(resolved.digest())),
                    size,
                    config.config(),
                    chainIds);
            return records.put(new ImageRecords.Entry(image, List.copyOf(blobs), false))
                    .image();
        } finally {
            layers.release(chainIds);
        }
    }

    private byte[] blob(RegistryClient registry, Digest digest, boolean manifest, List<Digest> blobs)
            throws IOException {
        content.hold(digest);
        blobs.add(digest);
        Optional<byte[]> present = content.find(digest);
        if (present.isPresent()) {
            return present.get();
        }
        byte[] bytes;
        try {
            bytes = manifest ? registry.manifest(digest.toString()) : registry.smallBlob(digest);
        } catch (FileNotFoundException e) {
            throw new IOException("failed to copy: blob " + digest + ": not found", e);
        }
        content.put(digest, bytes);
        return bytes;
    }

    /** All layers side by side on the shared layer workers, which bound the transfers of all pulls together. */
    private void bringAll(RegistryClient registry, Manifest manifest, ConfigBlob config, List<String> chainIds)
            throws IOException {
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < chainIds.size(); i++) {
            String chainId = chainIds.get(i);
            Digest diffId = config.diffIds().get(i);
            Manifest.Descriptor stored = manifest.layers().get(i);
            running.add(layerWorkers.submit(() -> {
                layers.bring(
                        chainId,
                        diffId,
                        () -> new VerifiedStream(registry.blob(stored.digest()), stored.digest(), stored.size()));
                return chainId;
            }));
        }
        try {
            for (Future<?> layer : running) {
                layer.get();
            }
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException("failed to copy: " + cause.getMessage(), cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            running.forEach(layer -> layer.cancel(true));
        }
    }
}
