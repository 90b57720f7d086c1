/**
 * Job, CronJob and the end of finished ones. What a Job does next is a pure plan ({@code JobPlan}) of what its pods say.
 */
@NullMarked
package io.minik.server.controllers.jobs;

import org.jspecify.annotations.NullMarked;
