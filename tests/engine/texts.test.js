/** What people write becomes canonical values, and back, in their language. */
import { assert, describe, test } from "./harness.js";
import {
    htmlToText,
    instantOf,
    isFormatted,
    localTime,
    numberText,
    parseNumber,
    telephone,
    textToHtml,
    webAddress,
} from "../../addons/offline_base/static/src/app/ui/model/texts.js";

describe("a number", () => {
    for (const [language, text, number] of [
        ["en", "1,234.5", 1234.5],
        ["en", "1234.5", 1234.5],
        ["en", "-3", -3],
        ["en", ".5", 0.5],
        ["en", "1.", 1],
        ["en", "", null],
        ["en", "  ", null],
        ["en", "1,23", NaN],
        ["en", "1.2.3", NaN],
        ["en", "twelve", NaN],
        ["en", "1e5", NaN],
        ["de", "1.234,5", 1234.5],
        ["de", "1.234", 1234],
        ["de", "1.5", 1.5],
        ["de", "12,5", 12.5],
        ["fr", "1\u202f234,5", 1234.5],
        ["fr", "1 234,5", 1234.5],
        ["fr", "12.5", 12.5],
        ["de-CH", "1’234.5", 1234.5],
        ["hi", "12,34,567.5", 1234567.5],
        ["ar-EG", "١٬٢٣٤٫٥", 1234.5],
        ["sv", "−3,5", -3.5],
    ]) {
        test(`written ${JSON.stringify(text)} in ${language} is ${number}`, () => {
            assert.deepEqual(parseNumber(text, language), number);
        });
    }

    test("is read as it was written for typing, in every language", () => {
        for (const language of ["en", "de", "fr", "ar-EG", "hi", "fa", "de-CH", "sv"]) {
            for (const number of [0, -1.5, 1234567.125, 0.001]) {
                assert.equal(parseNumber(numberText(number, language), language), number, `${language} ${number}`);
            }
        }
    });
});

describe("a rich text", () => {
    for (const [html, text] of [
        ["<p>One</p><p>Two</p>", "One\nTwo"],
        ["<p>One<br>Two</p>", "One\nTwo"],
        ["<p>One</p><p><br></p><p>Two</p>", "One\n\nTwo"],
        ["<ul><li>One</li><li>Two</li></ul>", "• One\n• Two"],
        ["a &amp; b &lt;c&gt; &#233; &#x20ac; &unknown;", "a & b <c> é € &unknown;"],
        ["<style>p {}</style><script>x</script><p>One</p><!-- no -->", "One"],
        ["<p>  much\n  room </p>", "much room"],
        ["", ""],
    ]) {
        test(`${JSON.stringify(html)} reads ${JSON.stringify(text)}`, () => {
            assert.equal(htmlToText(html), text);
        });
    }

    test("of plain lines comes back as it was written", () => {
        const text = 'One & <two>\n\n"Three"';
        assert.equal(htmlToText(textToHtml(text)), text);
        assert.equal(textToHtml(" \n "), null);
    });

    test("is formatted where plain paragraphs would lose something", () => {
        assert.equal(isFormatted('<p data-oe-version="2.0">One<br/></p><div>Two</div>'), false);
        assert.equal(isFormatted("<p><strong>One</strong></p>"), true);
        assert.equal(isFormatted('<p><a href="https://example.com">One</a></p>'), true);
    });
});

describe("an address", () => {
    test("to call has no letters or brackets", () => {
        assert.equal(telephone("+32 (0)81 / 12-34"), "tel:+320811234");
    });

    test("of a site is never one that runs something", () => {
        assert.equal(webAddress("www.example.com"), "https://www.example.com");
        assert.equal(webAddress("http://example.com/a"), "http://example.com/a");
        assert.equal(webAddress("javascript:alert(1)"), null);
        assert.equal(webAddress("data:text/html,x"), null);
    });
});

describe("a moment", () => {
    test("comes back from the box where it was put, to the minute", () => {
        assert.equal(instantOf(localTime("2026-11-22T10:30:00Z")), "2026-11-22T10:30:00Z");
        assert.equal(instantOf(""), null);
    });
});
