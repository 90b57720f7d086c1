/**
 * The one life that every room of minik has: {@link io.minik.ground.room.Room}. The commands start rooms in the order of a list
 * and stop them in reverse; /readyz asks each for its health.
 */
@NullMarked
package io.minik.ground.room;

import org.jspecify.annotations.NullMarked;
