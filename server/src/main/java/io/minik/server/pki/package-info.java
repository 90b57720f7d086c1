/**
 * Certificate authorities, serving and client certificates, service account keys, kubeconfig files.
 */
@NullMarked
package io.minik.server.pki;

import org.jspecify.annotations.NullMarked;
