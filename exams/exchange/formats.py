"""The formats that an import takes: which one a file is in, and what it holds."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

from exams.exchange import exam_xml, gift, moodle_xml, packages, qti, qti_names
from exams.exchange.items import Preview, without_too_many_remarks
from exams.exchange.xml_reader import looks_like_xml, root_name


class Format(StrEnum):
    """A format of files of questions."""

    GIFT = "gift"
    MOODLE_XML = "moodle_xml"
    QTI = "qti"
    EXAM_XML = "exam_xml"


_PARSERS: Final[Mapping[Format, Callable[[bytes], Preview]]] = {
    Format.GIFT: gift.preview,
    Format.MOODLE_XML: moodle_xml.preview,
    Format.QTI: qti.preview,
    Format.EXAM_XML: exam_xml.preview,
}
# XML is told by the name of its first element.
_ROOTS: Final[Mapping[str, Format]] = {
    moodle_xml.ROOT: Format.MOODLE_XML,
    **dict.fromkeys(qti_names.ROOTS, Format.QTI),
    exam_xml.ROOT: Format.EXAM_XML,
}
_OTHER_XML: Final = Format.MOODLE_XML  # which says what it is not


def sniff(name: str, data: bytes) -> Format:
    """Return the format a file is most likely in, by its content; its name decides nothing yet."""
    del name
    if data.startswith(packages.SIGNS):
        return Format.QTI
    if looks_like_xml(data):
        return _ROOTS.get(root_name(data), _OTHER_XML)
    return Format.GIFT


def parse(file_format: Format, data: bytes) -> Preview:
    """Return what a file holds and what is to be said about it; never raises for bad content."""
    return without_too_many_remarks(_PARSERS[file_format](data))
