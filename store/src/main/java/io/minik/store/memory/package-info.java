/**
 * The fake: a store that keeps everything on the heap and nothing for later. It shares the revision logic of {@code mvcc}
 * and passes the same contract suite as the durable store; tests use it, those of the server too.
 */
@NullMarked
package io.minik.store.memory;

import org.jspecify.annotations.NullMarked;
