"""What a file really is, for real files of each kind and for the tricks people play."""

import io
import struct
import zipfile
import zlib

import pytest

from scanner import contents
from scanner.domain import KINDS
from scanner.engines.samples import encrypted_zip, zip_of
from scanner.errors import FileRefused


def png() -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0\xff\0\0")
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(64) + b"\xff\xd9"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
GIF = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"
WEBP = b"RIFF\x1a\x00\x00\x00WEBPVP8L" + bytes(16)
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(16)


def office(part: str, **more: bytes) -> bytes:
    return zip_of({"[Content_Types].xml": b"<Types/>", part: b"<x/>", **more})


def open_document(mime: str, **more: bytes) -> bytes:
    return zip_of({"mimetype": mime.encode(), "content.xml": b"<x/>", **more})


GOOD = {
    "png": png(),
    "jpg": JPEG,
    "jpeg": JPEG,
    "gif": GIF,
    "webp": WEBP,
    "heic": HEIC,
    "pdf": PDF,
    "docx": office("word/document.xml"),
    "xlsx": office("xl/workbook.xml"),
    "pptx": office("ppt/presentation.xml"),
    "odt": open_document(KINDS["odt"]),
    "ods": open_document(KINDS["ods"]),
    "odp": open_document(KINDS["odp"]),
    "zip": zip_of({"a.txt": b"a", "b/c.pdf": PDF}),
    "txt": "BMW, MZ and سلام\r\n".encode(),
    "csv": b"\xef\xbb\xbfname;mark\nAna;5\n",
    "md": "# Title\n".encode("utf-16"),
    "py": b"#!/usr/bin/env python3\nprint('<html>')\n",
}


def refusal_of(content: bytes, extension: str) -> str:
    with pytest.raises(FileRefused) as refusal:
        contents.sniff(io.BytesIO(content), extension)
    return str(refusal.value.data["reason"])


@pytest.mark.parametrize("extension", sorted(GOOD))
def test_each_kind_is_recognised(extension: str) -> None:
    assert contents.sniff(io.BytesIO(GOOD[extension]), extension) == KINDS[extension]


def test_a_picture_under_another_name_is_seen_as_what_it_is() -> None:
    assert contents.sniff(io.BytesIO(JPEG), "pdf") == "image/jpeg"


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"  \n<!DOCTYPE html><p>hi",
        b"\xef\xbb\xbf<HTML>",
        b"<script>alert(1)</script>",
        b"<?xml version='1.0'?><svg/>",
        "<html>".encode("utf-16"),
    ],
)
def test_markup_under_the_name_of_a_text_is_refused(content: bytes) -> None:
    assert refusal_of(content, "txt") == "active_content"


@pytest.mark.parametrize(
    "content", [b"\x00\x01\x02", b"\x7fELF" + bytes(9), b"abc\xff", b"a\x1b[0m"]
)
def test_bytes_are_no_text(content: bytes) -> None:
    assert refusal_of(content, "txt") == "content"


def test_a_character_cut_at_the_end_is_no_text() -> None:
    assert refusal_of("é".encode()[:1], "txt") == "content"


def test_a_long_text_is_read_to_its_end() -> None:
    long = b"a" * (3 * contents.CHUNK_BYTES)
    assert contents.sniff(io.BytesIO(long), "txt") == "text/plain"
    assert refusal_of(long + b"\x00", "txt") == "content"


def test_markup_under_the_name_of_a_picture_is_refused() -> None:
    assert refusal_of(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "png") == "content"


@pytest.mark.parametrize("carrier", [JPEG, PDF, GIF])
def test_a_picture_or_pdf_with_an_archive_behind_it_is_refused(carrier: bytes) -> None:
    assert refusal_of(carrier + zip_of({"evil.html": b"<script>"}), "jpg") == "polyglot"


def test_an_encrypted_archive_is_refused() -> None:
    assert refusal_of(encrypted_zip(), "zip") == "encrypted"


@pytest.mark.parametrize(
    "name", ["../up.txt", "/root.txt", "a/../../b.txt", "..\\up.txt", "C:/x.txt"]
)
def test_an_archive_that_climbs_out_is_refused(name: str) -> None:
    assert refusal_of(zip_of({name: b"x"}), "zip") == "archive"


def test_an_archive_with_a_program_is_refused() -> None:
    assert refusal_of(zip_of({"tools/Setup.EXE": b"MZ"}), "zip") == "archive"


def test_a_bomb_is_refused_by_its_ratio() -> None:
    assert refusal_of(zip_of({"zeros.txt": bytes(30 * 1024 * 1024)}), "zip") == "archive"


def test_an_archive_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "MAX_UNPACKED_BYTES", 100)
    assert refusal_of(zip_of({"a.txt": b"x" * 101}), "zip") == "archive"


def test_an_archive_of_too_many_entries_is_refused() -> None:
    many = {f"{number}.txt": b"" for number in range(contents.MAX_ENTRIES + 1)}
    assert refusal_of(zip_of(many), "zip") == "archive"


def test_a_huge_directory_is_refused_before_it_is_read() -> None:
    packed = bytearray(zip_of({"a.txt": b"x"}))
    at = packed.rfind(b"PK\x05\x06")
    struct.pack_into("<I", packed, at + 12, 2**31)
    assert refusal_of(bytes(packed), "zip") == "archive"


def test_a_broken_archive_is_refused() -> None:
    assert refusal_of(zip_of({"a.txt": b"x" * 100})[:60], "zip") == "archive"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, 97])
def test_a_document_whose_kind_is_packed_in_another_way_than_said_is_refused(method: int) -> None:
    packed = bytearray(open_document(KINDS["odt"]))
    struct.pack_into("<H", packed, packed.find(b"PK\x01\x02") + 10, method)
    assert refusal_of(bytes(packed), "odt") == "archive"


def test_a_document_whose_kind_is_no_deflated_data_is_refused() -> None:
    packed = bytearray(open_document(KINDS["odt"]))
    start = packed.find(b"mimetype") + len(b"mimetype")
    packed[start : start + 4] = b"\xff" * 4
    assert refusal_of(bytes(packed), "odt") == "archive"


def test_macros_are_refused() -> None:
    packed = io.BytesIO(office("word/document.xml"))
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("word/vbaProject.bin", b"x")
    assert refusal_of(packed.getvalue(), "docx") == "macros"
    with_basic = io.BytesIO(open_document(KINDS["odt"]))
    with zipfile.ZipFile(with_basic, "a") as archive:
        archive.writestr("Basic/Standard/Module1.xml", b"x")
    assert refusal_of(with_basic.getvalue(), "odt") == "macros"


def test_a_document_of_an_unknown_kind_is_refused() -> None:
    assert refusal_of(open_document("application/epub+zip"), "odt") == "content"
