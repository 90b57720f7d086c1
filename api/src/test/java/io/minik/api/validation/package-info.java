/** Tests of an object's way in. */
@NullMarked
package io.minik.api.validation;

import org.jspecify.annotations.NullMarked;
