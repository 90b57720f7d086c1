/** How long a pod takes from create to Running, as a watcher sees it; run by bench/run.sh against a live minik. */
@NullMarked
package io.minik.bench.pods;

import org.jspecify.annotations.NullMarked;
