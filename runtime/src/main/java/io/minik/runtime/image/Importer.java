package io.minik.runtime.image;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.image.Images.Image;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Brings the images of an archive into the store. Blocking; stateless. */
final class Importer {
    private final Content content;
    private final ImageRecords records;
    private final Layers layers;

    Importer(Content content, ImageRecords records, Layers layers) {
        this.content = content;
        this.records = records;
        this.layers = layers;
    }

    List<Image> load(Path file, boolean pinned) {
        try {
            Archive archive = new Archive(file);
            List<Archive.Found> found = archive.images();
            List<String> held = found.stream()
                    .flatMap(image -> image.config().chainIds().stream())
                    .toList();
            layers.hold(held);
            try {
                bringLayers(archive, found);
                List<Image> images = new ArrayList<>();
                for (Archive.Found image : found) {
                    images.add(record(archive, image, pinned));
                }
                return images;
            } finally {
                layers.release(held);
            }
        } catch (IOException | RuntimeException e) {
            // An archive is a stranger's: whatever it makes the readers throw is its fault.
            throw fault(file, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw fault(file, e);
        }
    }

    private static RuntimeFault fault(Path file, Exception why) {
        return new RuntimeFault(
                RuntimeFault.Kind.IMAGE_PULL,
                "import",
                "failed to import images from " + file + ": " + why.getMessage(),
                why);
    }

    private void bringLayers(Archive archive, List<Archive.Found> found) throws IOException, InterruptedException {
        Map<String, List<Archive.LayerVisitor>> wanted = new LinkedHashMap<>();
        for (Archive.Found image : found) {
            List<String> chainIds = image.config().chainIds();
            if (chainIds.size() != image.layerMembers().size()) {
                throw new IOException("image config lists " + chainIds.size() + " layers, its manifest "
                        + image.layerMembers().size());
            }
            for (int i = 0; i < chainIds.size(); i++) {
                String chainId = chainIds.get(i);
                Digest diffId = image.config().diffIds().get(i);
                if (!layers.has(chainId)) {
                    wanted.computeIfAbsent(image.layerMembers().get(i), member -> new ArrayList<>())
                            .add(stored -> layers.bring(chainId, diffId, () -> stored));
                }
            }
        }
        if (!wanted.isEmpty()) {
            archive.layers(wanted);
        }
        found.forEach(image -> layers.settle(image.config().chainIds()));
        if (!wanted.isEmpty()) {
            layers.flush();
        }
    }

    private Image record(Archive archive, Archive.Found found, boolean pinned) throws IOException {
        List<Digest> blobs = new ArrayList<>();
        try {
            return record(archive, found, pinned, blobs);
        } finally {
            content.release(blobs);
        }
    }

    private Image record(Archive archive, Archive.Found found, boolean pinned, List<Digest> blobs) throws IOException {
        keep(found.configDigest(), found.configBytes(), blobs);
        List<String> tags = new ArrayList<>();
        List<String> digests = new ArrayList<>();
        for (String name : found.tags()) {
            Reference reference = Reference.parse(name);
            if (!reference.tagged().isEmpty()) {
                tags.add(reference.tagged());
            }
            found.manifest().ifPresent(digest -> digests.add(reference.at(digest)));
        }
        Optional<Digest> manifest = found.manifest();
        if (manifest.isPresent()) {
            keep(manifest.get(), archive.blob(manifest.get()), blobs);
        }
        long size = found.configBytes().length
                + found.layerMembers().stream().mapToLong(archive::size).sum();
        Image image = new Image(
                found.configDigest().toString(),
                List.copyOf(tags),
                digests.stream().distinct().toList(),
                size,
                found.config().config(),
                found.config().chainIds());
        return records.put(new ImageRecords.Entry(image, blobs, pinned)).image();
    }

    private void keep(Digest digest, byte[] bytes, List<Digest> blobs) throws IOException {
        content.hold(digest);
        blobs.add(digest);
        content.put(digest, bytes);
    }
}
