/** Tests of what servers share below HTTP. */
@NullMarked
package io.minik.api.wire;

import org.jspecify.annotations.NullMarked;
