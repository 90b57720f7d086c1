/**
 * HelmChart and HelmChartConfig objects (helm.cattle.io/v1), as k3s has them, without jobs: charts are fetched, rendered and applied by
 * the server. {@link io.minik.server.helm.ChartController} is the room, on the controllers' loop; fetching, unpacking and rendering are
 * on one worker of its own, made with the first chart.
 *
 * <pre>
 *   HelmChart --&gt; ChartFetch: tgz --&gt; charts.chart: manifests, hooks --&gt; ReleaseSteps: CRDs, hooks, apply, prune --&gt; ReleaseStore: Secret
 * </pre>
 *
 * Releases are Secrets {@code sh.helm.release.v1.NAME.vN} that Helm's own command reads. Follows
 * https://docs.k3s.io/helm and https://helm.sh/docs/topics/charts_hooks/.
 */
@NullMarked
package io.minik.server.helm;

import org.jspecify.annotations.NullMarked;
