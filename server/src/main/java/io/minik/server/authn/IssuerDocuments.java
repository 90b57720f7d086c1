package io.minik.server.authn;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Future;

/** Where an issuer's documents come from: its configuration and its keys. */
public interface IssuerDocuments {
    /** @param certificateAuthority PEM of who signs the issuer's serving certificate; empty: whom Java trusts */
    Future<ObjectNode> get(String url, String certificateAuthority);
}
