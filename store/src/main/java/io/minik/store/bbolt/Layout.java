package io.minik.store.bbolt;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Where what stands in a page. Numbers are little-endian, as on every machine that etcd is run on. */
final class Layout {
    static final int MAGIC = 0xED0CDAED;
    static final int VERSION = 2;

    static final int BRANCH = 0x01;
    static final int LEAF = 0x02;
    static final int META = 0x04;
    static final int FREE_LIST = 0x10;

    /** {id 8, flags 2, count 2, overflow 4}. */
    static final int PAGE_HEAD_BYTES = 16;

    static final int FLAGS_AT = 8;
    static final int COUNT_AT = 10;
    static final int OVERFLOW_AT = 12;

    /** Of a leaf: {flags 4, position 4, key size 4, value size 4}; of a branch: {position 4, key size 4, page 8}. */
    static final int ELEMENT_BYTES = 16;

    /** Of a leaf's element whose value is a bucket. */
    static final int BUCKET_ELEMENT = 0x01;

    /** {root page 8, sequence 8}; a root of 0 means that the bucket's only page follows. */
    static final int BUCKET_BYTES = 16;

    /** {magic 4, version 4, page size 4, flags 4, root 16, free list 8, pages 8, transaction 8}, then the checksum. */
    static final int CHECKED_BYTES = 56;

    static final int META_BYTES = CHECKED_BYTES + Long.BYTES;

    private static final long FNV_BASIS = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private Layout() {}

    static ByteBuffer littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** FNV-1a of the meta that begins at an offset. */
    static long checksum(ByteBuffer page, int meta) {
        long hash = FNV_BASIS;
        for (int i = 0; i < CHECKED_BYTES; i++) {
            hash = (hash ^ (page.get(meta + i) & 0xff)) * FNV_PRIME;
        }
        return hash;
    }
}
