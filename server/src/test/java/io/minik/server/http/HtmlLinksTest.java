package io.minik.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HtmlLinksTest {
    private static String changed(String html, int partSize) {
        HtmlLinks links = new HtmlLinks(url -> "P" + url);
        Buffer all = Buffer.buffer();
        Buffer text = Buffer.buffer(html);
        for (int from = 0; from < text.length(); from += partSize) {
            all.appendBuffer(links.accept(text.getBuffer(from, Math.min(text.length(), from + partSize))));
        }
        return all.appendBuffer(links.end()).toString();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "<a href=\"/x\">test</a>|<a href=\"P/x\">test</a>",
                "<A class=c HREF = '/x'>|<A class=c HREF = 'P/x'>",
                "<img src=/x alt=\"/y\">|<img src=P/x alt=\"/y\">",
                "<form action=\"/x?a=>b\" method=post>|<form action=\"P/x?a=>b\" method=post>",
                "1 < 2 <a href=/x>|1 < 2 <a href=P/x>",
                "<<a href=/x>|<<a href=P/x>",
                "it's <b title='href=/x'>|it's <b title='href=/x'>",
                "<script>if (a</b/ && '<a href=\"/x\">') {}</script><a href=/y>"
                        + "|<script>if (a</b/ && '<a href=\"/x\">') {}</script><a href=P/y>",
                "ünïcode <link href=\"/ü\">|ünïcode <link href=\"P/ü\">",
                "<a href=\"/never ends|<a href=\"/never ends",
            })
    void urlsOfTagsChangeAndNothingElse(String html, String wanted) {
        assertThat(changed(html, html.length() + 9)).isEqualTo(wanted);
        assertThat(changed(html, 1)).isEqualTo(wanted);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 1000})
    void aTagWithoutEndIsNotHeldBackForEver(int partSize) {
        String html = "<a href=\"" + "x".repeat(100_000);
        assertThat(changed(html, partSize)).isEqualTo(html);
    }

    @Test
    void aLongTextIsPassedOnAsItComes() {
        HtmlLinks links = new HtmlLinks(url -> url);
        assertThat(links.accept(Buffer.buffer("some text <a")).toString()).isEqualTo("some text ");
    }
}
