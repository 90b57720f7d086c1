package io.minik.runtime.net;

import io.minik.ground.net.Address;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/** A rtnetlink request in the making: header, fixed part, attributes aligned to 4 bytes. */
final class NetlinkMessage {
    static final int HEADER_BYTES = 16;
    static final int REQUEST = 1;
    static final int ACK = 4;
    static final int REPLACE = 0x100;
    static final int EXCLUSIVE = 0x200;
    static final int CREATE = 0x400;
    static final int DUMP = 0x300;
    static final int NESTED = 0x8000;
    /** Of struct nfgenmsg. */
    static final int NETFILTER_BYTES = 4;

    /** The largest of ours is a veth pair's, some 200 bytes. */
    private static final int MAX_BYTES = 1024;

    private final ByteBuffer bytes = ByteBuffer.allocate(MAX_BYTES).order(ByteOrder.nativeOrder());
    private final Deque<Integer> nests = new ArrayDeque<>();

    /** Acknowledged by the kernel; a dump ends by itself. */
    NetlinkMessage(int type, int flags) {
        int asked = (flags & DUMP) == DUMP ? flags : flags | ACK;
        bytes.putInt(0)
                .putShort((short) type)
                .putShort((short) (asked | REQUEST))
                .putInt(0)
                .putInt(0);
    }

    /** struct nfgenmsg of no family. */
    NetlinkMessage netfilter() {
        bytes.putInt(0);
        return this;
    }

    /** struct ifinfomsg. */
    NetlinkMessage link(int family, int index, int flags, int change) {
        bytes.put((byte) family)
                .put((byte) 0)
                .putShort((short) 0)
                .putInt(index)
                .putInt(flags)
                .putInt(change);
        return this;
    }

    /** struct ifaddrmsg. */
    NetlinkMessage address(int family, int prefix, int flags, int scope, int index) {
        bytes.put((byte) family)
                .put((byte) prefix)
                .put((byte) flags)
                .put((byte) scope)
                .putInt(index);
        return this;
    }

    /** struct rtmsg, main table, unicast. */
    NetlinkMessage route(int family, int prefix, int protocol, int scope) {
        bytes.put((byte) family).put((byte) prefix).put((byte) 0).put((byte) 0);
        bytes.put((byte) 254)
                .put((byte) protocol)
                .put((byte) scope)
                .put((byte) 1)
                .putInt(0);
        return this;
    }

    NetlinkMessage number(int type, int value) {
        return attribute(
                type, ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(value), 4);
    }

    NetlinkMessage small(int type, int value) {
        return attribute(type, ByteBuffer.allocate(1).put((byte) value), 1);
    }

    NetlinkMessage ip(int type, Address address) {
        return raw(type, address.bytes());
    }

    NetlinkMessage text(int type, String value) {
        byte[] chars = (value + '\0').getBytes(StandardCharsets.US_ASCII);
        return attribute(type, ByteBuffer.wrap(chars), chars.length);
    }

    NetlinkMessage raw(int type, byte[] value) {
        return attribute(type, ByteBuffer.wrap(value), value.length);
    }

    private NetlinkMessage attribute(int type, ByteBuffer value, int length) {
        bytes.putShort((short) (4 + length)).putShort((short) type);
        for (int i = 0; i < length; i++) {
            bytes.put(value.get(i));
        }
        align();
        return this;
    }

    NetlinkMessage begin(int type) {
        nests.push(bytes.position());
        bytes.putShort((short) 0).putShort((short) type);
        return this;
    }

    NetlinkMessage end() {
        int start = nests.pop();
        bytes.putShort(start, (short) (bytes.position() - start));
        return this;
    }

    private void align() {
        while (bytes.position() % 4 != 0) {
            bytes.put((byte) 0);
        }
    }

    byte[] finish(int sequence) {
        bytes.putInt(0, bytes.position()).putInt(8, sequence);
        byte[] out = new byte[bytes.position()];
        bytes.get(0, out);
        return out;
    }
}
