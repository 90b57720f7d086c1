/**
 * The Common Expression Language as Kubernetes speaks it: rules of custom resources today, admission policies and match
 * conditions by the same door.
 *
 * <pre>
 *   text -- Lexer, Parser, Macros --&gt; Expr -- Checker: types, overloads --&gt; Program -- Evaluator --&gt; value or error, and cost
 *                                                                        '- Costs: the worst case, before anything is run
 * </pre>
 *
 * {@link io.minik.api.cel.CelEnvironment} is the face: what variables there are, as {@link io.minik.api.cel.Decl}s, and
 * {@code compile}. A {@link io.minik.api.cel.Program} is immutable, of any thread, and bounded: it runs as far as its budget
 * goes. Words and costs are cel-go's and apiserver's pkg/cel, since users see the one and clusters differ by the other. No
 * class of this room is loaded before the first expression is met.
 */
@NullMarked
package io.minik.api.cel;

import org.jspecify.annotations.NullMarked;
