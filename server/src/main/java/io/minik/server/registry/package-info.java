/**
 * The one generic path of every kind: create, get, list, update, patch, delete, and their strategies.
 */
@NullMarked
package io.minik.server.registry;

import org.jspecify.annotations.NullMarked;
