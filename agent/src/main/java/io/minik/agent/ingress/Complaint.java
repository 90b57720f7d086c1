package io.minik.agent.ingress;

import io.minik.api.object.ObjectKey;

/** What is wrong with an Ingress, for an event. */
record Complaint(ObjectKey ingress, String reason, String message) {}
