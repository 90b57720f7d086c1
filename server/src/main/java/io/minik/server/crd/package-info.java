/**
 * CustomResourceDefinitions: kinds of users' own, served as long as their definition stands.
 *
 * <pre>
 *   definition --&gt; Naming: are its names free? --&gt; ServedKinds.change(..) --&gt; status says Established
 *   deleted    --&gt; its objects are deleted --&gt; the finalizer goes --&gt; ServedKinds.change(..)
 *   start      --&gt; all that were established are served before anybody can ask
 * </pre>
 *
 * <p>A definition may name a webhook that makes its versions of each other ({@link io.minik.server.crd.ConversionWebhook}): the registry
 * asks it wherever an object is of another version than the one that is wanted.
 *
 * <p>Runs on the controllers' loop. Follows Kubernetes' page "CustomResourceDefinition".
 */
@NullMarked
package io.minik.server.crd;

import org.jspecify.annotations.NullMarked;
