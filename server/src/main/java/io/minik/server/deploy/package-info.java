/**
 * Manifests that lie in a folder of the server are applied, as k3s' users know it: {@link io.minik.server.deploy.ManifestDeployer}.
 */
@NullMarked
package io.minik.server.deploy;

import org.jspecify.annotations.NullMarked;
