package io.minik.agent.dns;

import java.util.List;

/**
 * What is said to a question.
 *
 * @param authoritative whether it is of our own zone
 * @param authority the SOA of a negative answer
 */
record DnsAnswer(
        int code, boolean authoritative, List<Record> answers, List<Record> authority, List<Record> additional) {
    static final int NO_ERROR = 0;
    static final int FORMAT_ERROR = 1;
    static final int SERVER_FAILURE = 2;
    static final int NO_SUCH_NAME = 3;
    static final int NOT_IMPLEMENTED = 4;
    static final int REFUSED = 5;

    static DnsAnswer failed(int code) {
        return new DnsAnswer(code, false, List.of(), List.of(), List.of());
    }
}
