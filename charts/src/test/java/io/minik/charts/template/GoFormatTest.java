package io.minik.charts.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Go's fmt, as its documentation (pkg.go.dev/fmt) describes verbs, flags, widths and what fits none of them. */
class GoFormatTest {
    private static final GoFormat FORMAT = new GoFormat(Budget.ofOneChart());

    private static String printf(String format, @Nullable Object... arguments) {
        return FORMAT.printf(format, Arrays.asList(arguments));
    }

    /** A word of a table as Go's value: a number, a quoted string, true, nil, or a list of them without spaces. */
    private static @Nullable Object value(String word) {
        if (word.equals("nil")) {
            return null;
        }
        if (word.equals("true") || word.equals("false")) {
            return Boolean.valueOf(word);
        }
        if (word.startsWith("\"")) {
            return Quoted.read(word);
        }
        if (word.startsWith("[")) {
            String inner = word.substring(1, word.length() - 1);
            List<@Nullable Object> list = new ArrayList<>();
            for (String each : inner.isEmpty() ? new String[0] : inner.split(",")) {
                list.add(value(each));
            }
            return list;
        }
        if (word.startsWith("u")) {
            return new Sized("uint64", Long.parseUnsignedLong(word.substring(1)));
        }
        return word.matches("-?\\d+") ? (Object) Long.valueOf(word) : Double.valueOf(word);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '#', ignoreLeadingAndTrailingWhitespace = false, textBlock = """
            %d|42|42
            %5d|42|   42
            %-5d.|42|42   .
            %05d|42|00042
            %-05d.|42|42   .
            %+d|42|+42
            %+d|-42|-42
            % d|42| 42
            % d|-42|-42
            %+05d|42|+0042
            %05d|-42|-0042
            %.5d|42|00042
            %.5d|-42|-00042
            %8.5d|42|   00042
            %08.5d|42|   00042
            %x|255|ff
            %X|255|FF
            %#x|255|0xff
            %#X|255|0XFF
            %#08x|255|0x000000ff
            %#08x|-255|-0x00000ff
            %#08b|5|0b00000101
            %08O|8|0o00000010
            %#06o|8|000010
            %08.2x|11|      0b
            %05c|65|0000A
            %08U|65|  U+0041
            %08x|255|000000ff
            %x|-255|-ff
            %o|8|10
            %#o|8|010
            %O|8|0o10
            %b|5|101
            %#b|5|0b101
            %08b|5|00000101
            %c|65|A
            %c|233|é
            %c|128512|😀
            %q|65|'A'
            %q|10|'\\n'
            %q|39|'\\''
            %U|65|U+0041
            %U|128512|U+1F600
            %v|42|42
            %6v|42|    42
            %-6v.|42|42    .
            %06v|42|000042
            %+v|42|42
            %#v|42|42
            %T|42|int
            %d|u18446744073709551615|18446744073709551615
            %x|u18446744073709551615|ffffffffffffffff
            %T|u1|uint64
            %d|-9223372036854775808|-9223372036854775808
            %x|-9223372036854775808|-8000000000000000
            """)
    void integers(String format, String argument, String text) {
        assertThat(printf(format, value(argument))).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '#', ignoreLeadingAndTrailingWhitespace = false, textBlock = """
            %v|1.0|1
            %v|1.5|1.5
            %v|-0.0|-0
            %v|0.1|0.1
            %v|100000.0|100000
            %v|1000000.0|1e+06
            %v|1234567.0|1.234567e+06
            %v|1e20|1e+20
            %v|1e21|1e+21
            %v|0.0001|0.0001
            %v|0.00001|1e-05
            %v|123456789.5|1.234567895e+08
            %v|1e300|1e+300
            %v|5e-324|5e-324
            %v|NaN|NaN
            %v|Infinity|+Inf
            %v|-Infinity|-Inf
            %f|1.5|1.500000
            %.2f|1.005|1.00
            %.0f|0.5|0
            %.0f|1.5|2
            %.0f|2.5|2
            %8.3f|3.14159|   3.142
            %-8.3f.|3.14159|3.142   .
            %08.3f|3.14159|0003.142
            %08.3f|-3.14159|-003.142
            %+.1f|1.0|+1.0
            % .1f|1.0| 1.0
            %f|Infinity|+Inf
            %6.1f|NaN|   NaN
            %06.1f|NaN|   NaN
            %08.1f|Infinity|    +Inf
            %08v|1.5|000001.5
            %e|1234.5678|1.234568e+03
            %E|1234.5678|1.234568E+03
            %.2e|0.0|0.00e+00
            %.0e|1500.0|2e+03
            %g|1234567.0|1.234567e+06
            %g|100000.0|100000
            %.3g|1234.5678|1.23e+03
            %.3g|0.00012345|0.000123
            %.10g|1234.5678|1234.5678
            %G|0.00001|1E-05
            %T|1.0|float64
            """)
    void floatingPoint(String format, String argument, String text) {
        assertThat(printf(format, value(argument))).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '#', ignoreLeadingAndTrailingWhitespace = false, textBlock = """
            %s|"hi"|hi
            %5s|"hi"|   hi
            %-5s.|"hi"|hi   .
            %.1s|"hi"|h
            %.1s|"éa"|é
            %5.1s|"hi"|    h
            %.9s|"hi"|hi
            %3s|"é"|  é
            %q|"a\\"b"|"a\\"b"
            %q|"é"|"é"
            %+q|"é"|"\\u00e9"
            %+q|"😀"|"\\U0001f600"
            %#q|"hi"|`hi`
            %#q|"a`b"|"a`b"
            %8q|"hi"|    "hi"
            %.1q|"hi"|"h"
            %x|"hi"|6869
            %X|"jk"|6A6B
            % x|"hi"|68 69
            %#x|"hi"|0x6869
            %# x|"hi"|0x68 0x69
            %.1x|"hi"|68
            %v|"hi"|hi
            %#v|"hi"|"hi"
            %T|"hi"|string
            %v|true|true
            %t|false|false
            %6t|true|  true
            %-6t.|true|true  .
            %T|true|bool
            %v|nil|<nil>
            %6v|nil| <nil>
            %T|nil|<nil>
            """)
    void stringsBooleansAndNil(String format, String argument, String text) {
        assertThat(printf(format, value(argument))).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '#', ignoreLeadingAndTrailingWhitespace = false, textBlock = """
            %v|[]|[]
            %v|[1,2,3]|[1 2 3]
            %v|["a","b"]|[a b]
            %v|["","b"]|[ b]
            %v|["a",""]|[a ]
            %v|["",""]|[ ]
            %v|[nil,1]|[<nil> 1]
            %v|[nil,nil]|[<nil> <nil>]
            %v|[1,1.5,true]|[1 1.5 true]
            %d|[1,2]|[1 2]
            %03d|[1,2]|[001 002]
            %x|[10,11]|[a b]
            %s|["a","b"]|[a b]
            %q|["a","b"]|["a" "b"]
            %q|["",""]|["" ""]
            %5s|["a","b"]|[    a     b]
            %s|[1,"b"]|[%!s(int=1) b]
            %d|["a"]|[%!d(string=a)]
            %#v|[]|[]interface {}{}
            %#v|[1,"a"]|[]interface {}{1, "a"}
            %#v|[nil]|[]interface {}{interface {}(nil)}
            %T|[1]|[]interface {}
            """)
    void lists(String format, String argument, String text) {
        assertThat(printf(format, value(argument))).isEqualTo(text);
    }

    @Test
    void maps() {
        assertThat(printf("%v", Map.of())).isEqualTo("map[]");
        assertThat(printf("%v", Map.of("b", 1L, "a", "x"))).isEqualTo("map[a:x b:1]");
        assertThat(printf("%v", Map.of("", 1L, "a", ""))).isEqualTo("map[:1 a:]");
        assertThat(printf("%v", Map.of("a", List.of(1L, Map.of("c", 2L))))).isEqualTo("map[a:[1 map[c:2]]]");
        assertThat(printf("%s", Map.of("a", "x"))).isEqualTo("map[a:x]");
        assertThat(printf("%q", Map.of("a", "x"))).isEqualTo("map[\"a\":\"x\"]");
        assertThat(printf("%d", Map.of("a", 1L))).isEqualTo("map[%!d(string=a):1]");
        assertThat(printf("%#v", Map.of("a", 1L))).isEqualTo("map[string]interface {}{\"a\":1}");
        assertThat(printf("%#v", Map.of())).isEqualTo("map[string]interface {}{}");
        assertThat(printf("%T", Map.of())).isEqualTo("map[string]interface {}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '#', ignoreLeadingAndTrailingWhitespace = false, textBlock = """
            %d|"x"|%!d(string=x)
            %s|5|%!s(int=5)
            %t|5|%!t(int=5)
            %t|"x"|%!t(string=x)
            %z|5|%!z(int=5)
            %!|5|%!!(int=5)
            %d|true|%!d(bool=true)
            %d|1.5|%!d(float64=1.5)
            %f|1|%!f(int=1)
            %s|nil|%!s(<nil>)
            %d|nil|%!d(<nil>)
            %s|true|%!s(bool=true)
            %f|"x"|%!f(string=x)
            %é|1|%!é(int=1)
            %5z|5|%!z(int=5)
            """)
    void aVerbThatDoesNotFitSaysWhatItGot(String format, String argument, String text) {
        assertThat(printf(format, value(argument))).isEqualTo(text);
    }

    @Test
    void argumentsThatAreMissingOrTooMany() {
        assertThat(printf("%d")).isEqualTo("%!d(MISSING)");
        assertThat(printf("%d %d", 1L)).isEqualTo("1 %!d(MISSING)");
        assertThat(printf("x", 1L, "a")).isEqualTo("x%!(EXTRA int=1, string=a)");
        assertThat(printf("%d", 1L, null)).isEqualTo("1%!(EXTRA <nil>)");
        assertThat(printf("100%%")).isEqualTo("100%");
        assertThat(printf("%")).isEqualTo("%!(NOVERB)");
        assertThat(printf("%5")).isEqualTo("%!(NOVERB)");
        assertThat(printf("a%-", 1L)).isEqualTo("a%!(NOVERB)%!(EXTRA int=1)");
        assertThat(printf("")).isEmpty();
    }

    @Test
    void widthsAndOrderFromArguments() {
        assertThat(printf("%*d", 5L, 42L)).isEqualTo("   42");
        assertThat(printf("%-*d.", 5L, 42L)).isEqualTo("42   .");
        assertThat(printf("%*d.", -5L, 42L)).isEqualTo("42   .");
        assertThat(printf("%.*f", 2L, 3.14159)).isEqualTo("3.14");
        assertThat(printf("%[2]d %[1]d", 1L, 2L)).isEqualTo("2 1");
        assertThat(printf("%[1]s %[1]q", "a")).isEqualTo("a \"a\"");
        assertThat(printf("%[2]*[1]d", 42L, 5L)).isEqualTo("   42");
        assertThat(printf("%[3]d", 1L)).isEqualTo("%!d(BADINDEX)");
        assertThat(printf("%[x]d", 1L)).isEqualTo("%!d(BADINDEX)");
        assertThat(printf("%*d", "x", 1L)).isEqualTo("%!(BADWIDTH)1");
    }

    @Test
    void printPutsASpaceBetweenWhatIsNoString() {
        assertThat(FORMAT.print(List.of(1L, 2L))).isEqualTo("1 2");
        assertThat(FORMAT.print(List.of("a", "b"))).isEqualTo("ab");
        assertThat(FORMAT.print(List.of("a", 1L, 2L, "b"))).isEqualTo("a1 2b");
        assertThat(FORMAT.print(Arrays.asList(null, null))).isEqualTo("<nil> <nil>");
        assertThat(FORMAT.print(List.of(true, 1.5))).isEqualTo("true 1.5");
        assertThat(FORMAT.print(List.of())).isEmpty();
    }

    @Test
    void printlnPutsASpaceBetweenAll() {
        assertThat(FORMAT.println(List.of("a", "b", 1L))).isEqualTo("a b 1\n");
        assertThat(FORMAT.println(List.of("", "b"))).isEqualTo(" b\n");
        assertThat(FORMAT.println(List.of("", ""))).isEqualTo(" \n");
        assertThat(FORMAT.println(List.of())).isEqualTo("\n");
    }

    @Test
    void aCodePointThatIsNoneIsTheReplacement() {
        assertThat(printf("%c", 0x110000L)).isEqualTo("\uFFFD");
        assertThat(printf("%c", -1L)).isEqualTo("\uFFFD");
        assertThat(printf("%c", (1L << 32) + 'A')).isEqualTo("\uFFFD");
        assertThat(printf("%q", (1L << 32) + 'A')).isEqualTo("'\uFFFD'");
    }

    @Test
    void whatIsPrintedIsPaidFor() {
        String wide = "%" + 1_000_000 + "d";
        assertThatThrownBy(() -> printf(wide.repeat(5), 1L, 1L, 1L, 1L, 1L))
                .hasMessage("makes a text of more than " + Budget.MOST_LETTERS + " letters");
        assertThat(printf("%1000001d", 1L)).isEqualTo("%!(BADWIDTH)1");
        assertThat(printf("%99999999999999999999d", 1L)).isEqualTo("%!(BADWIDTH)1");
    }

    /** Whatever a double is, it is read again as itself, and no shorter text would be. */
    @Test
    void theShortestDigitsAreReadAsTheSameNumber() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("-Dseed=" + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            double number = i % 2 == 0
                    ? Double.longBitsToDouble(random.nextLong())
                    : random.nextInt(1_000_000) / Math.pow(10, random.nextInt(9));
            if (Double.isNaN(number) || Double.isInfinite(number)) {
                continue;
            }
            String text = GoFloats.text(number);
            assertThat(Double.parseDouble(text)).as(text).isEqualTo(number);
            int digits = text.replaceAll("e.*", "")
                    .replaceAll("[-.]", "")
                    .replaceAll("^0+|0+$", "")
                    .length();
            assertThat(digits).as(text).isLessThanOrEqualTo(17);
            if (digits > 1) {
                String shorter = GoFloats.format(number, 'e', digits - 2);
                assertThat(Double.parseDouble(shorter)).as(text).isNotEqualTo(number);
            }
        }
    }

    /** Go and Java write the same where both round exact decimals. */
    @Test
    void fixedAndExponentFormsAreThoseOfExactArithmetic() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("-Dseed=" + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 5_000; i++) {
            // Eighths end within three digits: neither language has to round.
            double number = random.nextInt(-800_000, 800_000) / 8.0;
            assertThat(GoFloats.format(number, 'f', 3)).isEqualTo(String.format(Locale.ROOT, "%.3f", number));
            assertThat(GoFloats.format(number, 'e', 9)).isEqualTo(String.format(Locale.ROOT, "%.9e", number));
        }
    }

    @Test
    void anyFormatWithAnyArgumentsIsText() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("-Dseed=" + seed);
        Random random = new Random(seed);
        String letters = "%%%%%%vdsqxXobctTUeEfgG+-# 0123456789.*[]!aé\n";
        for (int i = 0; i < 50_000; i++) {
            StringBuilder format = new StringBuilder();
            for (int n = random.nextInt(12); n > 0; n--) {
                format.append(letters.charAt(random.nextInt(letters.length())));
            }
            List<@Nullable Object> arguments = new ArrayList<>();
            for (int n = random.nextInt(4); n > 0; n--) {
                arguments.add(
                        switch (random.nextInt(8)) {
                            case 0 -> null;
                            case 1 -> random.nextLong();
                            case 2 -> random.nextDouble();
                            case 3 -> "s" + random.nextInt();
                            case 4 -> List.of(1L, "x");
                            case 5 -> Map.of("k", 2.5);
                            case 6 -> random.nextBoolean();
                            default -> new Sized("uint8", 200);
                        });
            }
            String text = new GoFormat(Budget.ofOneChart()).printf(format.toString(), arguments);
            if (format.indexOf("%") < 0 && arguments.isEmpty()) {
                assertThat(text).isEqualTo(format.toString());
            }
        }
    }
}
