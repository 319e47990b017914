"""The samples are what they claim to be."""

import io
import zipfile

import pytest

from scanner.engines.samples import encrypted_zip, nested_zip, zip_of


def test_the_encrypted_sample_asks_for_a_password() -> None:
    with zipfile.ZipFile(io.BytesIO(encrypted_zip())) as archive:
        name = archive.namelist()[0]
        with pytest.raises(RuntimeError, match="password required"):
            archive.open(name)


def test_the_nested_sample_is_as_deep_as_asked() -> None:
    content, depth = nested_zip(b"end", 5), 0
    while content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = archive.read("inner.zip")
        depth += 1
    assert (content, depth) == (b"end", 5)


def test_a_zip_holds_what_was_put_in() -> None:
    with zipfile.ZipFile(io.BytesIO(zip_of({"a": b"1", "b/c": b"2"}))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {"a": b"1", "b/c": b"2"}
