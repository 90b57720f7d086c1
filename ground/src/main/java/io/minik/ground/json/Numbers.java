package io.minik.ground.json;

import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NumericNode;
import com.fasterxml.jackson.databind.node.ValueNode;
import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * Makes the nodes of all trees: one value has one class, whoever says it. Jackson compares classes before values, so that an
 * int64 of a protobuf body, the same number in JSON and one that a controller puts would be three different things.
 */
final class Numbers extends JsonNodeFactory {
    /** From here on a double no longer tells neighbouring integers apart. */
    private static final double MOST_EXACT = 1L << 53;

    private static final long serialVersionUID = 1L;

    @Override
    public NumericNode numberNode(byte value) {
        return IntNode.valueOf(value);
    }

    @Override
    public NumericNode numberNode(short value) {
        return IntNode.valueOf(value);
    }

    @Override
    public NumericNode numberNode(long value) {
        return value == (int) value ? IntNode.valueOf((int) value) : LongNode.valueOf(value);
    }

    @Override
    public ValueNode numberNode(Long value) {
        return value == null ? nullNode() : numberNode(value.longValue());
    }

    @Override
    public ValueNode numberNode(BigInteger value) {
        return value != null && value.bitLength() < Long.SIZE ? numberNode(value.longValue()) : super.numberNode(value);
    }

    @Override
    public NumericNode numberNode(float value) {
        return numberNode((double) value);
    }

    /** Go writes a float64 without a fraction as an integer. */
    @Override
    public NumericNode numberNode(double value) {
        return value == Math.rint(value) && Math.abs(value) <= MOST_EXACT
                ? numberNode((long) value)
                : DoubleNode.valueOf(value);
    }

    @Override
    public ValueNode numberNode(Double value) {
        return value == null ? nullNode() : numberNode(value.doubleValue());
    }

    /** A decimal that no double says stays what it is. */
    @Override
    public ValueNode numberNode(BigDecimal value) {
        if (value == null) {
            return nullNode();
        }
        double near = value.doubleValue();
        boolean exact = !Double.isInfinite(near) && BigDecimal.valueOf(near).compareTo(value) == 0;
        return exact ? numberNode(near) : DecimalNode.valueOf(value);
    }
}
