package io.minik.charts.functions;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What sprig's documentation and Helm's promise of each function, a subject a test. */
class SprigDocumentationTest {
    private static void renders(String template, String text) {
        assertThat(GoldenTest.run("{{ " + template + " }}")).as(template).isEqualTo(text);
    }

    private static void fails(String template, String call, String error) {
        assertThat(GoldenTest.run("{{ " + template + " }}"))
                .startsWith("ERROR template: t.yaml:1:3: executing \"t.yaml\" at <" + call + ">: ")
                .endsWith(error);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            trim "   hello    "~hello
            trimAll "$" "$5.00"~5.00
            trimSuffix "-" "hello-"~hello
            trimPrefix "-" "-hello"~hello
            upper "hello"~HELLO
            lower "HELLO"~hello
            title "hello world"~Hello World
            untitle "Hello World"~hello world
            repeat 3 "hello"~hellohellohello
            substr 0 5 "hello world"~hello
            substr -1 3 "hello"~hel
            substr 2 -1 "hello"~llo
            nospace "hello w o r l d"~helloworld
            trunc 5 "hello world"~hello
            trunc -5 "hello world"~world
            abbrev 5 "hello world"~he...
            abbrev 3 "hello world"~hello world
            abbrevboth 5 10 "1234 5678 9123"~...5678...
            initials "First Try"~FT
            contains "cat" "catch"~true
            hasPrefix "cat" "catch"~true
            hasSuffix "ch" "catch"~true
            quote "a" 1 nil "b"~"a" "1" "b"
            squote "a" 1~'a' '1'
            cat "hello" "beautiful" "world"~hello beautiful world
            replace " " "-" "I Am Henry VIII"~I-Am-Henry-VIII
            plural "one anchovy" "many anchovies" 1~one anchovy
            plural "one anchovy" "many anchovies" 0~many anchovies
            snakecase "FirstName"~first_name
            camelcase "http_server"~HttpServer
            kebabcase "FirstName"~first-name
            swapcase "This Is A.Test"~tHIS iS a.tEST
            wrapWith 5 "_" "Hello World"~Hello_World
            """)
    void textsAreChanged(String template, String text) {
        renders(template, text);
    }

    @Test
    void linesAreIndented() {
        renders("indent 4 \"a\\nb\"", "    a\n    b");
        renders("nindent 2 \"a\\nb\"", "\n  a\n  b");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            add 1 2 3~6
            add "1" 2.9~3
            add1 5~6
            sub 5 2~3
            div 7 2~3
            mod 7 4~3
            mul 1 2 3~6
            max 1 3 2~3
            min 1 3 2~1
            addf 1.5 2 2~5.5
            subf 7.5 2 3~2.5
            divf 10 2 4~1.25
            mulf 1.5 2 2~6
            maxf 1 2.5 3~3
            minf 1.5 2 3~1.5
            floor 123.9999~123
            ceil 123.001~124
            round 123.555555 3~123.556
            round 123.5 0~124
            int "7"~7
            int 1.9~1
            int64 "12.7"~0
            int nil~0
            int true~1
            float64 "1.5"~1.5
            atoi "x"~0
            toDecimal "0777"~511
            """)
    void numbersAreCounted(String template, String text) {
        renders(template, text);
    }

    @Test
    void wholeNumbersAreNotDividedByZero() {
        fails("div 1 0", "div 1 0", "error calling div: runtime error: integer divide by zero");
        fails("mod 1 0", "mod 1 0", "error calling mod: runtime error: integer divide by zero");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            until 5~[0 1 2 3 4]
            untilStep 3 6 2~[3 5]
            untilStep 6 3 -1~[6 5 4]
            seq 5~1 2 3 4 5
            seq -3~1 0 -1 -2 -3
            seq 0 2~0 1 2
            seq 2 -2~2 1 0 -1 -2
            seq 0 2 10~0 2 4 6 8 10
            seq 0 -2 -5~0 -2 -4
            first (list 1 2 3)~1
            rest (list 1 2 3)~[2 3]
            last (list 1 2 3)~3
            initial (list 1 2 3)~[1 2]
            append (list 1) 2~[1 2]
            prepend (list 1) 2~[2 1]
            concat (list 1) (list 2)~[1 2]
            reverse (list 1 2)~[2 1]
            uniq (list 1 1 2)~[1 2]
            without (list 1 2 3) 2~[1 3]
            has 4 (list 1 4)~true
            compact (list 1 "" 0 "a")~[1 a]
            slice (list 1 2 3 4 5) 1 3~[2 3]
            slice (list 1 2 3) 1~[2 3]
            chunk 2 (list 1 2 3)~[[1 2] [3]]
            sortAlpha (list "c" "a" "b")~[a b c]
            join "-" (list 1 2 3)~1-2-3
            splitList "$" "foo$bar$baz"~[foo bar baz]
            (split "$" "foo$bar$baz")._1~bar
            (splitn "$" 2 "foo$bar$baz")._1~bar$baz
            """)
    void listsAreMadeAndTakenApart(String template, String text) {
        renders(template, text);
    }

    @Test
    void whatIsNoListHasNoFirst() {
        fails("first 1", "first 1", "error calling first: Cannot find first on type int");
        fails("mustFirst 1", "mustFirst 1", "error calling mustFirst: Cannot find first on type int");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            get (dict "a" 1) "a"~1
            get (dict "a" 1) "z"~''
            hasKey (dict "a" 1) "a"~true
            keys (dict "a" 1)~[a]
            values (dict "a" 1)~[1]
            pick (dict "a" 1 "b" 2) "a"~map[a:1]
            omit (dict "a" 1 "b" 2) "a"~map[b:2]
            set (dict "a" 1) "c" 3~map[a:1 c:3]
            unset (dict "a" 1 "b" 2) "a"~map[b:2]
            pluck "a" (dict "a" 1) (dict "b" 2) (dict "a" 3)~[1 3]
            dig "x" "y" "else" (dict "x" (dict "y" 1))~1
            dig "x" "z" "else" (dict "x" (dict "y" 1))~else
            merge (dict "a" 1) (dict "a" 2 "b" 3)~map[a:1 b:3]
            mergeOverwrite (dict "a" 1) (dict "a" 2 "b" 3)~map[a:2 b:3]
            merge (dict "a" (dict "x" 1)) (dict "a" (dict "y" 2))~map[a:map[x:1 y:2]]
            dict "a" 1 "b"~map[a:1 b:]
            """)
    void dictionariesAreMerged(String template, String text) {
        renders(template, text.equals("''") ? "" : text);
    }

    @Test
    void aDictionaryIsChangedWhereItIs() {
        assertThat(GoldenTest.run("{{ $d := dict \"a\" 1 }}{{ $_ := set $d \"b\" 2 }}{{ $d }}"))
                .isEqualTo("map[a:1 b:2]");
        assertThat(GoldenTest.run("{{ $d := dict \"a\" 1 }}{{ $_ := set (deepCopy $d) \"b\" 2 }}{{ $d }}"))
                .isEqualTo("map[a:1]");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            default "foo" ""~foo
            default "foo" "bar"~bar
            default 1 0~1
            empty (list)~true
            empty "a"~false
            coalesce 0 "" "x" "y"~x
            ternary "t" "f" true~t
            ternary "t" "f" false~f
            all 1 ""~false
            any 0 "a"~true
            kindOf 1~int
            kindOf (list)~slice
            kindOf (dict)~map
            kindOf nil~invalid
            kindIs "int" 1~true
            typeOf 1.5~float64
            typeOf (list)~[]interface {}
            typeOf (dict)~map[string]interface {}
            typeIs "string" "a"~true
            deepEqual (list 1) (list 1)~true
            """)
    void valuesAreAskedWhatTheyAre(String template, String text) {
        renders(template, text);
    }

    @Test
    void aChartMayFailInItsOwnWords() {
        fails("fail \"stop\"", "fail \"stop\"", "error calling fail: stop");
    }

    /** Where templates are rendered nothing of the machine is known to them, as in Helm. */
    @Test
    void theMachineIsNotAsked() {
        assertThat(GoldenTest.run("{{ env \"HOME\" }}"))
                .isEqualTo("ERROR template: t.yaml:1: function \"env\" not defined");
        assertThat(GoldenTest.run("{{ expandenv \"$HOME\" }}"))
                .isEqualTo("ERROR template: t.yaml:1: function \"expandenv\" not defined");
        renders("getHostByName \"example.com\"", "");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            b64enc "hello"~aGVsbG8=
            b64dec "aGVsbG8="~hello
            b64dec "!!"~illegal base64 data at input byte 0
            b32enc "hello"~NBSWY3DP
            sha1sum "Hello world!"~d3486ae9136e7856bc42212385ea797094475802
            sha256sum "Hello world!"~c0535e4be2b79ffd93291305436bf889314e4a3faec05ecffcbb7df31ad9e51a
            regexMatch "^a+$" "aaa"~true
            regexMatch "[" "a"~false
            regexFindAll "[2,4,6,8]" "123456789" -1~[2 4 6 8]
            regexFind "[a-zA-Z][1-9]" "abcd1234"~d1
            regexReplaceAll "a(x*)b" "-ab-axxb-" "${1}W"~-W-xxW-
            regexReplaceAllLiteral "a(x*)b" "-ab-axxb-" "${1}"~-${1}-${1}-
            regexSplit "z+" "pizza" -1~[pi a]
            regexQuoteMeta "1.2.3"~1\\.2\\.3
            base "foo/bar/baz"~baz
            dir "foo/bar/baz"~foo/bar
            clean "foo/bar/../baz"~foo/baz
            ext "foo.bar"~.bar
            isAbs "/a"~true
            base ""~.
            (semver "1.2.3").Major~1
            semverCompare "^1.2.0" "1.2.3"~true
            semverCompare "^0.2.3" "0.3.0"~false
            semverCompare ">=1.0.0" "1.0.0-rc.1"~false
            semverCompare ">=1.0.0-0" "1.0.0-rc.1"~true
            semverCompare "1.0 - 2.0" "1.5.0"~true
            semverCompare "<1 || >2" "3.0.0"~true
            toJson (dict "a" 1 "b" (list "<"))~{"a":1,"b":["\\u003c"]}
            toRawJson (dict "a" "<")~{"a":"<"}
            (fromJson "{\\"a\\":1}").a~1
            (fromYaml "a: {b: c}").a.b~c
            toYaml (dict "a" 1)~a: 1
            """)
    void encodingsPatternsPathsAndVersions(String template, String text) {
        renders(template, text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            date "2006-01-02" now~2026-01-02
            dateModify "-1h" now | date "15:04"~02:04
            unixEpoch now~1767323045
            htmlDate now~2026-01-02
            dateInZone "2006-01-02 15:04" now "UTC"~2026-01-02 03:04
            toDate "2006-01-02" "2017-12-31" | date "02/01/2006"~31/12/2017
            duration "95"~1m35s
            durationRound "2h10m5s"~2h
            durationRound "2400h10m5s"~3mo
            """)
    void timesAreShown(String template, String text) {
        renders(template, text);
    }
}
