package io.minik.store.etcdapi;

import io.minik.store.Store;

/** What is shown, and as whom. */
record Face(Store store, Member member) {}
