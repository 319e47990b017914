"""Reading a spreadsheet's CSV export: encoding, delimiter, header (pure)."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from accounts.domain.words import clean_text

MAX_ROWS: Final = 5_000
MAX_CELL: Final = 500
DELIMITERS: Final = ",;\t|"

# What people write above their columns, in the languages of the site.
HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "full_name": ("name", "full name", "full_name", "student", "نام و نام خانوادگی", "نام کامل"),
    "first_name": ("first name", "first_name", "firstname", "given name", "نام"),
    "last_name": ("last name", "last_name", "lastname", "surname", "family name", "نام خانوادگی"),
    "registration_number": (
        "registration number",
        "registration_number",
        "registration",
        "number",
        "id",
        "student number",
        "student id",
        "matriculation number",
        "شماره",
        "شماره دانشجویی",
        "شماره دانش آموزی",
        "شماره دانش\u200cآموزی",
    ),
    "email": ("email", "e-mail", "mail", "e-mail address", "email address", "ایمیل", "رایانامه"),
    "phone": (
        "phone",
        "mobile",
        "cell",
        "telephone",
        "mobile phone",
        "phone number",
        "تلفن",
        "موبایل",
        "تلفن همراه",
    ),
    "class_code": ("class", "class code", "class_code", "group", "کلاس", "کد کلاس"),
    "role": ("role", "نقش"),
    "locale": ("language", "locale", "زبان"),
    "time_zone": ("time zone", "time_zone", "timezone", "منطقه زمانی"),
}
FIELD_OF: Final = {heading: field for field, headings in HEADINGS.items() for heading in headings}


# The columns as they are explained and as the example holds them, in this order.
SHOWN: Final = (
    "full_name",
    "registration_number",
    "email",
    "phone",
    "class_code",
    "role",
    "locale",
    "time_zone",
)
EXAMPLE: Final = (
    ("Ana Moreno", "2001", "ana@example.org", "+447911123456", "LA1", "student", "en", ""),
    ("سارا رضایی", "2002", "", "", "LA1", "student", "fa", "Asia/Tehran"),
    ("Ivo Petrov", "", "ivo@example.org", "", "LA1", "invigilator", "", ""),
)


def heading_of(field: str, *, persian: bool) -> str:
    """Return the heading to write above a column, in one of the languages that are understood."""
    known = HEADINGS[field]
    own = [heading for heading in known if heading.isascii() is not persian]
    return own[0]


def example_file(*, persian: bool) -> bytes:
    """Return a class list that can be imported as it is, as spreadsheet programs open it."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([heading_of(field, persian=persian) for field in SHOWN])
    writer.writerows(EXAMPLE)
    return text.getvalue().encode("utf-8-sig")


class Unreadable(Exception):
    """The file is not a class list; `reason` is a stable word, `detail` what it is about."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason, self.detail = reason, detail
        super().__init__(f"{reason}: {detail}")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row that is not empty.

    Attributes:
        line: Line of the file it begins on, from 1.
        cells: Field → cleaned text, only fields the header names.
        surplus: Cells beyond the header, which mean that the row is broken.
    """

    line: int
    cells: Mapping[str, str]
    surplus: int = 0


def decode(raw: bytes) -> str:
    """Return the text of the file, whatever a spreadsheet program made of it.

    Raises:
        Unreadable: Neither UTF-8 nor UTF-16 (`encoding`), or a workbook instead of text (`workbook`).
    """
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Unreadable("workbook")
    try:
        return raw.decode(_encoding_of(raw))
    except UnicodeDecodeError:
        raise Unreadable("encoding") from None


def _encoding_of(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    # Without a mark, UTF-16 shows by the zero bytes of its commas and line ends.
    sample = raw[:400]
    if sample[1::2].count(0) > len(sample) // 4:
        return "utf-16-le"
    if sample[0::2].count(0) > len(sample) // 4:
        return "utf-16-be"
    return "utf-8-sig"


def read(raw: bytes) -> list[SheetRow]:
    """Return the rows of a class list.

    Raises:
        Unreadable: `encoding`, `workbook`, `empty`, `no_name_column`, `column_twice`,
            `too_many_rows`, `broken_quotes` or `nul`.
    """
    text = decode(raw)
    if "\x00" in text:
        raise Unreadable("nul")
    text, delimiter = _split_hint(text)
    lines = _records(text, delimiter or _delimiter_of(text))
    header = next(lines, None)
    if header is None:
        raise Unreadable("empty")
    fields = _fields_of(header[1])
    rows: list[SheetRow] = []
    for line, cells in lines:
        if len(rows) >= MAX_ROWS:
            raise Unreadable("too_many_rows", str(MAX_ROWS))
        rows.append(_row(line, cells, fields))
    if not rows:
        raise Unreadable("empty")
    return rows


def _split_hint(text: str) -> tuple[str, str]:
    """Return the text without Excel's first line `sep=;`, and what it names."""
    first, _, rest = text.partition("\n")
    hint = first.strip().strip('"')
    if hint.lower().startswith("sep=") and len(hint) == 5:
        # An empty line in its place keeps the line numbers right.
        return f"\n{rest}", hint[4]
    return text, ""


def _delimiter_of(text: str) -> str:
    """Return the delimiter that splits the header into the most columns we know."""
    first = next((line for line in text.splitlines() if line.strip()), "")

    def known(delimiter: str) -> int:
        cells = first.split(delimiter)
        return sum(_heading(cell.strip().strip('"')) in FIELD_OF for cell in cells)

    return max(DELIMITERS, key=known)


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error:
        raise Unreadable("broken_quotes", str(begins)) from None


def _heading(text: str) -> str:
    return clean_text(text).replace("ي", "ی").replace("ك", "ک").casefold()


def _fields_of(header: list[str]) -> list[str]:
    fields = [FIELD_OF.get(_heading(cell), "") for cell in header]
    named = [field for field in fields if field]
    for field in named:
        if named.count(field) > 1:
            raise Unreadable("column_twice", field)
    if "full_name" not in named and not {"first_name", "last_name"} <= set(named):
        raise Unreadable("no_name_column", ", ".join(cell.strip() for cell in header)[:200])
    return fields


def _row(line: int, cells: list[str], fields: list[str]) -> SheetRow:
    named = {
        field: clean_text(cell[:MAX_CELL])
        for field, cell in zip(fields, cells, strict=False)
        if field
    }
    surplus = sum(bool(cell.strip()) for cell in cells[len(fields) :])
    return SheetRow(line=line, cells=named, surplus=surplus)
