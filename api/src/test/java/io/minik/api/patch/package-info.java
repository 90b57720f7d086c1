/** Tests of patches. */
@NullMarked
package io.minik.api.patch;

import org.jspecify.annotations.NullMarked;
