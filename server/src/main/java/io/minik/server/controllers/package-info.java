/**
 * The controllers, one file each, on ApiClient alone: {@link io.minik.server.controllers.Controllers#all} builds them as
 * rooms, in start order, on one loop and one set of informers. Each is a reconcile loop: informers wake keys, a key is
 * made true from the present state, never from the event. Numbers are decided by pure classes (Rollout, JobProgress, JobPlan,
 * DaemonPods, ReplicaRanking, GarbageGraph …), the controllers call the API. Idle, nothing wakes but the node monitor.
 *
 * <p>Follows kube-controller-manager: conditions, events, labels and annotations carry its words.
 */
@NullMarked
package io.minik.server.controllers;

import org.jspecify.annotations.NullMarked;
