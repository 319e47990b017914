"""Moodle's XML: each `question` of a file becomes an item, each category a section.

What a question says that the engine has no place for is reported with its line; what nearly every
question of an export says (penalties, usual feedback, id numbers, tags) once for the whole file.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Final

from exams.domain.answer import QuestionKind
from exams.domain.draft import QuestionDraft
from exams.exchange.items import (
    MAX_ITEMS,
    MAX_SECTION_NAME,
    Finding,
    Item,
    ItemCode,
    ItemRefused,
    Preview,
    media_of,
    refusal_of,
)
from exams.exchange.moodle_answers import READERS, MoodleCode, is_true
from exams.exchange.moodle_texts import embedded_files, raw_text, text_of, texts_in
from exams.exchange.numbers import points_of
from exams.exchange.xml_parts import (
    Element,
    Notes,
    child,
    children,
    decimal_in,
    in_one_format,
    local_name,
    name_from,
    refused,
    words,
)
from exams.exchange.xml_reader import XmlRefused, line_of, read_xml

ROOT: Final = "quiz"
_CATEGORY: Final = "category"
_MAX_HINTS: Final = 20  # of one question; it is the number of tries that has no end otherwise
_COMBINED: Final = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
_USUAL: Final = {
    "Your answer is correct.",
    "Your answer is partially correct.",
    "Your answer is incorrect.",
}


def preview(data: bytes) -> Preview:
    """Return what a file holds and what is to be said about it; never raises for bad content."""
    try:
        root = read_xml(data)
    except XmlRefused as error:
        return refused(error)
    if local_name(root) != ROOT or (len(root) and child(root, "question") is None):
        said = Finding(line_of(root), MoodleCode.NOT_MOODLE, local_name(root)[:80])
        return Preview(findings=(said,))
    reading = _Reading(_section_names(root))
    for element in root:
        if not reading.take(element):
            break
    return reading.preview()


class _Reading:
    """Goes through the elements of a file once."""

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names
        self.section = ""
        self.items: list[Item] = []
        self.findings: list[Finding] = []
        self.usual: dict[MoodleCode, tuple[int, int]] = {}  # code → first line, how often

    def take(self, element: Element) -> bool:
        """Take one element; False when there were too many."""
        if element.get("type") == _CATEGORY:
            self._category(element)
            return True
        if len(self.items) >= MAX_ITEMS:
            self.findings.append(Finding(line_of(element), ItemCode.TOO_MANY_ITEMS, str(MAX_ITEMS)))
            return False
        self._question(element)
        return True

    def preview(self) -> Preview:
        """Return everything that was found."""
        usual = [
            Finding(line, code, str(count)) for code, (line, count) in sorted(self.usual.items())
        ]
        return Preview(tuple(self.items), (*self.findings, *usual))

    def _category(self, element: Element) -> None:
        self.section = self.names[_path_of(element)]
        notes = Notes()
        info = child(element, "info")
        if info is not None and raw_text(info):
            text = text_of(info, notes).plain()
            notes.add(MoodleCode.CATEGORY_TEXT_NOT_USED, text, info)
        self.findings += notes.findings

    def _question(self, element: Element) -> None:
        notes, line = Notes(), line_of(element)
        draft = None
        try:
            draft = draft_of(element, notes)
        except ItemRefused as error:
            said = Finding(error.line or line, error.code, error.text, drops_item=True)
            self.findings.append(said)
        else:
            self.findings += notes.findings
            self._count_usual(element)
        self.items.append(Item(line, self.section, draft))

    def _count_usual(self, question: Element) -> None:
        for code in usual_codes(question):
            line, count = self.usual.get(code, (line_of(question), 0))
            self.usual[code] = line, count + 1


def draft_of(question: Element, notes: Notes) -> QuestionDraft:
    """Return the draft of a question.

    Raises:
        ItemRefused: It cannot be taken over.
    """
    kind = question.get("type", "").strip().lower()
    reader = READERS.get(kind) if local_name(question) == "question" else None
    if reader is None:
        raise ItemRefused(ItemCode.NOT_SUPPORTED, kind or local_name(question))
    draft = reader(question, _base(question, notes), notes)
    if refusal := refusal_of(draft):
        raise ItemRefused(*refusal)
    _remark(question, notes)
    return draft


def _base(question: Element, notes: Notes) -> QuestionDraft:
    """Return what all types share; the kind is set by the reader of the type."""
    prompt = text_of(child(question, "questiontext"), notes)
    if not prompt.plain():
        raise ItemRefused(ItemCode.EMPTY_PROMPT)
    feedback = text_of(child(question, "generalfeedback"), notes, prompt.format)
    text_format, (text, rejoinder) = in_one_format([prompt.pair, feedback.pair])
    grade = child(question, "defaultgrade")
    exact = decimal_in(grade, default="1")
    points = points_of(exact)
    if points != exact and grade is not None:
        notes.add(ItemCode.POINTS_ROUNDED, words(grade), grade)
    return QuestionDraft(
        name=name_from(raw_text(child(question, "name")), text, text_format),
        kind=QuestionKind.INFO,
        prompt=text,
        points=points,
        format=text_format,
        rejoinder=rejoinder,
    )


def _remark(question: Element, notes: Notes) -> None:
    """Say what was taken over without some of its pieces."""
    _remark_media(question, notes)
    if is_true(child(question, "hidden")):
        notes.add(MoodleCode.HIDDEN, "", question)
    for hint in islice(children(question, "hint"), _MAX_HINTS):
        if said := text_of(hint, notes).plain():
            notes.add(MoodleCode.HINTS_NOT_USED, said, hint)
    for element, text in _combined_feedback(question, notes):
        if text not in _USUAL:
            notes.add(ItemCode.FEEDBACK_NOT_USED, text, element)


def _remark_media(question: Element, notes: Notes) -> None:
    files = list(embedded_files(question))
    for file in files:
        notes.add(ItemCode.MEDIA_REMOVED, file.name, file.element)
    for medium in media_of(texts_in(question)):
        if medium not in {"img", "@@pluginfile@@"} or not files:
            notes.add(ItemCode.MEDIA_REMOVED, medium, question)


def _combined_feedback(question: Element, notes: Notes) -> Iterator[tuple[Element, str]]:
    for name in _COMBINED:
        element = child(question, name)
        text = text_of(element, notes).plain()
        if element is not None and text:
            yield element, text


def usual_codes(question: Element) -> Iterator[MoodleCode]:
    """Yield what is said once for a whole file, since most questions of an export have it."""
    penalty = words(child(question, "penalty")).strip("0.")
    if penalty:
        yield MoodleCode.PENALTY_NOT_USED
    if any(text in _USUAL for _element, text in _combined_feedback(question, Notes())):
        yield MoodleCode.USUAL_FEEDBACK_NOT_USED
    if words(child(question, "idnumber")):
        yield MoodleCode.IDNUMBER_NOT_USED
    if words(child(question, "tags")):
        yield MoodleCode.TAGS_NOT_USED


def _path_of(category: Element) -> str:
    return raw_text(child(category, "category"))


def _section_names(root: Element) -> dict[str, str]:
    """Return the section of each category path: its last part, with its parents if two share it."""
    paths = {_path_of(one) for one in root if one.get("type") == _CATEGORY}
    parts = {path: _parts_of(path) for path in paths}
    rivals = Counter(one[-1:] for one in set(parts.values()))
    names = {
        path: " / ".join(one) if rivals[one[-1:]] > 1 else "".join(one[-1:])
        for path, one in parts.items()
    }
    return {path: name[-MAX_SECTION_NAME:] for path, name in names.items()}


def _parts_of(path: str) -> tuple[str, ...]:
    """Return the parts of a category path; `//` is a slash, macros and `top` say nothing."""
    parts = [part.replace("\0", "/").strip() for part in path.replace("//", "\0").split("/")]
    return tuple(part for part in parts if part and part != "top" and not part.startswith("$"))
