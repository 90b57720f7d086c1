/** Tests of what all kinds share. */
@NullMarked
package io.minik.api.object;

import org.jspecify.annotations.NullMarked;
