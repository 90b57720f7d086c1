/**
 * What passes between a node that joins and the server: the token, the request, the answer. Records and their JSON, no behaviour.
 *
 * <pre>
 *   agent                                      server
 *     | GET /cacerts  (not verified)              |   PEM of the server CA; its SHA-256 must be the token's
 *     | POST /v1-minik/join  (verified, token)    |   JoinRequest: name, password, two PKCS#10 requests
 *     |                                           |   JoinAnswer: two certificates, two CAs, ClusterConfig
 * </pre>
 *
 * Private keys never leave the node.
 */
@NullMarked
package io.minik.api.join;

import org.jspecify.annotations.NullMarked;
