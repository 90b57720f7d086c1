/**
 * Charts as Helm has them: {@link io.minik.charts.chart.ChartArchive} unpacks one, {@link io.minik.charts.chart.Chart} is what is in it,
 * {@link io.minik.charts.chart.Rendering} makes manifests of it and values, on any thread and bounded throughout.
 *
 * <pre>
 *   tgz -- ChartArchive --&gt; files -- ChartFiles --&gt; Chart -- Dependencies, Coalesce, ValuesSchema --&gt; values
 *                                                     '---- Rendering: templates, hooks, notes --&gt; Rendered
 * </pre>
 *
 * Nothing of a chart is a path on this machine: files are names in memory. What a template may look up in the cluster goes through
 * {@link io.minik.charts.chart.Rendering.Lookup}. Follows https://helm.sh/docs/topics/charts/ and charts_hooks.
 */
@NullMarked
package io.minik.charts.chart;

import org.jspecify.annotations.NullMarked;
