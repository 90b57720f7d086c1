/**
 * Root file systems of containers: unpacked layers, shared, under overlayfs.
 */
@NullMarked
package io.minik.runtime.snapshot;

import org.jspecify.annotations.NullMarked;
