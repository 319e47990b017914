"""For tests of the exam room by keyboard: a candidate without a mouse, and what there is to answer."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Locator, Page, expect

from exams.domain.answer import QuestionKind as Kind
from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.domain.widgets import Widget
from exams.models import Choice

MOST_TABS: Final = 60
RIGHT: Final = Decimal(100)
# As the fields of the browser under test take them: month, day, year; twelve hours.
DAY: Final = "11212026"
CLOCK: Final = "0230PM"


@dataclass(frozen=True)
class Step:
    """One question, how it is answered by keys, and what is stored then."""

    draft: QuestionDraft
    answer: Callable[["Keys"], None]
    stored: Any

    def is_stored(self, given: Any) -> bool:
        """Whether this answer came of it; picks of several have no order."""
        if self.draft.kind is Kind.FILE:
            return isinstance(uuid.UUID(given["upload"]), uuid.UUID)
        wanted = self.stored(self.draft.name) if callable(self.stored) else self.stored
        if self.draft.max_answers is None:
            return sorted(given) == sorted(wanted)
        return bool(given == wanted)


def options(*texts: str, **more: Any) -> tuple[ChoiceDraft, ...]:
    return tuple(
        ChoiceDraft(text, fraction=RIGHT if place == 0 else Decimal(0), **more)
        for place, text in enumerate(texts)
    )


def asked(kind: Kind, name: str = "", **more: Any) -> QuestionDraft:
    name = name or kind.value
    return QuestionDraft(name=name, kind=kind, prompt=f"Prompt of {name}", **more)


class Keys:
    """A candidate without a mouse: everything goes through the keyboard."""

    def __init__(self, page: Page, folder: Path) -> None:
        self.page, self.folder = page, folder
        self.press = page.keyboard.press
        # The dialog of the system has no keys here: what it is asked for, it gives.
        page.on("filechooser", lambda dialog: dialog.set_files(self.essay()))

    def to(self, target: Locator) -> None:
        """Tab until the target has the focus."""
        for _ in range(MOST_TABS):
            if target.evaluate("(node) => node === document.activeElement"):
                return
            self.press("Tab")
        raise AssertionError(f"Tab never came to {target}")

    def into(self, selector: str) -> None:
        self.to(self.page.locator(f".question {selector}").first)

    def pick(self, *keys: str) -> None:
        """Go to the first field of the question and press these keys there."""
        self.into(":is(input, select, [role=listbox])")
        for key in keys:
            self.press(key)

    def write(self, text: str) -> None:
        self.into(":is(input, textarea)")
        self.page.keyboard.type(text)

    def push(self, name: str) -> None:
        self.to(self.page.get_by_role("button", name=name))
        self.press("Enter")

    def essay(self) -> Path:
        path = self.folder / "essay.txt"
        path.write_text("What I know of the planets.\n", encoding="utf-8")
        return path

    def send_file(self) -> None:
        self.into("input[type=file]")
        self.press("Enter")
        expect(self.page.get_by_text("essay.txt")).to_be_visible()

    def date_and_time(self) -> None:
        self.into("input")
        self.page.keyboard.type(DAY)
        self.press("ArrowRight")
        self.page.keyboard.type(CLOCK)

    def write_beside(self, text: str) -> None:
        self.to(self.page.locator(".beside textarea"))
        self.page.keyboard.type(text)

    def choose_another(self) -> None:
        self.pick("Space", "ArrowDown", "ArrowDown")
        self.write_beside("Pluto, of old")

    def pair(self) -> None:
        for place, word in enumerate(("Red", "Blue")):
            self.to(self.page.locator(".pair select").nth(place))
            self.page.keyboard.type(word)


def key_of(name: str, text: str) -> int:
    return Choice.objects.get(question__name=name, text=text, question__pool__isnull=False).key


def keys_of(*texts: str) -> Callable[[str], list[int]]:
    return lambda name: [key_of(name, text) for text in texts]


def pairs_of(name: str) -> dict[str, str]:
    rows = Choice.objects.filter(question__name=name, question__pool__isnull=False)
    return {str(row.key): str(row.match_key) for row in rows}


LINES: Final = ("Mercury", "Venus", "Earth")


def put_in_order(keys: Keys) -> None:
    """Sort by the arrow keys on the buttons: the last line first, so each ends where it belongs."""
    for line in reversed(LINES):
        keys.page.locator(".prompt").focus()
        keys.to(keys.page.get_by_role("button", name=f"Move up: {line}"))
        keys.press("Home")
        expect(keys.page.locator(".item").first).to_contain_text(line)
        focused = keys.page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert focused == f"Move up: {line}"
        assert keys.page.get_by_text(f"{line}: place 1 of 3.").count() == 1


STEPS: Final = [
    Step(asked(Kind.BOOL), lambda k: k.pick("Space", "ArrowDown"), False),
    Step(asked(Kind.BOOL, "box", widget=Widget.CHECKBOX), lambda k: k.pick("Space"), True),
    Step(
        asked(Kind.BOOL, "agree", choices=(ChoiceDraft("true", label="I agree", fraction=RIGHT),)),
        lambda k: k.pick("Space"),
        keys_of("true"),
    ),
    Step(asked(Kind.CHAR), lambda k: k.write("Mars"), "Mars"),
    Step(asked(Kind.TEXT), lambda k: k.write("Because of the iron."), "Because of the iron."),
    Step(
        asked(
            Kind.CHOICE,
            text_response_label="Which one?",
            choices=(*options("Mars", "Venus"), ChoiceDraft("another one", text_response=True)),
        ),
        lambda k: k.choose_another(),
        keys_of("another one"),
    ),
    Step(
        asked(Kind.CHOICE, "boxes", max_answers=None, choices=options(*LINES)),
        lambda k: k.pick("Space", "Tab", "Tab", "Space"),
        keys_of("Mercury", "Earth"),
    ),
    Step(
        asked(Kind.CHOICE, "list", widget=Widget.SELECT, choices=options(*LINES)),
        lambda k: k.pick("V"),
        keys_of("Venus"),
    ),
    Step(
        asked(
            Kind.CHOICE,
            "long list",
            widget=Widget.SELECT_SEVERAL,
            max_answers=None,
            choices=options(*LINES),
        ),
        lambda k: k.pick("ArrowDown", "Space", "End", "Space"),
        keys_of("Venus", "Earth"),
    ),
    Step(asked(Kind.DATE), lambda k: k.write(DAY), "2026-11-21"),
    Step(
        asked(Kind.DATE, "typed date", widget=Widget.TEXT),
        lambda k: k.write("۲۰۲۶-۱۱-۲۱"),
        "۲۰۲۶-۱۱-۲۱",
    ),
    Step(asked(Kind.DATETIME), lambda k: k.date_and_time(), "2026-11-21T14:30"),
    Step(asked(Kind.TIME), lambda k: k.write(CLOCK), "14:30"),
    Step(asked(Kind.DECIMAL), lambda k: k.write("1.50"), "1.50"),
    Step(asked(Kind.FLOAT), lambda k: k.write("2.5e3"), "2.5e3"),
    Step(asked(Kind.INT), lambda k: k.write("۴۲"), "۴۲"),
    Step(
        asked(Kind.INT, "sum", choices=(ChoiceDraft("4", label="four", fraction=RIGHT),)),
        lambda k: k.pick("Space"),
        keys_of("4"),
    ),
    Step(
        asked(Kind.RATING, min_value=Decimal(1), max_value=Decimal(5)),
        lambda k: k.pick("Space", "ArrowRight", "ArrowRight"),
        "3",
    ),
    Step(asked(Kind.FILE), lambda k: k.send_file(), None),
    Step(
        asked(
            Kind.MATCHING,
            choices=(ChoiceDraft("Mars", match="Red"), ChoiceDraft("Earth", match="Blue")),
        ),
        lambda k: k.pair(),
        pairs_of,
    ),
    Step(asked(Kind.ORDERING, choices=options(*LINES)), put_in_order, keys_of(*LINES)),
    Step(asked(Kind.INFO), lambda k: k.press("Tab"), None),
]
