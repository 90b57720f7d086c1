/**
 * Images: pulled from registries or imported from archives, kept by digest. Follows OCI image-spec 1.1,
 * distribution-spec 1.1 and Docker v2s2.
 *
 * <p>{@link io.minik.runtime.image.Images} is the contract, {@link io.minik.runtime.image.ImageStore} what the wiring
 * makes. A pull goes {@code Reference} → {@code RegistryClient} (resolve) → {@code Manifest} → {@code ConfigBlob} → {@code
 * Layers} (download, verify and unpack in one stream, three at a time) → {@code ImageRecords}. An archive goes {@code
 * Archive} → {@code Layers} → {@code ImageRecords}.
 *
 * <p>All blocking work is on this room's own workers ({@code minik-image-N}, {@code minik-layer-N}); HTTP runs on Vert.x'
 * event loops, with a bounded window of buffers between the two. Manifests and configs are kept as blobs; layers are not:
 * they are written to flash once, as the unpacked tree that containers stand on.
 */
@NullMarked
package io.minik.runtime.image;

import org.jspecify.annotations.NullMarked;
