/**
 * TLS and X.509 as minik needs them: EC P-256 keys, PEM, PKCS#10 requests, certificates, secret files, and the engine, ciphers
 * and handshakes of every server.
 *
 * <p>Why no library for X.509: docs/adr/0010-own-x509-writer.md. Only writing DER and reading PKCS#10 is ours; keys, signatures,
 * parsing and path validation of certificates are the JDK's. All functions are pure, except
 * {@link io.minik.ground.tls.SecretFile} (blocking file I/O: call it on a worker). Follows RFC 5280, RFC 2986, RFC 5480, RFC
 * 7093.
 */
@NullMarked
package io.minik.ground.tls;

import org.jspecify.annotations.NullMarked;
