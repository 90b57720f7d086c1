package io.minik.store;

import java.util.List;

/** @param revision of this txn if it wrote, else the store's current one */
public record TxnResult(boolean succeeded, List<OpResponse> responses, long revision) {}
