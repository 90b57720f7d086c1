/**
 * JSON trees, read and written as Go's encoder writes them, because clients compare bytes. Pure; any thread.
 */
@NullMarked
package io.minik.ground.json;

import org.jspecify.annotations.NullMarked;
