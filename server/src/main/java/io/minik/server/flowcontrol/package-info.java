/**
 * API Priority and Fairness: which requests may be worked on at once, and who waits for whom. A FlowSchema says which flow a request
 * belongs to, its PriorityLevelConfiguration how many seats the flows share and how they queue for them.
 *
 * <pre>
 *   request -> FlowPlan (whose?) -> Seats (a free seat? else a queue of the level) -> work -> seat given back -> next of the queues
 * </pre>
 *
 * <p>Any loop asks; a request that waits goes on where it came from. Nothing runs while nobody asks. Follows Kubernetes' "API Priority
 * and Fairness"; where upstream moves lent seats between levels every ten seconds, here each seat is lent when it is asked for.
 */
@NullMarked
package io.minik.server.flowcontrol;

import org.jspecify.annotations.NullMarked;
