/**
 * Go's text/template as a language: {@link io.minik.charts.template.Template} parses and runs it, on any thread, without a look at
 * files, clock or network. Whoever gives it functions says what a template can reach. What a template may cost is bounded by a
 * {@link io.minik.charts.template.Budget}: steps, depth, and letters made.
 *
 * <p>Values are Go's, as Java has them: null, Boolean, String (bytes that are no UTF-8 as {@link io.minik.charts.template.GoStrings}
 * says), Long (int), {@link io.minik.charts.template.Sized} (other integers), Double (float64), List, Map with String keys, and
 * {@link io.minik.charts.template.Struct} for whatever has fields and methods.
 *
 * <p>Follows https://pkg.go.dev/text/template and https://pkg.go.dev/fmt, in its words of errors too.
 */
@NullMarked
package io.minik.charts.template;

import org.jspecify.annotations.NullMarked;
