import pytest

from exams.domain.texts import TextFormat, clean_html, to_plain
from exams.exchange.items import ItemCode, ItemRefused
from exams.exchange.xml_parts import (
    Notes,
    as_plain,
    child,
    children,
    decimal_in,
    in_one_format,
    inner_markup,
    local_name,
    name_from,
    refused,
    safe_html,
    words,
    words_of,
)
from exams.exchange.xml_reader import XmlFault, XmlRefused, read_xml

ROOT = read_xml(
    b'<r xmlns="urn:a" xmlns:b="urn:b">\n<x>1 &lt; <b:i b:lang="fa">2</b:i><br/>3</x>\n<b:x/></r>'
)


def test_children_are_found_by_name_whatever_their_namespace() -> None:
    assert [local_name(one) for one in children(ROOT, "x")] == ["x", "x"]
    first = child(ROOT, "x")
    assert words(first) == "1 < 23"
    assert child(ROOT, "y") is None
    assert words(None) == ""


def test_inner_markup_is_html_without_namespaces() -> None:
    first = child(ROOT, "x")
    assert first is not None
    assert inner_markup(first) == '1 &lt; <i lang="fa">2</i><br>3'


def test_a_number_that_is_none_is_refused_at_its_line() -> None:
    assert decimal_in(None, default="2") == 2
    with pytest.raises(ItemRefused) as refusal:
        decimal_in(child(ROOT, "x"))
    assert (refusal.value.code, refusal.value.line) == (ItemCode.BAD_NUMBER, 2)


def test_texts_of_one_format_stay_and_others_become_html() -> None:
    assert in_one_format([("*a*", TextFormat.MARKDOWN), (" ", TextFormat.HTML)]) == (
        TextFormat.MARKDOWN,
        ["*a*", " "],
    )
    mixed = in_one_format([("a < b", TextFormat.PLAIN), ("<b>c</b>", TextFormat.HTML)])
    assert mixed == (TextFormat.HTML, ["a &lt; b", "<b>c</b>"])
    assert in_one_format([("", TextFormat.PLAIN)]) == (TextFormat.HTML, [""])


def test_a_name_is_the_given_one_or_the_first_words() -> None:
    assert name_from(" a\n b ", "x", TextFormat.PLAIN) == "a b"
    assert name_from("", "<p>Well &amp; good?</p>", TextFormat.HTML) == "Well & good?"
    assert len(name_from("x" * 500, "", TextFormat.PLAIN)) == 80
    assert as_plain(" <b> ", TextFormat.PLAIN) == "<b>"


@pytest.mark.parametrize("markup", ["a &lt;b&gt; &amp; c", "<b>a</b> &lt;c", "", "a\n b"])
def test_the_shorter_way_gives_what_the_longer_one_does(markup: str) -> None:
    assert safe_html(markup) == clean_html(markup).strip()
    assert words_of(markup) == to_plain(markup)
    assert as_plain(markup, TextFormat.HTML) == to_plain(markup)


def test_a_sign_that_begins_no_tag_is_not_lost() -> None:
    assert as_plain("x<y and 1 < 2", TextFormat.HTML) == "x<y and 1 < 2"


def test_the_same_thing_is_said_once() -> None:
    notes = Notes("a.xml")
    notes.add(ItemCode.MEDIA_REMOVED, " x\n y", ROOT)
    notes.add(ItemCode.MEDIA_REMOVED, "x y", ROOT)
    (finding,) = notes.findings
    assert (finding.line, finding.text, finding.file) == (1, "x y", "a.xml")


def test_a_refused_document_is_one_finding_and_no_item() -> None:
    seen = refused(XmlRefused(XmlFault.DTD, 3, "x"), "a.xml")
    assert (seen.items, [(one.line, one.file) for one in seen.findings]) == ((), [(3, "a.xml")])
