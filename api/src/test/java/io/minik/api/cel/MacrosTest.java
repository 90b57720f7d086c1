package io.minik.api.cel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Macros, the names that they make, and the errors that decide nothing: cel-spec's macros, macros2, logic and optionals. */
class MacrosTest {
    private static void isTrue(String expression) {
        assertThat(CelExpressions.value(expression)).as(expression).isEqualTo(true);
    }

    private static void isFalse(String expression) {
        assertThat(CelExpressions.value(expression)).as(expression).isEqualTo(false);
    }

    /** An error on one side is no error if the other side decides, on whichever side it stands. */
    @Nested
    class Logic {
        private static final String ERROR = "1 / 0 == 1";

        @Test
        void andIsFalseWhateverTheOtherSideIs() {
            isFalse("false && " + ERROR);
            isFalse(ERROR + " && false");
            isFalse("true && (" + ERROR + " && false)");
        }

        @Test
        void orIsTrueWhateverTheOtherSideIs() {
            isTrue("true || " + ERROR);
            isTrue(ERROR + " || true");
            isTrue("false || " + ERROR + " || true");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    ERROR + " && true",
                    "true && " + ERROR,
                    ERROR + " || false",
                    "false || " + ERROR,
                    "!(" + ERROR + ")",
                    ERROR + " ? true : false",
                    "false ? true : " + ERROR
                })
        void nothingElseHidesAnError(String expression) {
            assertThat(CelExpressions.error(expression)).isEqualTo("division by zero");
        }

        @Test
        void theErrorThatIsToldIsTheLeftOne() {
            assertThat(CelExpressions.error("1 / 0 == 1 && 1 % 0 == 1")).isEqualTo("division by zero");
            assertThat(CelExpressions.error("1 % 0 == 1 || 1 / 0 == 1")).isEqualTo("modulus by zero");
        }

        @Test
        void theOtherBranchIsNotLookedAt() {
            isTrue("true ? true : " + ERROR);
            isTrue("false ? " + ERROR + " : true");
            isTrue("(true ? 1 : 2) == 1 && (false ? 1 : true ? 2 : 3) == 2");
        }

        @Test
        void whatIsNoBoolDecidesNothing() {
            assertThat(CelExpressions.error("dyn(1) && true")).isEqualTo("no such overload");
            assertThat(CelExpressions.error("dyn('x') ? 1 : 2")).isEqualTo("no such overload");
            isFalse("dyn(1) && false");
            isTrue("dyn('x') || true");
        }
    }

    @Nested
    class Quantifiers {
        @Test
        void allOfNothingIsTrueAndNothingOfItExists() {
            isTrue("[].all(x, x > 0)");
            isFalse("[].exists(x, x > 0)");
            isFalse("[].exists_one(x, x > 0)");
            isTrue("{}.all(k, k == 'a')");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "[1, 2, 3].all(x, x > 0) && ![1, 2, 3].all(x, x < 3)",
                    "[1, 2, 3].exists(x, x == 3) && ![1, 2, 3].exists(x, x == 4)",
                    "[1, 2, 2].exists_one(x, x == 1) && ![1, 2, 2].exists_one(x, x == 2)",
                    "[1, 2, 2].existsOne(i, v, v == 1)",
                    "{'a': 1, 'b': 2}.all(k, k in ['a', 'b']) && {'a': 1}.exists(k, v, k == 'a' && v == 1)",
                    "[5, 6].all(i, v, v == i + 5)"
                })
        void askEachItem(String expression) {
            isTrue(expression);
        }

        /** all is a chain of &&, and exists one of ||. */
        @Test
        void forgetAnErrorThatAnotherItemDecides() {
            isFalse("[1, 2, 3].all(x, 6 / (x - 2) > 0)");
            isTrue("[0, 1].exists(x, 1 / x > 0)");
            assertThat(CelExpressions.error("[0, 1].all(x, 1 / x > 0)")).isEqualTo("division by zero");
            assertThat(CelExpressions.error("[0, 2].exists(x, 1 / x > 0)")).isEqualTo("division by zero");
        }

        @Test
        void exactlyOneForgetsNone() {
            assertThat(CelExpressions.error("[0, 1].exists_one(x, 1 / x == 1)")).isEqualTo("division by zero");
        }
    }

    @Nested
    class Collections {
        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            [1, 2, 3].map(x, x * 2) | [2, 4, 6]
            [1, 2, 3].map(x, x > 1, x * 2) | [4, 6]
            [1, 2, 3].filter(x, x % 2 == 1) | [1, 3]
            {'a': 1, 'b': 2}.map(k, k + 'x') | ['ax', 'bx']
            {'a': 1, 'b': 2}.filter(k, k == 'b') | ['b']
            [[1], [2, 3]].map(x, x.size()) | [1, 2]
            ['x', 'y'].transformList(i, v, string(i) + v) | ['0x', '1y']
            ['x', 'y'].transformList(i, v, i > 0, v) | ['y']
            {'a': 1}.transformList(k, v, k + string(v)) | ['a1']
            [1, 2].transformMap(i, v, v * 2) | {0: 2, 1: 4}
            {'a': 1, 'b': 2}.transformMap(k, v, v > 1, v * 10) | {'b': 20}
            {'a': 'x', 'b': 'y'}.transformMapEntry(k, v, {v: k}) | {'x': 'a', 'y': 'b'}
            """)
        void areMadeOfOthers(String expression, String value) {
            CelExpressions.same(expression, value);
        }

        @Test
        void areNotMadeOfErrors() {
            assertThat(CelExpressions.error("[2, 1, 0].map(x, 4 / x)")).isEqualTo("division by zero");
            assertThat(CelExpressions.error("[1, 0].filter(x, 1 / x > 0)")).isEqualTo("division by zero");
            assertThat(CelExpressions.error("{'a': 0}.transformMap(k, v, 1 / v)"))
                    .isEqualTo("division by zero");
        }

        @Test
        void haveNoKeyTwice() {
            assertThat(CelExpressions.error("{'a': 'x', 'b': 'x'}.transformMapEntry(k, v, {v: k})"))
                    .isEqualTo("insert failed: key x already exists");
        }
    }

    @Nested
    class Names {
        @Test
        void ofAnInnerMacroHideThoseOfAnOuterOne() {
            CelExpressions.same("[1, 2].map(x, [10].map(x, x + 1))", "[[11], [11]]");
            CelExpressions.same("[1, 2].map(x, [x, 10].exists(x, x == 10) ? x : 0)", "[1, 2]");
        }

        @Test
        void ofAnOuterMacroAreSeenInside() {
            CelExpressions.same("[1, 2].map(x, [10, 20].map(y, x + y))", "[[11, 21], [12, 22]]");
            isTrue("[1, 2].all(x, [3, 4].all(y, x < y))");
        }

        @Test
        void areGoneBehindTheirMacro() {
            assertThat(CelExpressions.fault("[1].all(x, x > 0) && x > 0"))
                    .startsWith("ERROR: <input>:1:22: undeclared reference to 'x' (in container '')");
        }

        @Test
        void areNotKnownInWhatIsGoneThrough() {
            assertThat(CelExpressions.fault("[1, x].all(x, x > 0)"))
                    .startsWith("ERROR: <input>:1:5: undeclared reference to 'x' (in container '')");
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            [1].all(1, true) | 9
            [1].all(x.y, true) | 10
            [1].map('x', 1) | 9
            [1].transformList(i, 2, 3) | 22
            """)
        void areSimple(String expression, int column) {
            assertThat(CelExpressions.fault(expression))
                    .startsWith("ERROR: <input>:1:" + column + ": argument must be a simple name\n");
        }
    }

    @Nested
    class Ranges {
        @Test
        void areListsAndMaps() {
            assertThat(CelExpressions.fault("1.all(x, true)"))
                    .contains("expression of type 'int' cannot be range of a comprehension"
                            + " (must be list, map, or dynamic)");
            assertThat(CelExpressions.fault("'abc'.map(x, x)")).contains("expression of type 'string' cannot be range");
            assertThat(CelExpressions.error("dyn(1).all(x, true)")).isEqualTo("got 'int', expected iterable type");
        }

        @Test
        void thatFailFailTheMacro() {
            assertThat(CelExpressions.error("[1 / 0].all(x, x > 0)")).isEqualTo("division by zero");
            assertThat(CelExpressions.error("{'a': [1]}['b'].exists(x, true)")).isEqualTo("no such key: b");
        }
    }

    @Nested
    class Presence {
        @Test
        void ofAKeyIsNotThatOfAValue() {
            isTrue("has({'a': null}.a) && has({'a': 0}.a)");
            isFalse("has({'a': 1}.b)");
        }

        @Test
        void isAskedOfFieldsOnly() {
            assertThat(CelExpressions.fault("has({'a': 1})")).contains("invalid argument to has() macro");
            assertThat(CelExpressions.fault("has({'a': 1}['a'])")).contains("invalid argument to has() macro");
            assertThat(CelExpressions.fault("has(1)")).contains("invalid argument to has() macro");
        }

        @Test
        void ofAFieldOfWhatIsMissingIsAnError() {
            assertThat(CelExpressions.error("has({'a': {'b': 1}}.c.b)")).isEqualTo("no such key: c");
        }
    }

    @Nested
    class Optionals {
        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            optional.of(1).value() | 1
            optional.of(1).or(optional.of(2)).value() | 1
            optional.none().or(optional.of(2)).value() | 2
            optional.none().or(optional.none()).hasValue() | false
            optional.of(1).orValue(2) | 1
            optional.none().orValue(2) | 2
            {'a': 1}.?a.value() | 1
            {'a': 1}.?b.orValue(5) | 5
            {'a': {'b': 2}}.?a.b.value() | 2
            {'a': {'b': 2}}.?c.b.hasValue() | false
            {'a': {'b': 2}}.?a.?c.hasValue() | false
            {'a': 1}[?'a'].value() | 1
            {'a': 1}[?'b'].hasValue() | false
            [7, 8][?1].value() | 8
            [7, 8][?2].hasValue() | false
            [7, 8][?-1].hasValue() | false
            optional.of([7, 8])[1].value() | 8
            optional.of({'a': 1})['b'].hasValue() | false
            optional.of(1).optMap(x, x + 1).value() | 2
            optional.none().optMap(x, x + 1).hasValue() | false
            optional.of(1).optFlatMap(x, optional.none()).hasValue() | false
            optional.of(1).optFlatMap(x, optional.of(x + 1)).value() | 2
            [?optional.of(1), ?optional.none(), 2] | [1, 2]
            {?'a': optional.none(), ?'b': optional.of(1), 'c': 2} | {'b': 1, 'c': 2}
            optional.of(1) == optional.of(1) | true
            optional.of(1) == optional.of(2) | false
            optional.of(1) == optional.none() | false
            optional.of(null).hasValue() | true
            """)
        void mayHaveAValue(String expression, String value) {
            CelExpressions.same(expression, value);
        }

        @ParameterizedTest
        @ValueSource(strings = {"0", "0u", "0.0", "''", "b''", "[]", "{}", "false", "null", "duration('0s')"})
        void haveNoneOfAZero(String zero) {
            isFalse("optional.ofNonZeroValue(" + zero + ").hasValue()");
        }

        @ParameterizedTest
        @ValueSource(strings = {"1", "-1", "'a'", "[0]", "{'a': 0}", "true", "duration('1ns')", "timestamp(0)"})
        void haveOneOfAnythingElse(String value) {
            isTrue("optional.ofNonZeroValue(" + value + ").hasValue()");
        }

        @Test
        void doNotHideErrors() {
            assertThat(CelExpressions.error("optional.none().value()")).isEqualTo("optional.none() dereference");
            assertThat(CelExpressions.error("optional.of(1 / 0).hasValue()")).isEqualTo("division by zero");
            assertThat(CelExpressions.error("{'a': 1}.?a.orValue(1 / 0) == 1")).isEqualTo("division by zero");
        }
    }
}
