import pytest

from exams.exchange.formats import Format, parse, sniff
from exams.tests.imports import check_balance


@pytest.mark.parametrize(
    ("name", "data", "file_format"),
    [
        ("q.gift", b"::q:: Is it? {T}", Format.GIFT),
        ("", "﻿$CATEGORY: a\n\nIs it? {T}".encode(), Format.GIFT),
        ("export.xml", b"<?xml version='1.0'?>\n<!-- all --><quiz>", Format.MOODLE_XML),
        ("renamed.gift", "<quiz>".encode("utf-16"), Format.MOODLE_XML),
        ("i.xml", b"<!-- x --><assessmentItem xmlns='urn:a'>", Format.QTI),
        ("t.xml", b"<imsqti:assessmentTest>", Format.QTI),
        ("i3.xml", b"<qti-assessment-item>", Format.QTI),
        ("old.xml", b"<questestinterop/>", Format.QTI),
        ("course.zip", b"PK\x03\x04...", Format.QTI),
        ("page.xml", b"<html>", Format.MOODLE_XML),
        ("empty.txt", b"", Format.GIFT),
    ],
)
def test_a_file_is_known_by_its_content(name: str, data: bytes, file_format: Format) -> None:
    assert sniff(name, data) is file_format


@pytest.mark.parametrize("file_format", Format)
def test_every_format_reads_its_file_and_refuses_nonsense_without_raising(
    file_format: Format,
) -> None:
    for data in (b"", b"\x00\xff", b"<a><b></a>", b"PK\x03\x04 no archive"):
        check_balance(parse(file_format, data))
