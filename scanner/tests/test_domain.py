"""Rules of uploads: the verdict table, names, kinds, sizes, pauses."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from kernel.tests.machines import differences, unnoticed
from scanner import domain
from scanner.domain import (
    KINDS,
    MAX_NAME_CHARS,
    VERDICT,
    Purpose,
    Verdict,
    VerdictAction,
    backoff,
    check_kind,
    check_name,
    check_size,
    extensions_for,
    limit_bytes,
)
from scanner.errors import FileRefused, FileTooLarge

V, A = Verdict, VerdictAction

# Written from the specification, not from the table: everything not listed is illegal.
EXPECTED = {
    (V.QUARANTINED, A.BEGIN): V.SCANNING,
    (V.SCANNING, A.BEGIN): V.SCANNING,
    (V.SCANNING, A.GIVE_BACK): V.QUARANTINED,
    (V.SCANNING, A.CLEAR): V.CLEAN,
    (V.SCANNING, A.CONDEMN): V.INFECTED,
    (V.SCANNING, A.REFUSE): V.REFUSED,
    (V.CLEAN, A.RECALL): V.REFUSED,
    (V.INFECTED, A.PURGE): V.PURGED,
    (V.REFUSED, A.PURGE): V.PURGED,
}


def test_the_table_is_the_specification() -> None:
    assert differences(VERDICT, V.QUARANTINED, EXPECTED) == []


def test_every_mutant_of_the_table_is_noticed() -> None:
    assert unnoticed(VERDICT, V.QUARANTINED, EXPECTED) == []


def test_clean_is_reached_only_through_a_scan() -> None:
    assert {state for (state, _), to in VERDICT.moves.items() if to is V.CLEAN} == {V.SCANNING}


def test_nothing_leaves_a_rejection_but_deletion() -> None:
    for state in (V.INFECTED, V.REFUSED):
        assert {to for (src, _), to in VERDICT.moves.items() if src is state} == {V.PURGED}


@pytest.mark.parametrize(
    ("raw", "shown", "extension"),
    [
        ("essay.pdf", "essay.pdf", "pdf"),
        ("  Essay v1.2 final.DOCX ", "Essay v1.2 final.DOCX", "docx"),
        ("پاسخ\u200cها.pdf", "پاسخ\u200cها.pdf", "pdf"),
        ("cafe\u0301.txt", "café.txt", "txt"),
    ],
)
def test_an_ordinary_name_is_kept(raw: str, shown: str, extension: str) -> None:
    assert check_name(raw, Purpose.ANSWER) == (shown, extension)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("../../etc/passwd.txt", "bad_name"),
        ("..\\..\\boot.txt", "bad_name"),
        ("C:evil.txt", "bad_name"),
        ("a\x00.txt", "bad_name"),
        ("a\r\nSet-Cookie: x.txt", "bad_name"),
        ("invoice\u202efdp.txt", "bad_name"),
        (".htaccess", "bad_name"),
        ("", "bad_name"),
        ("   ", "bad_name"),
        ("essay", "kind"),
        ("essay.", "kind"),
        ("setup.exe", "kind"),
        ("page.html", "kind"),
        ("logo.svg", "kind"),
        ("macro.docm", "kind"),
        ("old.doc", "kind"),
        ("essay.exe.pdf", "double_extension"),
        ("photo.HTML .png", "double_extension"),
        ("photo.svg.v2.png", "double_extension"),
    ],
)
def test_a_dangerous_name_is_refused(raw: str, reason: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        check_name(raw, Purpose.ANSWER)
    assert refusal.value.data["reason"] == reason


@given(st.text(max_size=400))
def test_a_name_that_passes_can_be_shown_anywhere(raw: str) -> None:
    try:
        shown, extension = check_name(raw, Purpose.ANSWER)
    except FileRefused:
        return
    assert len(shown) <= MAX_NAME_CHARS
    assert shown.lower().endswith(f".{extension}")
    assert extension in KINDS
    assert not set(shown) & set('/\\:\0\r\n"')


def test_a_long_name_is_shortened_but_keeps_its_extension() -> None:
    shown, extension = check_name("x" * 300 + ".pdf", Purpose.ANSWER)
    assert (len(shown), extension) == (MAX_NAME_CHARS, "pdf")
    assert shown.endswith("….pdf")


def test_each_purpose_has_its_own_kinds() -> None:
    assert extensions_for(Purpose.ROSTER) == ("csv", "txt")
    with pytest.raises(FileRefused):
        check_name("photo.png", Purpose.ROSTER)
    assert set(extensions_for(Purpose.CHAT)) == set(KINDS)


def test_no_program_and_no_markup_is_on_the_list_of_kinds() -> None:
    assert not set(KINDS) & (domain.PROGRAMS | domain.MARKUP)


@pytest.mark.parametrize(("size", "ok"), [(0, False), (-1, False), (1, True), (10, True)])
def test_an_empty_file_is_refused(size: int, ok: bool) -> None:  # noqa: FBT001 parametrised
    if ok:
        check_size(size, 10)
    else:
        with pytest.raises(FileRefused):
            check_size(size, 10)


def test_one_byte_too_many_is_refused() -> None:
    with pytest.raises(FileTooLarge) as refusal:
        check_size(11, 10)
    assert refusal.value.data == {"limit_bytes": 10}


def test_the_limit_of_the_site_is_never_exceeded() -> None:
    assert limit_bytes(Purpose.ANSWER, 1000) == 1000
    assert limit_bytes(Purpose.ROSTER, 10**12) == 5 * domain.MIB


def test_content_must_be_what_the_name_says() -> None:
    check_kind("jpeg", "image/jpeg")
    with pytest.raises(FileRefused) as refusal:
        check_kind("png", "image/jpeg")
    assert refusal.value.data["reason"] == "content"


def test_the_pause_grows_and_is_bounded() -> None:
    pauses = [backoff(attempts) for attempts in range(1, 40)]
    assert pauses[0] == timedelta(seconds=2)
    assert pauses == sorted(pauses)
    assert pauses[-1] == timedelta(minutes=5)


def test_the_browser_knows_the_same_limits() -> None:
    source = (Path(domain.__file__).parent / "ui/upload.ts").read_text()
    told = dict(re.findall(r"^  (\w+): (\d+) \* MIB,$", source, re.MULTILINE))
    assert told == {p.value: str(limit_bytes(p, 10**12) // domain.MIB) for p in Purpose}
