/**
 * Who is asking: client certificates, service account and bootstrap tokens.
 */
@NullMarked
package io.minik.server.authn;

import org.jspecify.annotations.NullMarked;
