package io.minik.charts.template;

/**
 * What one rendering may cost, whoever wrote the templates: each step, each letter and each item that is made is paid for, and nothing
 * nests deeper than the stack is. What was made is not given back: so all of it may be kept, and the heap holds it. One thread.
 */
public final class Budget {
    /** Letters of one string: more than any manifest that an API server takes. */
    public static final int MOST_LETTERS = 4 << 20;

    /** Of calls in calls: Helm takes as many of one name. */
    private static final int MOST_DEPTH = 1000;

    /** Some seconds of a small machine. */
    private static final long MOST_STEPS = 60_000_000;

    /** Of the heap, a letter may take two bytes and an item of a map some sixty: a quarter and a sixth of it at the most. */
    private static final int HEAP_PER_LETTER = 8;

    private static final int HEAP_PER_ITEM = 400;
    private static final long LEAST_LETTERS = 4L << 20;

    private long steps = MOST_STEPS;
    private long letters;
    private long items;
    private int depth;

    private Budget(long heapBytes) {
        this.letters = Math.max(LEAST_LETTERS, heapBytes / HEAP_PER_LETTER);
        this.items = heapBytes / HEAP_PER_ITEM;
    }

    /** For one chart, by the heap that this process has at the most. */
    public static Budget ofOneChart() {
        return new Budget(Math.min(Runtime.getRuntime().maxMemory(), 1L << 30));
    }

    public void spend(long count) {
        steps -= count;
        if (steps < 0) {
            throw new TemplateException("takes too long: a chart may not make that many steps");
        }
    }

    /** Before a list or a map of so many is made. */
    public void items(long count) {
        spend(count);
        items -= count + 1;
        if (items < 0) {
            throw new TemplateException(
                    "takes too much memory: lists and maps of more items than this server's heap has room for");
        }
    }

    /** Before a string of so many letters is made. */
    public void letters(long count) {
        limit(count);
        letters -= count;
        if (letters < 0) {
            throw new TemplateException("takes too much memory: more letters than this server's heap has room for");
        }
    }

    /** While a string is being made. */
    public void limit(long count) {
        if (count > MOST_LETTERS) {
            throw new TemplateException("makes a text of more than " + MOST_LETTERS + " letters");
        }
        spend(1);
    }

    public void enter() {
        spend(1);
        if (++depth > MOST_DEPTH) {
            depth = 0;
            throw new TemplateException("exceeded maximum template depth (" + MOST_DEPTH + ")");
        }
    }

    public void leave() {
        depth--;
    }
}
