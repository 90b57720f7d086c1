/**
 * Group versions that other API servers serve behind this one: who says so (APIServices), whether they answer, and how requests get
 * there.
 *
 * <pre>
 *   APIService with a service -> {@link io.minik.server.aggregation.ApiServiceController}: checks every 30 s -> Available, resources
 *                                   | known in
 *                                {@link io.minik.server.aggregation.Aggregation} <- server.http: which requests are another server's,
 *                                   | {@link io.minik.server.aggregation.ExtensionClient}                  discovery
 *                                Service, ready endpoint, TLS with the front proxy's certificate, X-Remote-User
 *   APIService without one: what this server serves itself; they are made and kept by the same controller.
 * </pre>
 *
 * <p>What is known is read by any thread; the controller runs on the controllers' loop. No connection, timer or check is there before
 * the first APIService that names a service. Follows Kubernetes' "Configure the Aggregation Layer" and "Extension API server
 * architecture".
 */
@NullMarked
package io.minik.server.aggregation;

import org.jspecify.annotations.NullMarked;
