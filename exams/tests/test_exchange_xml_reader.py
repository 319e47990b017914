"""Every way to make an XML reader work too long, read too much or read elsewhere is refused."""

import tracemalloc

import pytest
from hypothesis import given, strategies as st
from lxml import etree

from exams.exchange.xml_reader import (
    MAX_ATTRIBUTES,
    MAX_BYTES,
    MAX_DEPTH,
    MAX_ELEMENTS,
    XmlFault,
    XmlRefused,
    line_of,
    looks_like_xml,
    read_xml,
    root_name,
)

LAUGHS = b"""<?xml version="1.0"?>
<!-- a comment first -->
<!DOCTYPE lolz [
 <!ENTITY lol "lol">
 <!ENTITY lol1 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">
 <!ENTITY lol2 "&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;">
]>
<lolz>&lol2;</lolz>"""
QUADRATIC = (
    b'<!DOCTYPE q [<!ENTITY a "' + b"a" * 50_000 + b'">]>\n<q x="' + b"&a;" * 50_000 + b'"/>'
)


def refusal_of(data: bytes) -> XmlRefused:
    with pytest.raises(XmlRefused) as refused:
        read_xml(data)
    return refused.value


def test_elements_know_their_lines_however_long_the_file() -> None:
    root = read_xml(b"<a>" + b"\n" * 70_000 + b"<b>x</b>\n<c/></a>")
    assert [(child.tag, line_of(child)) for child in root] == [("b", 70_001), ("c", 70_002)]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (LAUGHS, 3),
        (QUADRATIC, 1),
        (b"<!DOCTYPE a>\n<a/>", 1),
        (b'\n\n<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x.dtd"><a/>', 3),
        (b'<!DOCTYPE a PUBLIC "-//X//EN" "x.dtd"><a/>', 1),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', 1),
        (b'<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/passwd">%p;]><a/>', 1),
        ('﻿\n<!DOCTYPE a [<!ENTITY x "y">]><a/>'.encode("utf-16"), 2),
    ],
)
def test_a_document_type_with_or_without_entities_is_refused(data: bytes, line: int) -> None:
    refused = refusal_of(data)
    assert (refused.fault, refused.line) == (XmlFault.DTD, line)


def test_an_entity_that_nothing_declares_is_refused_with_its_line() -> None:
    refused = refusal_of(b"<a>\n<b>&nbsp;</b>\n</a>")
    assert (refused.fault, refused.line) == (XmlFault.MALFORMED, 2)


def test_the_five_entities_of_xml_and_character_references_are_text() -> None:
    assert read_xml(b"<a>&lt;&amp;&gt;&quot;&apos;&#1587;&#x41;</a>").text == "<&>\"'سA"


def test_a_document_type_in_a_comment_or_in_cdata_is_text() -> None:
    assert read_xml(b"<a><!-- <!DOCTYPE a> --><![CDATA[<!DOCTYPE b>]]></a>").text == (
        "<!DOCTYPE b>"
    )


def test_including_another_document_is_refused() -> None:
    data = b'<a xmlns:y="http://www.w3.org/2001/XInclude">\n<y:include href="/etc/passwd"/></a>'
    refused = refusal_of(data)
    assert (refused.fault, refused.line) == (XmlFault.INCLUDE, 2)
    assert read_xml(b'<a xmlns:y="http://www.w3.org/2001/XInclude"/>').tag == "a"


def test_more_than_the_limit_is_refused_before_anything_is_read() -> None:
    assert refusal_of(b"<" * (MAX_BYTES + 1)).fault is XmlFault.TOO_LARGE


def test_the_last_depth_is_read_and_the_next_is_refused() -> None:
    assert read_xml(b"<a>" * MAX_DEPTH + b"</a>" * MAX_DEPTH).tag == "a"
    deeper = b"<a>\n" * (MAX_DEPTH + 1) + b"</a>" * (MAX_DEPTH + 1)
    refused = refusal_of(deeper)
    assert (refused.fault, refused.line) == (XmlFault.TOO_DEEP, MAX_DEPTH + 1)


def test_a_million_open_tags_are_refused_at_the_first_ones() -> None:
    data = b"<a>" * 1_000_000
    tracemalloc.start()
    refused = refusal_of(data)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refused.fault is XmlFault.TOO_DEEP
    assert peak < 8 * len(data)


def test_too_many_elements_or_attributes_are_refused() -> None:
    many = b"<a>" + b"<b/>" * MAX_ELEMENTS + b"</a>"
    assert refusal_of(many).fault is XmlFault.TOO_MANY_ELEMENTS
    wide = " ".join(f'a{n}="" xmlns:n{n}="u{n}"' for n in range(MAX_ATTRIBUTES)).encode()
    refused = refusal_of(b"<r>\n<a " + wide + b"/></r>")
    assert (refused.fault, refused.line) == (XmlFault.TOO_MANY_ATTRIBUTES, 2)


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"", 1),
        (b"   ", 1),
        (b"no tag", 1),
        (b"<a>\n<b>\n</a>", 3),
        (b"<a>\n</a>\n<b/>", 3),
        (b"<a b='1' b='2'/>", 1),
        (b"<a>\n", 2),
        (b"<p:a/>", 1),
        (b"<a>&#0;</a>", 1),
        (b"<a>\n\xef\xbf\xbf</a>", 2),
        (b"<!-- x -->\n<?xml version='1.0'?><a/>", 2),
    ],
)
def test_what_is_not_well_formed_is_refused_with_its_line(data: bytes, line: int) -> None:
    refused = refusal_of(data)
    assert (refused.fault, refused.line) == (XmlFault.MALFORMED, line)
    assert refused.detail


@pytest.mark.parametrize(
    ("data", "line"),
    [(b"<a>\n\x00</a>", 2), (b"<a>\x1b</a>", 1), ("<a>\n\n\x07</a>".encode("utf-16"), 3)],
)
def test_control_characters_are_refused_with_their_line(data: bytes, line: int) -> None:
    refused = refusal_of(data)
    assert (refused.fault, refused.line) == (XmlFault.CONTROL_CHARACTER, line)


@pytest.mark.parametrize(
    "data",
    [
        "<a>é سلام</a>".encode(),
        "﻿<a>é سلام</a>".encode(),
        "<?xml version='1.0' encoding='UTF-8'?><a>é سلام</a>".encode(),
        "\n\n<?xml version='1.0' encoding='UTF-8'?><a>é سلام</a>".encode(),
        "<?xml version='1.0' encoding='UTF-16'?><a>é سلام</a>".encode("utf-16"),
        b"\xfe\xff" + "<a>é سلام</a>".encode("utf-16-be"),
    ],
)
def test_unicode_is_read_in_its_usual_encodings(data: bytes) -> None:
    assert read_xml(data).text == "é سلام"


@pytest.mark.parametrize("name", ["iso-8859-1", "windows-1252", "ISO8859-15"])
def test_western_encodings_are_read_when_they_are_said(name: str) -> None:
    data = f"<?xml version='1.0' encoding = \"{name}\"?>\n<a>\n<b>é</b></a>".encode(name)
    (child,) = read_xml(data)
    assert (child.text, line_of(child)) == ("é", 3)


@pytest.mark.parametrize(
    "data",
    [
        b"<a>\xe9</a>",
        b"<?xml version='1.0' encoding='utf-7'?><a>+AGE-</a>",
        b"<?xml version='1.0' encoding='idna'?><a/>",
        b"<?xml version='1.0' encoding='zlib_codec'?><a/>",
        b"<?xml version='1.0' encoding='no\x00such'?><a/>",
        b"<?xml version='1.0' encoding='ascii'?><a>\xc3\xa9</a>",
        b"\xff\xfe<\x00a",
        "<a>\ud800</a>".encode("utf-16", "surrogatepass"),
    ],
)
def test_a_wrong_or_unusual_encoding_is_refused(data: bytes) -> None:
    assert refusal_of(data).fault is XmlFault.BAD_ENCODING


def test_comments_and_instructions_are_not_part_of_the_tree() -> None:
    root = read_xml(b'<?xml-stylesheet href="http://127.0.0.1:1/"?><a>x<!-- y -->z<?w?></a>')
    assert (root.text, len(root)) == ("xz", 0)


def test_a_file_of_tags_is_known_by_its_first_sign() -> None:
    assert looks_like_xml("﻿ <a/>".encode())
    assert looks_like_xml("<a/>".encode("utf-16"))
    assert not looks_like_xml(b"::q:: a < b {T}")
    assert not looks_like_xml(b"")


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<a/>", "a"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- <b> -->\n<!-- c -->\n<p:exam id='1'>", "exam"),
        ("<?xml version='1.0'?><exam>".encode("utf-16"), "exam"),
        (b"<!DOCTYPE x>\n<exam\n>", "exam"),
        (b"<", ""),
        (b"<!-- never closed", ""),
        (b"::q:: {T}", ""),
        (b"", ""),
    ],
)
def test_the_name_of_the_root_is_known_without_reading_the_rest(data: bytes, name: str) -> None:
    assert root_name(data) == name


pieces = st.sampled_from(
    b"<a>|</a>|<b x='1'/>|&amp;|&x;|<![CDATA[|]]>|<!--|-->|<!DOCTYPE a [|<!ENTITY x 'y'>|]>|"
    b"<?xml version='1.0'?>|\n|x|<".split(b"|")
)


@given(st.one_of(st.binary(max_size=80), st.lists(pieces, max_size=30).map(b"".join)))
def test_any_bytes_are_a_tree_or_a_refusal_with_a_line_of_the_file(data: bytes) -> None:
    try:
        root = read_xml(data)
    except XmlRefused as refused:
        assert 1 <= refused.line <= data.count(b"\n") + 1  # noqa: PT017 - both ends are right
    else:
        assert etree.tostring(root)
        assert b"<!DOCTYPE" not in data or b"CDATA" in data or b"<!--" in data
