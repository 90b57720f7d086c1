/**
 * Deployment, ReplicaSet and ReplicationController, DaemonSet, StatefulSet, their revisions and roll-outs, and the budgets that
 * evictions ask. Numbers are decided by pure classes (Rollout, DaemonPods, StatefulView, ReplicaRanking).
 */
@NullMarked
package io.minik.server.controllers.workloads;

import org.jspecify.annotations.NullMarked;
