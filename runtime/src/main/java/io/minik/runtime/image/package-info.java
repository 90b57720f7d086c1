/**
 * Images: pulled from registries or imported from archives, kept by digest. Follows OCI image-spec 1.1, distribution-spec 1.1, Docker v2s2.
 */
@NullMarked
package io.minik.runtime.image;

import org.jspecify.annotations.NullMarked;
