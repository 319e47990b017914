"""An exam as XML: always valid by exam.rng, and the same exam is always the same bytes.

What has its default is left out, so that a document that was imported comes out as it was.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from lxml import etree

from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.domain.numbers import plain
from exams.domain.outline import (
    DEFAULT_VERSION,
    ExamHeader,
    ExamOutline,
    PoolDraft,
    configuration_text,
    name_of_words,
)
from exams.domain.texts import TextFormat
from exams.exchange.exam_xml_terms import (
    MAX_SEED_TITLE,
    NEAREST,
    NONE,
    OWN,
    PRESERVE,
    SEED,
    SPACE,
    WORDED_KINDS,
    is_all_or_nothing,
    own,
    seed,
)

_FULL: Final = Decimal(100)
# What XML has no letters for becomes the sign for an unknown one.
_FORBIDDEN: Final = {
    code: "\ufffd" for code in [*range(32), 0xFFFE, 0xFFFF] if chr(code) not in "\t\n\r"
}
_PREFIXES: Final[dict[str | None, str]] = {None: SEED, "inv": OWN}
Values = dict[str, str | int | bool | Decimal | None]
Names = dict[int, str]


def write_exam(outline: ExamOutline) -> bytes:
    """Return the document of an exam with a header, as UTF-8.

    Raises:
        ValueError: The outline has no header.
    """
    if outline.header is None:
        raise ValueError("an exam without a header is no document")
    taken = set(_given_names(outline))
    root = etree.Element(seed("exam"), nsmap=_PREFIXES)  # type: ignore[arg-type] # None is the default prefix
    _write_header(root, outline.header, taken)
    names = _pool_names(outline, taken)
    for place, pool in enumerate(outline.pools, start=1):
        _write_pool(root, pool, place, names)
    etree.cleanup_namespaces(root)
    written: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return written


def _given_names(outline: ExamOutline) -> Iterator[str]:
    for pool in outline.pools:
        yield pool.xml_id
        for question in pool.questions:
            yield question.xml_id
            yield from (choice.xml_id for choice in question.choices)


def _pool_names(outline: ExamOutline, taken: set[str]) -> Names:
    """Return the id of each pool by its place; one is made where a jump leads to a nameless pool."""
    targets = {pool.next_question_pool for pool in outline.pools}
    for pool in outline.pools:
        for question in pool.questions:
            targets.update(choice.next_question_pool for choice in question.choices)
    names: Names = {}
    for place, pool in enumerate(outline.pools, start=1):
        if pool.xml_id or place in targets:
            names[place] = pool.xml_id or _free_name(f"p{place}", taken)
    return names


def _free_name(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}_{number}"
    taken.add(name)
    return name


def _write_header(root: etree._Element, header: ExamHeader, taken: set[str]) -> None:
    xml_id = header.xml_id or _free_name("exam", taken)
    whole = header.passing_score == header.passing_score.to_integral_value()
    score = header.passing_score
    title = header.name if header.name != xml_id else None
    _set(
        root,
        {
            "id": xml_id,
            "title": title[:MAX_SEED_TITLE] if title else None,
            "passing_score": int(score) or None,
            "version_id": header.version_id,
            "version_label": _unless(header.version_label, DEFAULT_VERSION),
            "version_comment": header.version_comment or None,
        },
    )
    _set_own(
        root,
        {
            "title": title if title and len(title) > MAX_SEED_TITLE else None,
            "subject": header.subject or None,
            "passing_score": None if whole else score,
        },
    )
    if header.configuration:
        _add(root, own("configuration"), configuration_text(header.configuration))


def _write_pool(root: etree._Element, pool: PoolDraft, place: int, names: Names) -> None:
    element = etree.SubElement(root, seed("question_pool"))
    _set(
        element,
        {
            "id": names.get(place),
            "title": _unless(pool.name, str(place)),
            "randomize_questions": pool.randomize_questions or None,
            "next_question_pool": names.get(pool.next_question_pool or 0),
        },
    )
    _set_own(element, {"number_to_answer": pool.number_to_answer})
    for question in pool.questions:
        _write_question(element, question, names)


def _write_question(parent: etree._Element, draft: QuestionDraft, names: Names) -> None:
    element = etree.SubElement(parent, seed("question"))
    nearest = NEAREST.get(draft.kind)
    _set(
        element,
        {
            "id": draft.xml_id or None,
            "type": (nearest or draft.kind).value,
            "widget": draft.widget or None,
            "required": None if draft.required else False,
            "text_response": draft.text_response or None,
            "min_answers": _unless(draft.min_answers, 1),
            "max_answers": NONE if draft.max_answers is None else _unless(draft.max_answers, 1),
            "min_value": draft.min_value,
            "max_value": draft.max_value,
            "min_length": draft.min_length or None,
            "max_length": draft.max_length,
        },
    )
    _set_own(element, _own_values(draft))
    _add(element, seed("label"), draft.prompt)
    _add(element, seed("help_text"), draft.help_text)
    _add(element, seed("rejoinder"), draft.rejoinder)
    _add(element, seed("text_response_label"), draft.text_response_label)
    for choice in draft.choices:
        _write_answer(element, draft, choice, names)


def _own_values(draft: QuestionDraft) -> Values:
    same_name = draft.name == name_of_words(draft.prompt, draft.format)
    as_usual = draft.all_or_nothing == is_all_or_nothing(draft.kind)
    return {
        "kind": draft.kind.value if draft.kind in NEAREST else None,
        "name": None if same_name else draft.name,
        "format": _unless(draft.format, TextFormat.PLAIN),
        "points": _unless(draft.points, Decimal(1)),
        "all_or_nothing": None if as_usual else draft.all_or_nothing,
        "shuffle_choices": draft.shuffle_choices or None,
        "text_regex": draft.text_regex or None,
        "accept": " ".join(draft.accept) or None,
    }


def _write_answer(
    parent: etree._Element, question: QuestionDraft, choice: ChoiceDraft, names: Names
) -> None:
    element = etree.SubElement(parent, seed("answer"))
    worded = question.kind in WORDED_KINDS
    fraction = choice.fraction
    simple = fraction is None or fraction in (0, _FULL)
    _set(
        element,
        {
            "id": choice.xml_id or None,
            "value": (choice.value or None) if worded else choice.text,
            "correct": None if fraction is None else fraction > 0,
            "text_response": choice.text_response or None,
            "next_question_pool": names.get(choice.next_question_pool or 0),
            "end_question_pool": choice.end_question_pool or None,
            "end_exam": choice.end_exam or None,
        },
    )
    _set_own(
        element,
        {
            "fraction": None if simple else fraction,
            "tolerance": choice.tolerance,
            "format": _unless(choice.format, question.format),
        },
    )
    _add(element, seed("label"), choice.text if worded else choice.label)
    _add(element, own("match"), choice.match)
    _add(element, own("rejoinder"), choice.rejoinder)


def _unless(value: str | int | Decimal, usual: object) -> str | int | Decimal | None:
    return None if value == usual else value


def _set(element: etree._Element, values: Values) -> None:
    for name, value in values.items():
        if value is not None:
            element.set(name, _written(value))


def _set_own(element: etree._Element, values: Values) -> None:
    _set(element, {own(name): value for name, value in values.items()})


def _written(value: str | int | Decimal) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return plain(value)
    return str(value).translate(_FORBIDDEN)


def _add(parent: etree._Element, tag: str, text: str) -> None:
    """Add a text; spaces at its ends are kept by saying so."""
    if not text:
        return
    element = etree.SubElement(parent, tag)
    element.text = text.translate(_FORBIDDEN)
    if text != text.strip():
        element.set(SPACE, PRESERVE)
