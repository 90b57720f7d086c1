/**
 * The one life that every room of minik has.
 */
@NullMarked
package io.minik.api.room;

import org.jspecify.annotations.NullMarked;
