/**
 * Label and field selectors: parsed once, matched against heads. Immutable; any thread may ask. Follows
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/ and field-selectors/ beside it.
 */
@NullMarked
package io.minik.api.selector;

import org.jspecify.annotations.NullMarked;
