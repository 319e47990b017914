"""XML sent by people, read without its dangers: a tree with line numbers, or a refusal with a line.

Two readings of the same UTF-8 bytes: the first (expat, through defusedxml) looks at each token and
stops at the first one that is refused, so that nothing dangerous is ever expanded, nested or
counted to its end; the second (lxml, no network, no DTD, no entities) builds the tree.
"""

import codecs
from enum import StrEnum
from typing import Final
from xml.sax import SAXParseException
from xml.sax.handler import (
    ContentHandler,
    LexicalHandler,
    property_lexical_handler,
)
from xml.sax.xmlreader import AttributesImpl, Locator

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped] # ships no types
from defusedxml.expatreader import create_parser  # type: ignore[import-untyped] # ships no types
from lxml import etree

MAX_BYTES: Final = 5 * 1024 * 1024
MAX_DEPTH: Final = 50
MAX_ELEMENTS: Final = 400_000  # an import of 5 MB with the shortest real elements has fewer
MAX_ATTRIBUTES: Final = 100
XINCLUDE: Final = "http://www.w3.org/2001/XInclude"
_CHUNK: Final = 16 * 1024  # expat reads its piece to the end, whatever was refused in it
_CONTROLS: Final = tuple(chr(code) for code in range(32) if chr(code) not in "\t\n\r")
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BEFORE_ROOT: Final = (("<?", "?>"), ("<!--", "-->"), ("<!DOCTYPE", ">"))
_ENCODINGS: Final = {"utf-8", "ascii", "iso8859-1", "iso8859-15", "cp1252", "utf-16"}


class XmlFault(StrEnum):
    """Why a document is refused as a whole. Texts for people are made at the edge."""

    TOO_LARGE = "xml_too_large"
    BAD_ENCODING = "xml_bad_encoding"
    CONTROL_CHARACTER = "xml_control_character"
    DTD = "xml_dtd"
    INCLUDE = "xml_include"
    TOO_DEEP = "xml_too_deep"
    TOO_MANY_ELEMENTS = "xml_too_many_elements"
    TOO_MANY_ATTRIBUTES = "xml_too_many_attributes"
    MALFORMED = "xml_malformed"


class XmlRefused(Exception):
    """The document is not read.

    Attributes:
        fault: Which rule it breaks.
        line: 1-based, where.
        detail: The limit, the encoding, or the parser's words.
    """

    def __init__(self, fault: XmlFault, line: int = 1, detail: str = "") -> None:
        self.fault, self.line, self.detail = fault, max(1, line), detail
        super().__init__(f"line {self.line}: {fault.value} {detail}".strip())


def read_xml(data: bytes) -> etree._Element:
    """Return the root of a document; every element of it knows its `sourceline`.

    Raises:
        XmlRefused: It has a DTD or an entity, includes another document, is too large, too deep,
            too full, wrongly encoded or not well-formed.
    """
    if len(data) > MAX_BYTES:
        raise XmlRefused(XmlFault.TOO_LARGE, detail=str(MAX_BYTES))
    clean = _without_declaration(_decoded(data)).encode()
    _look_at_tokens(clean)
    root = _tree(clean)
    for included in root.iter(f"{{{XINCLUDE}}}*"):
        raise XmlRefused(XmlFault.INCLUDE, line_of(included))
    return root


def line_of(element: etree._Element) -> int:
    """Return the line of the file where an element begins."""
    line: object = element.sourceline  # the stubs give it no type
    return line if isinstance(line, int) else 1


def looks_like_xml(data: bytes) -> bool:
    """Whether the first sign of a file, in any encoding read here, is that of a tag."""
    start = data[:400].replace(b"\0", b"")
    for bom, _name in _BOMS:
        start = start.removeprefix(bom)
    return start.lstrip().startswith(b"<")


def root_name(data: bytes) -> str:
    """Return the name of the first tag, without prefix, by a look at the first 64 kB; may be empty.

    Only for guessing a format: nothing is parsed, nothing refused.
    """
    text = data[:65536].replace(b"\0", b"").decode("utf-8", "ignore").lstrip("\ufeff\ufffe \t\r\n")
    for opening, closing in _BEFORE_ROOT * 50:
        if text.startswith(opening):
            text = text.partition(closing)[2].lstrip()
    if not text.startswith("<"):
        return ""
    name = text[1:200].replace("/", " ").replace(">", " ").split()
    return name[0].rpartition(":")[2] if name else ""


def _decoded(data: bytes) -> str:
    """Return the text, without byte order mark.

    Raises:
        XmlRefused: The bytes are not what they are said to be, or hold control characters.
    """
    encoding, start = _encoding_of(data)
    try:
        text = data[start:].decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, start + error.start) + 1
        raise XmlRefused(XmlFault.BAD_ENCODING, line, encoding) from None
    bad = [at for at in map(text.find, _CONTROLS) if at >= 0]
    if bad:
        at = min(bad)
        line = text.count("\n", 0, at) + 1
        raise XmlRefused(XmlFault.CONTROL_CHARACTER, line, f"U+{ord(text[at]):04X}")
    return text


def _encoding_of(data: bytes) -> tuple[str, int]:
    """Return the encoding and where the text begins: a byte order mark wins over what is said."""
    for bom, name in _BOMS:
        if data.startswith(bom):
            return name, len(bom)
    said = _said_encoding(data)
    try:
        name = codecs.lookup(said).name
    except (LookupError, ValueError):
        name = ""
    if name not in _ENCODINGS:
        raise XmlRefused(XmlFault.BAD_ENCODING, detail=said[:40])
    return name, 0


def _said_encoding(data: bytes) -> str:
    """Return what the XML declaration says, UTF-8 when it says nothing."""
    head = data[:200].decode("ascii", "replace").lstrip()
    declaration, closing, _rest = head.partition("?>")
    if not declaration.startswith("<?xml") or not closing:
        return "utf-8"
    _before, found, value = declaration.partition("encoding")
    value = value.lstrip().removeprefix("=").lstrip()
    quote = value[:1]
    return value[1:].partition(quote)[0] if found and quote in {'"', "'"} else "utf-8"


def _without_declaration(text: str) -> str:
    """Return the text with its XML declaration blanked: it speaks of the bytes before decoding.

    Space before it is no error here: files that scripts write often begin with an empty line.
    """
    start = text.lstrip()
    if not start.startswith("<?xml") or start[5:6] not in {" ", "\t", "\n", "\r"}:
        return text
    declaration, closing, rest = text.partition("?>")
    return "\n" * declaration.count("\n") + rest if closing else text


def _look_at_tokens(clean: bytes) -> None:
    """Read once without keeping anything.

    Raises:
        XmlRefused: At the first token that is not allowed.
    """
    reader = create_parser(forbid_dtd=False)  # the gate refuses it, and knows the line
    gate = _Gate(reader)
    reader.setContentHandler(gate)
    reader.setProperty(property_lexical_handler, gate)
    try:
        for start in range(0, len(clean), _CHUNK):
            reader.feed(clean[start : start + _CHUNK])
        reader.close()
    except DefusedXmlException:
        raise XmlRefused(XmlFault.DTD, reader.getLineNumber()) from None
    except SAXParseException as error:
        line = error.getLineNumber() or 1
        raise XmlRefused(XmlFault.MALFORMED, line, error.getMessage()) from None


class _Gate(ContentHandler, LexicalHandler):
    """Counts, keeps nothing, and raises XmlRefused."""

    def __init__(self, place: Locator) -> None:
        super().__init__()
        self.place = place
        self.depth = self.elements = 0

    def startDTD(self, name: str, public_id: str | None, system_id: str | None) -> None:  # noqa: N802 - SAX's name
        """Refuse what declares entities or asks for another file."""
        del public_id, system_id
        raise self._refusal(XmlFault.DTD, name[:40])

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - SAX's name
        """Go one deeper."""
        del name
        self.depth += 1
        self.elements += 1
        if self.depth > MAX_DEPTH:
            raise self._refusal(XmlFault.TOO_DEEP, str(MAX_DEPTH))
        if self.elements > MAX_ELEMENTS:
            raise self._refusal(XmlFault.TOO_MANY_ELEMENTS, str(MAX_ELEMENTS))
        if len(attrs) > MAX_ATTRIBUTES:
            raise self._refusal(XmlFault.TOO_MANY_ATTRIBUTES, str(MAX_ATTRIBUTES))

    def endElement(self, name: str) -> None:  # noqa: N802 - SAX's name
        """Go one up."""
        del name
        self.depth -= 1

    def skippedEntity(self, name: str) -> None:  # noqa: N802 - SAX's name
        """Refuse an entity that nothing declares."""
        raise self._refusal(XmlFault.MALFORMED, f"&{name[:40]};")

    def _refusal(self, fault: XmlFault, detail: str) -> XmlRefused:
        return XmlRefused(fault, self.place.getLineNumber() or 1, detail)


def _tree(clean: bytes) -> etree._Element:
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(clean, parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 1
        raise XmlRefused(XmlFault.MALFORMED, line, str(error.msg)) from None
