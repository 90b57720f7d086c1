/** Tests of what all kinds share. */
@NullMarked
package io.minik.api.meta;

import org.jspecify.annotations.NullMarked;
