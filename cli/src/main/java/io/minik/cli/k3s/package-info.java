/**
 * What k3s' flags, configuration keys and variables mean here: a table of all of them, and its reading. No loop, no state: called by the
 * commands before they start, and only where a word is none of minik's own.
 *
 * <p>In go k3s' words, out go minik's own, a note that a word has nothing to do here, or why it is refused and what to use instead.
 * docs/k3s-flags.md is made of the same table. It follows k3s' documentation (docs.k3s.io/cli) and its source (pkg/cli/cmds).
 */
@NullMarked
package io.minik.cli.k3s;

import org.jspecify.annotations.NullMarked;
