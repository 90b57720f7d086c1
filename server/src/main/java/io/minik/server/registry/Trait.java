package io.minik.server.registry;

/** In what kinds differ on the generic path without code of their own: upstream's small strategy methods. */
public enum Trait {
    /** metadata.generation starts at 1 and counts changes of the desired state. */
    COUNTS_GENERATIONS,
    /** A PUT of what is absent creates it. */
    CREATED_BY_PUT,
    /** A PUT must say which version it replaces. */
    PUT_NEEDS_VERSION,
    /** A finished delete answers with the object instead of a Status. */
    RETURNED_WHEN_DELETED,
    /** Dependents survive unless the caller says otherwise: what the kind did before propagationPolicy existed. */
    ORPHANS_BY_DEFAULT,
    /** The creator's status is kept. */
    KEEPS_STATUS_ON_CREATE,
    /** Kept for a while only, as kube-apiserver's --event-ttl says. */
    EXPIRES
}
