/**
 * Pod sandboxes: pinned net, ipc and uts namespaces without a pause process.
 */
@NullMarked
package io.minik.runtime.sandbox;

import org.jspecify.annotations.NullMarked;
