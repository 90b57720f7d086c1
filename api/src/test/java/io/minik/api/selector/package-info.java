/** Tests of selectors. */
@NullMarked
package io.minik.api.selector;

import org.jspecify.annotations.NullMarked;
