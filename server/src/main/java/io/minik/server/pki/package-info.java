/**
 * Certificate authorities, serving and client certificates, service account keys, kubeconfig files.
 *
 * <p>Owns {@code <data-dir>/server/tls}: what a restart finds is reused; leaves are made anew when they are near their end,
 * lack a name, or don't match their key. {@link Pki#open} and {@link Pki#renewIfDue} do blocking file I/O: call them on a
 * worker; all accessors may be called from anywhere. In: {@link PkiConfig}. Out: {@link Pki.Identity} (PEM texts and paths) for
 * TLS options, {@code CertificateAuthority} for join and the CSR signer, {@link ServiceAccountKeys} for tokens. File names follow
 * k3s' {@code server/tls}, which its users know.
 */
@NullMarked
package io.minik.server.pki;

import org.jspecify.annotations.NullMarked;
