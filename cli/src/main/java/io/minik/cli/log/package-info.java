/**
 * The SLF4J back end: one line per event, {@code time level logger message key=value …}, or the same as JSON.
 *
 * <p>Ours because slf4j-jdk14 drops key/value pairs, and a full logging library costs classes that a small device holds in
 * memory for nothing (docs/adr/0004).
 */
@NullMarked
package io.minik.cli.log;

import org.jspecify.annotations.NullMarked;
