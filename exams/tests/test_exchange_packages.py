"""A package cannot lead outside, blow up, hide another one, or make the reader raise."""

import io
import stat
import zipfile

import pytest
from hypothesis import given, strategies as st

from exams.exchange import packages
from exams.exchange.packages import Package, PackageFault, PackageRefused, resolve
from exams.tests.imports import damaged
from exams.tests.qti import package

GOOD = package({"imsmanifest.xml": "<manifest/>", "items/a.xml": "<a/>", "items/": ""})


def refusal_of(data: bytes) -> PackageRefused:
    with pytest.raises(PackageRefused) as refused:
        Package(data)
    return refused.value


def test_files_are_listed_and_read() -> None:
    opened = Package(GOOD)
    assert opened.names == ("imsmanifest.xml", "items/a.xml")
    assert opened.read("items/a.xml", 100) == b"<a/>"


def test_a_file_that_is_not_there_or_too_large_is_refused_alone() -> None:
    opened = Package(GOOD)
    for name, limit, fault in (
        ("items/b.xml", 100, PackageFault.MISSING),
        ("items/a.xml", 3, PackageFault.TOO_LARGE),
    ):
        with pytest.raises(PackageRefused) as refused:
            opened.read(name, limit)
        assert (refused.value.fault, refused.value.detail) == (fault, name)
    assert opened.read("items/a.xml", 4)


@pytest.mark.parametrize(
    "name",
    ["../a.xml", "a/../../b.xml", "/etc/passwd", "C:/a.xml", "a\\b.xml", "a\x1b.xml"],
)
def test_a_name_that_leads_elsewhere_refuses_the_package(name: str) -> None:
    assert refusal_of(package({name: "x"})).fault is PackageFault.UNSAFE_NAME


def test_a_link_refuses_the_package() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("a.xml")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert refusal_of(out.getvalue()).fault is PackageFault.UNSAFE_NAME


@pytest.mark.parametrize("name", ["inner.zip", "INNER.ZIP", "a/course.imscc", "x.tar.gz"])
def test_an_archive_in_an_archive_refuses_the_package(name: str) -> None:
    assert refusal_of(package({name: GOOD})).fault is PackageFault.NESTED


def test_an_archive_under_another_name_is_not_opened() -> None:
    with pytest.raises(PackageRefused) as refused:
        Package(package({"a.xml": GOOD})).read("a.xml", 10_000)
    assert refused.value.fault is PackageFault.NESTED


def test_an_encrypted_entry_refuses_the_package() -> None:
    data = bytearray(package({"a.xml": "x"}))
    central = data.index(b"PK\x01\x02")
    data[central + 8] |= 1
    assert refusal_of(bytes(data)).fault is PackageFault.ENCRYPTED


def test_too_many_entries_refuse_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MAX_ENTRIES", 2)
    assert Package(package({str(n): "" for n in range(2)})).names
    refused = refusal_of(package({str(n): "" for n in range(3)}))
    assert refused.fault is PackageFault.TOO_MANY_ENTRIES


def test_a_bomb_is_refused_by_what_it_says_of_itself() -> None:
    bomb = package({f"{n}.xml": b"\0" * 30_000_000 for n in range(4)})
    assert len(bomb) < 200_000
    assert refusal_of(bomb).fault is PackageFault.TOO_LARGE


def test_a_bomb_that_lies_is_not_read_beyond_its_word() -> None:
    data = bytearray(package({"a.xml": b"\0" * 1_000_000}))
    central = data.index(b"PK\x01\x02")
    data[central + 24 : central + 28] = (10).to_bytes(4, "little")
    with pytest.raises(PackageRefused) as refused:
        Package(bytes(data)).read("a.xml", 100)
    assert refused.value.fault is PackageFault.BROKEN


def test_all_that_is_read_together_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MAX_READ_BYTES", 7)
    opened = Package(GOOD)
    assert opened.read("items/a.xml", 100)
    with pytest.raises(PackageRefused) as refused:
        opened.read("items/a.xml", 100)
    assert refused.value.fault is PackageFault.TOO_LARGE


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_entries_of_one_name_refuse_the_package() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.xml", "1")
        archive.writestr("a.xml", "2")
    assert refusal_of(out.getvalue()).fault is PackageFault.TWICE


@pytest.mark.parametrize(
    ("base", "href", "name"),
    [
        ("imsmanifest.xml", "items/a.xml", "items/a.xml"),
        ("tests/t.xml", "../items/a%20b.xml#x", "items/a b.xml"),
        ("tests/t.xml", "./a.xml?x=1", "tests/a.xml"),
        ("tests/t.xml", "../../a.xml", ""),
        ("t.xml", "/etc/passwd", ""),
        ("t.xml", "http://127.0.0.1/a.xml", ""),
        ("t.xml", "", ""),
        ("t.xml", "%2e%2e/a.xml", ""),
    ],
)
def test_a_reference_stays_inside(base: str, href: str, name: str) -> None:
    assert resolve(base, href) == name


@given(st.one_of(st.binary(max_size=120).map(b"PK\x03\x04".__add__), damaged(GOOD)))
def test_any_bytes_are_a_package_or_refused(data: bytes) -> None:
    try:
        opened = Package(data)
        for name in opened.names:
            opened.read(name, 1000)
    except PackageRefused as refused:
        assert refused.fault in PackageFault  # noqa: PT017 - both ends are right
