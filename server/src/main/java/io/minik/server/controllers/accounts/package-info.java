/**
 * Service accounts of new namespaces, their tokens that are Secrets, bootstrap tokens that end, and the root CA that pods read.
 */
@NullMarked
package io.minik.server.controllers.accounts;

import org.jspecify.annotations.NullMarked;
