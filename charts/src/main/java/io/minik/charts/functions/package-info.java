/**
 * What Helm's templates can call beyond Go's own functions: sprig's, and Helm's that need nothing but their arguments
 * ({@code toYaml}, {@code fromJson}, {@code required}, …). {@link io.minik.charts.functions.SprigFunctions} is the face. What they make is
 * paid for before it is made; none reaches a file, the network or the environment. Follows https://masterminds.github.io/sprig/ and
 * Helm's list of functions; {@code env} and {@code expandenv} are absent, as in Helm.
 */
@NullMarked
package io.minik.charts.functions;

import org.jspecify.annotations.NullMarked;
