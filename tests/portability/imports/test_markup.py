"""HTML in journals: which texts are HTML, and what of them is text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.portability.imports.markup import (
    LONGEST_MARKUP,
    html_to_text,
    looks_like_html,
)
from leaderjournal.portability.imports.rules import InvalidEntry


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\nTwo"),
        ("<p>One<p>Two", "One\nTwo"),
        ("<div>One</div>Two<h2>Three</h2>", "One\nTwo\nThree"),
        ("<p>One</p><p><br></p><p>Two</p>", "One\n\nTwo"),
        ("<p>One</p><p>&nbsp;</p><p>Two</p>", "One\n\nTwo"),
        ("<p>One</p><p></p><p>Two</p>", "One\nTwo"),
        ("One<br>Two<br/>Three<BR />Four", "One\nTwo\nThree\nFour"),
        ("<ul><li>One</li><li>Two<ol><li>Three</li></ol></li></ul>", "One\nTwo\nThree"),
        ("<blockquote>One</blockquote>Two", "One\nTwo"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a\tb\nc"),
        ("<p>One <b>bold</b> <i>word</i></p>", "One bold word"),
        ("<p>\n  One\n  more </p>\n\n <p>Two</p>", "One more\nTwo"),
        ("<pre>a\n  b</pre>c", "a\n  b\nc"),
        ("break <br> then", "break\nthen"),
        ("<p>a</p><br><br><br><p>b</p>", "a\n\nb"),
        ("", ""),
        ("<p><br></p>", ""),
    ],
)
def test_blocks_items_and_breaks_become_lines(html, text):
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (
            "<p>Tom &amp; Ana &lt;3 &quot;x&quot; &#8364;&#x20AC; &eacute;</p>",
            'Tom & Ana <3 "x" €€ é',
        ),
        ("<p>one&nbsp;two&#160;three</p>", "one two three"),
        ("<p>R&D and 1 & 2</p>", "R&D and 1 & 2"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
    ],
)
def test_entities_are_decoded_once(html, text):
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    "hidden",
    [
        "<style>p{color:red}</style>",
        "<script>if (1 < 2) alert('<p>x</p>')</script>",
        "<SCRIPT type='text/javascript'>x</SCRIPT>",
        "<!-- hidden -->",
        "<!-- <p>hidden</p>\n -->",
        "<!DOCTYPE html>",
        "<?xml:namespace prefix = o ?>",
        "<head><title>Title</title><meta charset=utf-8></head>",
        "<template><p>x</p></template>",
        "<svg><text>x</text></svg>",
        "<noscript>x</noscript>",
        '<img alt="a > b" src="data:image/png;base64,AAAA">',
    ],
)
def test_what_no_page_shows_is_left_out(hidden):
    assert html_to_text(f"{hidden}<p>One</p>{hidden}<p>Two</p>{hidden}") == "One\nTwo"


@pytest.mark.parametrize(
    "words",
    [
        "1 < 2",
        "1 < 2 and a<b",
        "I <3 you, </3",
        "a <- b -> c",
        "<grin> he said",
        "<https://a.example/b>",
        "<mira@a.example>",
        "x <b",
        "x <!-- y",
        "x <! y <? z",
    ],
)
def test_angle_bracket_that_begins_no_tag_stays_a_letter(words):
    assert html_to_text(f"<p>{words}</p>") == words
    assert html_to_text(words) == words


def test_unknown_elements_are_tags_where_they_look_like_it():
    assert html_to_text("<o:p>a</o:p><en-note>b</en-note><x y='z'>c<foo>d</foo>") == "abcd"


def test_text_without_any_line_of_html_keeps_its_own_lines():
    assert html_to_text("One <i>word</i>\n  - two\r\nthree") == "One word\n  - two\nthree"
    assert html_to_text("# One\n\nTwo<br>three", keep_lines=True) == "# One\n\nTwo\nthree"


@pytest.mark.parametrize(
    "text",
    [
        "<p>One",
        "  <div dir='auto'>One</div>",
        "One <b>two</b>",
        "One<br>two",
        "<span style='color:red'>red</span>",
        "Tom &amp; Ana",
        "one&nbsp;two",
        "it&#39;s",
    ],
)
def test_text_with_tags_or_entities_looks_like_html(text):
    assert looks_like_html(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "words",
        "1 < 2",
        "# heading\n- a & b < c > d",
        "R&D; AT&T",
        "The <b> tag makes words bold",
        "<grin> <https://a.example>",
        "</3",
        "a < br > b",
    ],
)
def test_plain_text_does_not_look_like_html(text):
    assert not looks_like_html(text)


@pytest.mark.parametrize(
    "unit",
    [
        "<div>",
        "<p>",
        "<b>",
        "<ul><li>",
        "<a>",
        "<b><p>",
        "<svg>",
        "<x-y>",
        "<table><tr><td>",
        "<option>",
    ],
)
def test_a_hundred_thousand_nested_tags_are_read(unit):
    html = f"One{unit * 100_000}Two"
    assert "One" in html_to_text(html)
    looks_like_html(html)


@pytest.mark.parametrize("tag", ["div", "span", "blockquote", "i"])
def test_deeply_nested_text_and_what_follows_it_is_kept(tag):
    text = html_to_text(f"{f'<{tag}>' * 30_000}deep{f'</{tag}>' * 30_000}<p>after</p>")
    assert text.split() == ["deep", "after"]


@pytest.mark.parametrize(
    "noise", ["<!--", "<a '\"", "<a \"'", "<a <", "<x>", "&", "<", "<a x", "'<p \""]
)
def test_hostile_markup_is_read_in_linear_time(noise):
    # Quadratic work would take hours here.
    html_to_text(noise * (LONGEST_MARKUP // len(noise)))


@pytest.mark.parametrize("html", ["<p>a\0b</p>", "<p>a\ud800b</p>", "a\udfff<b>b</b>"])
def test_characters_that_are_no_text_are_dropped(html):
    assert html_to_text(html) == "ab"


def test_photos_written_into_a_text_do_not_make_it_too_long():
    photo = f'<img alt="x" src="data:image/png;base64,{"iVBORw0K" * 400_000}">'
    assert html_to_text(f"<p>Before</p>{photo}<p>after</p>") == "Before\nafter"


def test_endless_markup_is_refused():
    with pytest.raises(InvalidEntry, match="2,000,000"):
        html_to_text("x" * (LONGEST_MARKUP + 1))


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"])))
def test_escaped_words_come_back_unchanged(words):
    escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert html_to_text(f"<p>{escaped}</p>") == words


PIECES = (
    "<p> </p> <b> </b> <br> <li> <ul> </ul> <td> <table> <select> <option> <svg> </svg> <math> "
    "<!-- --> <script> </script> & &amp; < > \" ' a=b / word <template> </template> <style> <form> "
    "<h1> <a> <frameset> <title> <body> </body> <head> <textarea> <pre> </pre> <object> <ruby> <rt>"
)


@given(
    st.lists(st.sampled_from(PIECES.split()) | st.text("<>&;/!-ab \n\"'", max_size=4)).map("".join)
)
def test_any_markup_is_read(html):
    looks_like_html(html)
    assert "\n\n\n" not in html_to_text(html)
    html_to_text(html, keep_lines=True)


def test_attributes_without_end_are_not_read_and_the_words_are():
    many = " ".join(f"a{number}=1" for number in range(100_000))
    assert html_to_text(f"<p {many}>Words <b>of</b> mine.</p>") == "Words of mine."
    assert html_to_text(f'<p title="{"x < y > z " * 500}">Words.</p>') == "Words."
