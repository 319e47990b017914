"""What spreadsheet programs export is read, and what is no class list is refused by name."""

import csv
import io

import pytest
from hypothesis import given, strategies as st

from accounts.domain.sheet import (
    EXAMPLE,
    FIELD_OF,
    MAX_ROWS,
    SHOWN,
    SheetRow,
    Unreadable,
    example_file,
    heading_of,
    read,
)

PLAIN = "name;number;class\nAna Moreno;2001;LA1\nBen Roth;2002;LA1\n"
EXPECTED = [
    {"full_name": "Ana Moreno", "registration_number": "2001", "class_code": "LA1"},
    {"full_name": "Ben Roth", "registration_number": "2002", "class_code": "LA1"},
]


def cells(raw: bytes) -> list[dict[str, str]]:
    return [dict(row.cells) for row in read(raw)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_export_is_read_alike(encoding: str, delimiter: str, line_end: str) -> None:
    text = PLAIN.replace(";", delimiter).replace("\n", line_end)
    assert cells(text.encode(encoding)) == EXPECTED


@pytest.mark.parametrize("bom", [b"\xff\xfe", b"\xfe\xff"])
def test_utf_16_with_its_mark_is_read(bom: bytes) -> None:
    encoding = "utf-16-le" if bom == b"\xff\xfe" else "utf-16-be"
    assert cells(bom + PLAIN.encode(encoding)) == EXPECTED


def test_excels_hint_is_followed_and_lines_keep_their_numbers() -> None:
    rows = read(("sep=;\r\n" + PLAIN.replace("\n", "\r\n")).encode())
    assert [row.line for row in rows] == [3, 4]
    assert dict(rows[0].cells) == EXPECTED[0]


def test_persian_headings_are_known() -> None:
    raw = "نام و نام خانوادگی,شماره دانشجویی,كلاس,تلفن همراه\nسارا محمدی,۲۰۰۱,LA1,۰۹۱۲\n".encode()
    assert cells(raw) == [
        {
            "full_name": "سارا محمدی",
            "registration_number": "۲۰۰۱",
            "class_code": "LA1",
            "phone": "۰۹۱۲",
        }
    ]


def test_first_and_last_name_will_do() -> None:
    assert cells(b"First name,Surname,id\nAna,Moreno,1\n") == [
        {"first_name": "Ana", "last_name": "Moreno", "registration_number": "1"}
    ]


def test_unknown_columns_and_empty_rows_are_left_out() -> None:
    rows = read(b"name,shoe size,id\n\nAna,39,1\n,,\nBen,44,2\n")
    assert [row.line for row in rows] == [3, 5]
    assert dict(rows[1].cells) == {"full_name": "Ben", "registration_number": "2"}


def test_a_line_break_inside_quotes_keeps_later_line_numbers_right() -> None:
    rows = read(b'name,id\n"Ana\nMoreno",1\nBen,2\n')
    assert [(row.line, row.cells["full_name"]) for row in rows] == [(2, "Ana Moreno"), (4, "Ben")]


def test_cells_beyond_the_header_are_counted() -> None:
    assert read(b"name,id\nMoreno, Ana,1\n")[0].surplus == 1


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"PK\x03\x04 a workbook", "workbook"),
        (b"\xd0\xcf\x11\xe0 an old workbook", "workbook"),
        ("name;id\nزهرا;1\n".encode("cp1256"), "encoding"),
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"name,id\n", "empty"),
        (b"Ana,1\nBen,2\n", "no_name_column"),
        (b"id,class\n1,LA1\n", "no_name_column"),
        (b"first name,id\nAna,1\n", "no_name_column"),
        (b"name,id,number\nAna,1,2\n", "column_twice"),
        (b'name,id\n"Ana,1\nBen,2\n', "broken_quotes"),
        (b"name,id\nA\x00na,1\n", "nul"),
        (b"name\n" + b"x\n" * (MAX_ROWS + 1), "too_many_rows"),
    ],
)  # fmt: skip
def test_what_is_no_class_list_is_refused_by_name(raw: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(raw)
    assert refused.value.reason == reason


SAFE = st.text(
    st.characters(blacklist_categories=["Cs", "Cc", "Zl", "Zp"], blacklist_characters="\ufeff"),
    min_size=1,
    max_size=30,
)


@given(
    names=st.lists(SAFE, min_size=1, max_size=8),
    delimiter=st.sampled_from(",;\t|"),
    mark=st.booleans(),
)
def test_what_a_program_writes_comes_back(names: list[str], delimiter: str, *, mark: bool) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["name", "id"])
    for number, name in enumerate(names):
        writer.writerow([name, f"n{number}"])
    rows = read(out.getvalue().encode("utf-8-sig" if mark else "utf-8"))
    assert [row.cells["registration_number"] for row in rows] == [
        f"n{n}" for n in range(len(names))
    ]


@given(st.binary(max_size=300))
def test_no_file_makes_the_reader_fail_otherwise(raw: bytes) -> None:
    try:
        rows = read(raw)
    except Unreadable:
        return
    assert all(isinstance(row, SheetRow) for row in rows)


@pytest.mark.parametrize("persian", [False, True])
def test_the_example_is_read_back_whole(persian: bool) -> None:  # noqa: FBT001 a parameter
    rows = read(example_file(persian=persian))
    assert [[row.cells.get(field, "") for field in SHOWN] for row in rows] == [
        list(line) for line in EXAMPLE
    ]
    assert not any(row.surplus for row in rows)


@pytest.mark.parametrize("field", SHOWN)
def test_every_column_has_a_heading_in_both_languages(field: str) -> None:
    for persian in (False, True):
        heading = heading_of(field, persian=persian)
        assert FIELD_OF[heading] == field
        assert heading.isascii() is not persian
