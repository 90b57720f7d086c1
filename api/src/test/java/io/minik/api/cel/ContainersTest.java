package io.minik.api.cel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists and maps: cel-spec's lists, fields and comparisons, the sets extension, and Kubernetes' functions of lists. */
class ContainersTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "[] + [] == []",
                "[1] + [] == [1] && [] + [1] == [1]",
                "[1, 2] + [2, 3] == [1, 2, 2, 3]",
                "2 in [1, 2] && !(3 in [1, 2]) && !(1 in [])",
                "'a' in {'a': null} && !('b' in {'a': 1}) && !(1 in {})",
                "size([]) == 0 && [1, 2].size() == 2 && size({'a': 1}) == 1",
                "[1, 2] != [2, 1] && [[1], [2]] == [[1], [2]]",
                "{'a': 1, 'b': 2} == {'b': 2, 'a': 1} && {'a': 1} != {'a': 2} && {'a': 1} != {'b': 1}",
                "[1, 2, 3,] == [1, 2, 3] && {'a': 1,} == {'a': 1}",
                "{'a': [{'b': 1}, {'b': 2}]}.a[1].b == 2",
                "{1: 'one', 2: 'two'}[2] == 'two' && {true: 't', false: 'f'}[false] == 'f' && {1u: 'x'}[1u] == 'x'",
                "{dyn(1): 'one'}[dyn(1u)] == 'one' && {dyn(1): 'one'}[dyn(1.0)] == 'one'"
            })
    void holdValues(String expression) {
        assertThat(CelExpressions.value(expression)).isEqualTo(true);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            [7, 8, 9][3] | index out of bounds: 3
            [7, 8, 9][-1] | index out of bounds: -1
            [][0] | index out of bounds: 0
            [7, 8, 9][dyn(0.1)] | unsupported index value 0.1 in list
            [7, 8, 9][dyn('0')] | no such overload
            {'a': 1}['b'] | no such key: b
            {'a': 1}.b | no such key: b
            {1: 1}[dyn(1.5)] | no such key: 1.5
            dyn(1).a | no such overload
            dyn(1) in dyn(2) | no such overload
            {'a': 1, 'a': 2}.a | Failed with repeated key a
            """)
    void doNotHoldOthers(String expression, String error) {
        assertThat(CelExpressions.error(expression)).isEqualTo(error);
    }

    /** A place in a list may be any number that is whole. */
    @ParameterizedTest
    @CsvSource({"[7 8 9][dyn(0.0)], 7", "[7 8 9][dyn(2u)], 9", "[7 8 9][?dyn(1.0)].value(), 8"})
    void areIndexedByAnyNumber(String expression, long value) {
        assertThat(CelExpressions.value(expression.replace(' ', ','))).isEqualTo(value);
    }

    /** Kubernetes lets no literal mix types: what dyn() hides may. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            [1, 'a'] | 5 | expected type 'int' but found 'string'
            [1, 2u] | 5 | expected type 'int' but found 'uint'
            ['a', ['a']] | 7 | expected type 'string' but found 'list(string)'
            {'a': 1, 'b': 'x'} | 15 | expected type 'int' but found 'string'
            {'a': 1, 2: 2} | 10 | expected type 'string' but found 'int'
            [[1], ['a']] | 7 | expected type 'list(int)' but found 'list(string)'
            """)
    void areOfOneType(String expression, int column, String message) {
        assertThat(CelExpressions.fault(expression))
                .isEqualTo("ERROR: <input>:1:" + column + ": " + message + "\n | " + expression + "\n | "
                        + ".".repeat(column - 1) + "^");
    }

    @Test
    void ofHiddenTypesMayBeMixed() {
        CelExpressions.same("[dyn(1), dyn('a')].size()", "2");
        CelExpressions.same("[dyn(1), dyn('a')][1]", "'a'");
    }

    @Nested
    class Sets {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "sets.contains([], []) && sets.contains([1, 2, 3], []) && !sets.contains([], [1])",
                    "sets.contains([1, 2, 3, 4], [2, 3]) && !sets.contains([1, 2], [2, 3])",
                    "sets.contains([1], [1, 1]) && sets.contains([dyn(1), dyn('a')], ['a'])",
                    "sets.equivalent([], []) && sets.equivalent([1], [1, 1]) && !sets.equivalent([1], [1, 2])",
                    "sets.equivalent([dyn(1)], [1u, 1u]) && sets.equivalent([1, 2, 3], [3, 2, 1])",
                    "!sets.intersects([1], []) && sets.intersects([1], [1, 2]) && !sets.intersects([1], [2])",
                    "sets.intersects([[1], [2]], [[2]]) && sets.intersects([dyn(1)], [dyn(1.0)])"
                })
        void countNoItemTwice(String expression) {
            assertThat(CelExpressions.value(expression)).isEqualTo(true);
        }
    }

    @Nested
    class KubernetesLists {
        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            ['a', 'b', 'b'].isSorted() | true
            ['b', 'a'].isSorted() | false
            [].isSorted() | true
            [1.0, 2.0].isSorted() | true
            [true, false].isSorted() | false
            [b'a', b'b'].isSorted() | true
            [duration('1m'), duration('61s')].isSorted() | true
            [timestamp(2), timestamp(1)].isSorted() | false
            [1, 3].sum() | 4
            [1.0, 3.0].sum() | 4.0
            [1u, 3u].sum() | 4u
            [duration('1m'), duration('1s')].sum() | duration('61s')
            [].sum() | 0
            [1, 3, 2].min() | 1
            [1, 3, 2].max() | 3
            ['c', 'a', 'b'].min() | 'a'
            [1.5, -0.5].min() | -0.5
            [duration('1s'), duration('1m')].max() | duration('1m')
            [timestamp(1), timestamp(2)].max() | timestamp(2)
            [false, true].max() | true
            [b'x', b'xy'].max() | b'xy'
            ['a', 'b', 'b', 'c'].indexOf('b') | 1
            ['a', 'b', 'b', 'c'].lastIndexOf('b') | 2
            ['a', 'b'].indexOf('z') | -1
            [].lastIndexOf(1) | -1
            [[1], [2]].indexOf([2]) | 1
            """)
        void answer(String expression, String value) {
            CelExpressions.same(expression, value);
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            [].min() | min called on empty list
            [].max() | max called on empty list
            [9223372036854775807, 1].sum() | integer overflow
            [-9223372036854775807, -2].sum() | integer overflow
            [18446744073709551615u, 1u].sum() | unsigned integer overflow
            [duration('9223372036s'), duration('1s')].sum() | duration overflow
            """)
        void fail(String expression, String error) {
            assertThat(CelExpressions.error(expression)).isEqualTo(error);
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            ['a'].sum() | sum | list(string).()
            [[1]].min() | min | list(list(int)).()
            [{'a': 1}].isSorted() | isSorted | list(map(string, int)).()
            [true].sum() | sum | list(bool).()
            [1].indexOf('a') | indexOf | list(int).(string)
            """)
        void areNotAskedOfItemsWithoutOrder(String expression, String function, String types) {
            assertThat(CelExpressions.fault(expression))
                    .contains("found no matching overload for '" + function + "' applied to '" + types + "'");
        }
    }
}
