/**
 * Kubernetes objects as they travel: {@link io.minik.api.object.KubeObject} is bytes with a head, and a tree for who asks.
 *
 * <p>Objects are immutable and shared between rooms and threads; {@code edit} gives a changed copy. {@link
 * io.minik.ground.json.Json} is how all of minik reads and makes trees: bounded, and absent is missing, never null. Follows
 * https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md.
 */
@NullMarked
package io.minik.api.object;

import org.jspecify.annotations.NullMarked;
