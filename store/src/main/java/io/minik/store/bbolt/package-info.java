/**
 * bbolt's file format (version 2), as far as a whole database is written once and read: what etcd keeps its data in, and what
 * its snapshots are.
 *
 * <p>{@link io.minik.store.bbolt.BoltWriter} writes a file from front to back, with one page of each level in memory; {@link
 * io.minik.store.bbolt.BoltReader} reads one that anybody may have made: nothing in it is believed. Both block, and belong
 * to whoever made them. Follows the page layout that bbolt's own sources describe (page.go, bucket.go, db.go).
 *
 * <pre>
 * page 0, 1   meta: magic, version, page size, root bucket, free list, pages, transaction, checksum (FNV-1a)
 * page 2      the free list, empty
 * page 3...   leaf and branch pages of buckets in the order in which they are full; last the root, of the buckets' names
 * </pre>
 */
@NullMarked
package io.minik.store.bbolt;

import org.jspecify.annotations.NullMarked;
