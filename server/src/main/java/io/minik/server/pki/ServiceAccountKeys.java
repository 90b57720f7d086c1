package io.minik.server.pki;

import java.security.PrivateKey;
import java.security.PublicKey;
import java.util.List;

/**
 * Keys of service account tokens.
 *
 * @param signing signs new tokens
 * @param verifying the signing key's other half first, then those of earlier keys whose tokens still hold
 */
public record ServiceAccountKeys(PrivateKey signing, List<PublicKey> verifying) {}
