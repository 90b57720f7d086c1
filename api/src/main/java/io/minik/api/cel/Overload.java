package io.minik.api.cel;

import java.util.List;

/**
 * One form of a function.
 *
 * @param id cel-go's: costs go by it
 * @param member whether the first argument stands before the point
 */
record Overload(String id, boolean member, List<CelType> args, CelType result, Body body) {
    /** Of values that fit the parameters, none of them an error. */
    interface Body {
        Object apply(Object[] args);
    }

    boolean fits(Object[] values) {
        if (values.length != args.size()) {
            return false;
        }
        for (int at = 0; at < values.length; at++) {
            if (!CelValues.fits(args.get(at), values[at])) {
                return false;
            }
        }
        return true;
    }
}
