package io.minik.api.schema;

import java.io.StringReader;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.reader.ReaderException;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.scanner.Constant;

/**
 * A YAML document that is there as a whole. SnakeYAML's own reader takes a kilobyte at a time and copies, each time, all that
 * belongs to the text under way: quadratic, a minute for one of two megabytes.
 */
final class YamlText extends StreamReader {
    private static final String NAME = "'reader'";
    private static final int BYTE_ORDER_MARK = 0xFEFF;

    private final int[] points;
    private int at;
    private int documentStart;
    private int line;
    private int column;
    /** Lists and maps of the flow style that are open here. */
    private int open;

    /** @throws ReaderException if it holds what no YAML may hold */
    YamlText(String text) {
        super(new StringReader(""));
        this.points = text.codePoints().toArray();
        for (int index = 0; index < points.length; index++) {
            if (!isPrintable(points[index])) {
                throw new ReaderException(NAME, index, points[index], "special characters are not allowed");
            }
        }
    }

    @Override
    public Mark getMark() {
        return new Mark(NAME, at, line, column, points, at);
    }

    @Override
    public void forward() {
        forward(1);
    }

    /**
     * What opens and ends lists and maps is the only text of theirs that the scanner takes alone. It looks far ahead of the
     * parser, which counts levels too, and for each token at all levels that are open.
     */
    private void level(int point) {
        if (point == '[' || point == '{') {
            open++;
            if (open > Body.MAX_YAML_DEPTH) {
                throw new YAMLException("Nesting Depth exceeded max " + Body.MAX_YAML_DEPTH);
            }
        } else if ((point == ']' || point == '}') && open > 0) {
            open--;
        }
    }

    @Override
    public void forward(int length) {
        if (length == 1 && at < points.length) {
            level(points[at]);
        }
        for (int end = Math.min(points.length, at + length); at < end; ) {
            int point = points[at++];
            if (Constant.LINEBR.has(point) || (point == '\r' && at < points.length && points[at] != '\n')) {
                line++;
                column = 0;
            } else if (point != BYTE_ORDER_MARK) {
                column++;
            }
        }
    }

    @Override
    public int peek() {
        return peek(0);
    }

    @Override
    public int peek(int index) {
        return at + index < points.length ? points[at + index] : 0;
    }

    @Override
    public String prefix(int length) {
        return new String(points, at, Math.min(length, points.length - at));
    }

    @Override
    public String prefixForward(int length) {
        String prefix = prefix(length);
        at = Math.min(points.length, at + length);
        // The caller knows that there is no line break in it.
        column += length;
        return prefix;
    }

    @Override
    public int getColumn() {
        return column;
    }

    @Override
    public int getLine() {
        return line;
    }

    @Override
    public int getIndex() {
        return at;
    }

    @Override
    public int getDocumentIndex() {
        return at - documentStart;
    }

    @Override
    public void resetDocumentIndex() {
        documentStart = at;
    }
}
