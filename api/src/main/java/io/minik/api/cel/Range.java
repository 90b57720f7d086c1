package io.minik.api.cel;

/** At least and at most so much, of size or of cost; what is beyond counting is {@link Long#MAX_VALUE}. */
record Range(long least, long most) {
    static final Range UNKNOWN = new Range(0, Long.MAX_VALUE);
    static final Range ZERO = of(0);
    static final Range ONE = of(1);

    static Range of(long exactly) {
        return new Range(exactly, exactly);
    }

    Range plus(Range other) {
        return new Range(sum(least, other.least), sum(most, other.most));
    }

    Range times(Range other) {
        return new Range(product(least, other.least), product(most, other.most));
    }

    Range times(double factor) {
        return new Range(scaled(least, factor), scaled(most, factor));
    }

    Range union(Range other) {
        return new Range(Math.min(least, other.least), Math.max(most, other.most));
    }

    static long sum(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }

    static long product(long a, long b) {
        return b != 0 && a > Long.MAX_VALUE / b ? Long.MAX_VALUE : a * b;
    }

    static long scaled(long size, double factor) {
        double scaled = Math.ceil(size * factor);
        return size == Long.MAX_VALUE || scaled >= Long.MAX_VALUE ? Long.MAX_VALUE : (long) scaled;
    }
}
