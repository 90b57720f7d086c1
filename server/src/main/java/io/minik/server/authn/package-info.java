/**
 * Who is asking: client certificates, service account and bootstrap tokens; and those whom others know ({@link
 * io.minik.server.authn.Strangers}): a proxy in front, a file of tokens, OpenID Connect issuers.
 *
 * <p>Owns no state but a bounded cache of token signatures that were found good; whether the account, pod or secret behind a
 * token still lives is asked at every request through {@link ObjectLookup}. {@link io.minik.server.authn.RequestAuthenticator}
 * is what the pipeline calls; {@link io.minik.server.authn.ServiceAccountTokens} makes and checks tokens and says the OpenID
 * documents. Any loop may call; nothing blocks. Follows the JWT claims of bound service account tokens, and RFC 7515, 7517,
 * 7519.
 */
@NullMarked
package io.minik.server.authn;

import org.jspecify.annotations.NullMarked;
