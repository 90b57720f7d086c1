/**
 * May they: RBAC, with upstream's bootstrap roles.
 */
@NullMarked
package io.minik.server.authz;

import org.jspecify.annotations.NullMarked;
