/**
 * Label and field selectors: parsed once, matched against heads.
 */
@NullMarked
package io.minik.api.selector;

import org.jspecify.annotations.NullMarked;
