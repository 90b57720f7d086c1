/** Tests of the type graph. */
@NullMarked
package io.minik.api.schema;

import org.jspecify.annotations.NullMarked;
