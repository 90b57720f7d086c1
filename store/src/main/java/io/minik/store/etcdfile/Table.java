package io.minik.store.etcdfile;

import java.util.SortedMap;

/**
 * A bucket that is small enough to be held whole.
 *
 * @param rows ordered as unsigned bytes
 */
public record Table(String bucket, SortedMap<byte[], byte[]> rows) {}
