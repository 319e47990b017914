"""The committed catalogues are complete, and every kind of gap is found."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from web.catalogue import books
from web.catalogue.sources import Text

TEXTS = [
    Text("Hello %(name)s", "", "a.py"),
    Text("%(n)s row", "%(n)s rows", "b.py"),
    Text("Plain", "", "b.py"),
]
GOOD = {"Hello %(name)s": "سلام %(name)s", "%(n)s row": ("%(n)s سطر", "%(n)s سطر"), "Plain": "ساده"}


def sources() -> Iterator[Text]:
    return iter(TEXTS)


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of three texts, whose catalogues are still to be made."""
    monkeypatch.setattr(books, "LOCALE_DIR", tmp_path)
    monkeypatch.setattr(books, "SOURCES", {"django": sources})
    return tmp_path


def fill(changes: dict[str, object]) -> None:
    catalog = books.load("fa", "django")
    for message in list(catalog):
        if message.id:
            singular = message.id if isinstance(message.id, str) else message.id[0]
            message.string = (GOOD | changes)[singular]  # type: ignore[assignment] # a tuple for plurals
    books.path_of("fa", "django").write_bytes(books.render(catalog))


def test_the_committed_catalogues_are_complete() -> None:
    assert books.faults() == []


def test_new_texts_are_added_empty_and_english_is_filled(shelf: Path) -> None:
    assert [path.name for path in books.make()] == ["django.po", "django.po"]
    assert len([fault for fault in books.faults() if "not translated" in fault]) == 3
    assert not [fault for fault in books.faults() if fault.startswith("en/")]


def test_a_filled_catalogue_is_complete_and_stays_as_it_is(shelf: Path) -> None:
    books.make()
    fill({})
    assert books.faults() == []
    assert books.make() == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"Plain": ""}, "not translated: 'Plain'"),
        ({"%(n)s row": ("%(n)s سطر", "")}, "not translated: '%(n)s row'"),
        ({"Hello %(name)s": "سلام"}, "missing placeholder ['name']"),
        ({"Hello %(name)s": "سلام %(nam)s"}, "unknown placeholder ['nam']"),
        ({"%(n)s row": ("یک سطر", "%(x)s سطر")}, "unknown placeholder ['x']"),
    ],
)
def test_every_gap_is_found(shelf: Path, changes: dict[str, object], fault: str) -> None:
    books.make()
    fill(changes)
    assert [line for line in books.faults() if fault in line]


def test_a_singular_may_leave_its_number_out(shelf: Path) -> None:
    books.make()
    fill({"%(n)s row": ("یک سطر", "%(n)s سطر")})
    assert books.faults() == []


def test_a_guess_is_not_a_translation(shelf: Path) -> None:
    books.make()
    fill({})
    path = books.path_of("fa", "django")
    path.write_text(
        path.read_text().replace('#: b.py\nmsgid "Plain"', '#: b.py\n#, fuzzy\nmsgid "Plain"')
    )
    assert [line for line in books.faults() if "fuzzy" in line]


def test_a_text_that_is_gone_is_told_and_dropped(
    shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    books.make()
    fill({})
    monkeypatch.setattr(books, "SOURCES", {"django": lambda: iter(TEXTS[:2])})
    assert [line for line in books.faults() if "no longer in the sources" in line]
    books.make()
    assert books.faults() == []


def test_a_text_in_two_places_stands_once() -> None:
    catalog = books.template_of([Text("Save", "", "a.py"), Text("Save", "", "b.py")])
    message = catalog.get("Save")
    assert message is not None
    assert [place for place, _ in message.locations] == ["a.py", "b.py"]
    assert isinstance(catalog, Catalog)
