/**
 * Kubernetes objects as they travel: bytes with a head, a tree for who asks. Follows API conventions, https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md.
 */
@NullMarked
package io.minik.api.object;

import org.jspecify.annotations.NullMarked;
