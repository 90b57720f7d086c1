/** Hashes of passwords that others made or will read. Pure; slow on purpose, so for workers. */
@NullMarked
package io.minik.ground.password;

import org.jspecify.annotations.NullMarked;
