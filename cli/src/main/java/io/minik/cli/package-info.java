/**
 * The commands. Each command parses its options, wires its rooms in one readable file and start order, and waits.
 *
 * <p>Flags, config-file keys and {@code MINIK_*} variables are the same names: see {@link io.minik.cli.ConfigDefaults}.
 */
@NullMarked
package io.minik.cli;

import org.jspecify.annotations.NullMarked;
