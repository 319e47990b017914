"""One question of an exam document: its element to a draft, or why it cannot be one."""

from collections.abc import Mapping, Set as AbstractSet
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final, TypeVar

from lxml import etree

from exams.domain.answer import NUMBER_KINDS, TEXT_KINDS, QuestionKind
from exams.domain.draft import ChoiceDraft, QuestionDraft, asks_text
from exams.domain.outline import name_of_words
from exams.domain.texts import TextFormat
from exams.domain.widgets import WIDGETS, Widget, fits
from exams.domain.xml_names import is_xml_name
from exams.exchange.exam_xml_fields import Fields, Texts, unknown_element
from exams.exchange.exam_xml_terms import (
    NONE,
    OWN_KINDS,
    WORDED_KINDS,
    XmlCode,
    is_all_or_nothing,
    own,
    seed,
)
from exams.exchange.items import Finding, ItemCode, ItemRefused, media_in, refusal_of

_N = TypeVar("_N", int, Decimal)
_FULL: Final = Decimal(100)
_ZERO: Final = Decimal(0)
_QUESTION_TEXTS: Final = frozenset(
    seed(name) for name in ("label", "help_text", "rejoinder", "text_response_label")
)
_ANSWER_TEXTS: Final = frozenset({seed("label"), own("match"), own("rejoinder")})
# Words that seed 002 takes for true and false; ours are the first of each.
_TRUTHS: Final = {
    **dict.fromkeys(("true", "1", "t", "y", "yes"), "true"),
    **dict.fromkeys(("false", "0", "f", "n", "no"), "false"),
}


@dataclass
class Place:
    """Where a question stands in its document, and what was said about it so far.

    Attributes:
        pool: Place of its pool, from 1 on.
        pools: Place of each pool by its id.
        repeated: The elements whose id names another one already.
        findings: Filled while reading.
    """

    pool: int
    pools: Mapping[str, int]
    repeated: AbstractSet[etree._Element]
    findings: list[Finding] = field(default_factory=list)


def read_question(element: etree._Element, place: Place) -> QuestionDraft:
    """Return the draft of a question; remarks go to `place.findings`.

    Raises:
        ItemRefused: It cannot be imported; says the first reason and its line.
    """
    fields, texts = Fields(element), Texts(element, _QUESTION_TEXTS)
    draft = _without_idle_limits(_read(element, fields, texts, place), fields.line, place)
    place.findings += [*texts.findings, *fields.unread()]
    if refusal := refusal_of(draft):
        raise ItemRefused(*refusal, fields.line)
    place.findings += [_media(fields.line, medium) for medium in media_in(draft)]
    return draft


def _read(element: etree._Element, fields: Fields, texts: Texts, place: Place) -> QuestionDraft:
    kind = _kind(fields)
    text_format = _format(fields, TextFormat.PLAIN)
    prompt, help_text = _prompt(fields, texts, place)
    name = (fields.text(own("name")) or "").strip() or name_of_words(prompt, text_format)
    max_answers = _max_answers(fields)
    return QuestionDraft(
        name=name,
        kind=kind,
        prompt=prompt,
        format=text_format,
        help_text=help_text,
        rejoinder=texts.get(seed("rejoinder")),
        text_response_label=texts.get(seed("text_response_label")),
        points=_or(fields.number(own("points"), places=2), Decimal(1)),
        required=fields.boolean("required", usual=True),
        shuffle_choices=fields.boolean(own("shuffle_choices"), usual=False),
        min_answers=_or(fields.whole("min_answers"), 1),
        max_answers=max_answers,
        min_value=fields.number("min_value"),
        max_value=fields.number("max_value"),
        min_length=_min_length(fields, place),
        max_length=fields.whole("max_length", low=1),
        text_regex=_pattern(fields, place),
        accept=tuple((fields.text(own("accept")) or "").split()),
        xml_id=own_id(element, fields, place.repeated, place.findings),
        widget=_widget(fields, kind, place, multiple=max_answers != 1),
        all_or_nothing=fields.boolean(own("all_or_nothing"), usual=is_all_or_nothing(kind)),
        text_response=fields.boolean("text_response", usual=False),
        choices=_choices(texts, kind, text_format, place),
    )


def _prompt(fields: Fields, texts: Texts, place: Place) -> tuple[str, str]:
    """Return the question's words and its help; without a label the help is the question."""
    label, help_text = texts.get(seed("label")), texts.get(seed("help_text"))
    if label.strip() or not help_text:
        return label, help_text
    place.findings.append(Finding(fields.line, XmlCode.HELP_IS_LABEL, help_text[:80]))
    return help_text, ""


def _without_idle_limits(draft: QuestionDraft, line: int, place: Place) -> QuestionDraft:
    """Return the question without limits of what nobody can give, and say which."""
    idle: dict[str, object] = {}
    if draft.kind not in NUMBER_KINDS:
        idle |= {"min_value": None, "max_value": None}
    if draft.kind not in TEXT_KINDS and not asks_text(draft):
        idle |= {"min_length": 0, "max_length": None, "text_regex": ""}
    dropped = [name for name, usual in idle.items() if getattr(draft, name) != usual]
    for name in dropped:
        place.findings.append(Finding(line, XmlCode.LIMIT_NOT_USED, name))
    if not dropped:
        return draft
    return replace(draft, **idle)  # type: ignore[arg-type] # names and values are paired above


def own_id(
    element: etree._Element,
    fields: Fields,
    repeated: AbstractSet[etree._Element],
    findings: list[Finding],
) -> str:
    """Take the id of an element; `pk`, which is a row of another database, goes with it.

    Raises:
        ItemRefused: Another element has this id already.
    """
    fields.text("pk")
    xml_id = fields.text("id")
    if xml_id is None:
        return ""
    name = xml_id.strip()
    if element in repeated:
        raise fields.refusal("id", name, XmlCode.DUPLICATE_ID)
    if not is_xml_name(name):
        findings.append(Finding(fields.line, XmlCode.BAD_ID, name[:80]))
        return ""
    return name


def jump_of(fields: Fields, pools: Mapping[str, int], pool: int) -> int | None:
    """Take `next_question_pool` and return the place of the pool it names.

    Raises:
        ItemRefused: No pool has this id, or it does not come later.
    """
    target = fields.text("next_question_pool")
    if target is None:
        return None
    place = pools.get(target.strip())
    if place is None:
        raise fields.refusal("next_question_pool", target, XmlCode.DANGLING_JUMP)
    if place <= pool:
        raise fields.refusal("next_question_pool", target, XmlCode.BACKWARD_JUMP)
    return place


def _kind(fields: Fields) -> QuestionKind:
    name, text = own("kind"), fields.text(own("kind"))
    plain = fields.text("type")
    if plain is None:
        raise ItemRefused(XmlCode.MISSING_ATTRIBUTE, "type", fields.line)
    allowed = OWN_KINDS
    if text is None:
        name, text, allowed = "type", plain, frozenset(QuestionKind) - OWN_KINDS
    for kind in allowed:
        if kind.value == text.strip():
            return kind
    raise fields.refusal(name, text)


def _format(fields: Fields, usual: TextFormat) -> TextFormat:
    text = fields.text(own("format"))
    if text is None:
        return usual
    try:
        return TextFormat(text.strip())
    except ValueError:
        raise fields.refusal(own("format"), text) from None


def _max_answers(fields: Fields) -> int | None:
    if not fields.has("max_answers"):
        return 1
    return None if fields.take_word("max_answers", NONE) else fields.whole("max_answers", low=1)


def _min_length(fields: Fields, place: Place) -> int:
    length = fields.whole("min_length")
    if length == 0:
        place.findings.append(Finding(fields.line, XmlCode.ZERO_LENGTH, 'min_length="0"'))
    return length or 0


def _pattern(fields: Fields, place: Place) -> str:
    """Take the pattern for texts; the plain name of old exports means only a beginning."""
    plain, pattern = fields.text("text_regex"), fields.text(own("text_regex"))
    if plain and pattern is None:
        place.findings.append(Finding(fields.line, XmlCode.PATTERN_WHOLE, plain[:80]))
    return (plain or "") if pattern is None else pattern


def _widget(fields: Fields, kind: QuestionKind, place: Place, *, multiple: bool) -> str:
    text = fields.text("widget")
    if text is None:
        return ""
    widget = {one.value: one for one in Widget}.get(text.strip())
    if widget is None or widget not in WIDGETS[kind]:
        raise fields.refusal("widget", text, XmlCode.FOREIGN_WIDGET)
    if fits(kind, widget, multiple=multiple):
        return widget.value
    place.findings.append(Finding(fields.line, XmlCode.WIDGET_NOT_USED, widget.value))
    return ""


def _choices(
    texts: Texts, kind: QuestionKind, text_format: TextFormat, place: Place
) -> tuple[ChoiceDraft, ...]:
    choices: list[ChoiceDraft] = []
    for child in texts.others:
        if child.tag == seed("answer"):
            choices.append(_choice(child, kind, text_format, place))
        else:
            place.findings.append(unknown_element(child))
    return tuple(choices)


def _choice(
    element: etree._Element, kind: QuestionKind, usual: TextFormat, place: Place
) -> ChoiceDraft:
    fields, texts = Fields(element), Texts(element, _ANSWER_TEXTS)
    place.findings += [*texts.findings, *(unknown_element(one) for one in texts.others)]
    label, value = texts.get(seed("label")), fields.text("value") or ""
    worded = kind in WORDED_KINDS
    if kind is QuestionKind.BOOL:
        value = _TRUTHS.get(value.strip().lower(), value)
    choice = ChoiceDraft(
        text=label if worded else value,
        label="" if worded else label,
        value=value if worded else "",
        match=texts.get(own("match")),
        format=_format(fields, usual),
        fraction=_fraction(fields, place),
        tolerance=fields.number(own("tolerance")),
        rejoinder=texts.get(own("rejoinder")),
        xml_id=own_id(element, fields, place.repeated, place.findings),
        text_response=fields.boolean("text_response", usual=False),
        next_question_pool=jump_of(fields, place.pools, place.pool),
        end_question_pool=fields.boolean("end_question_pool", usual=False),
        end_exam=fields.boolean("end_exam", usual=False),
    )
    place.findings += fields.unread()
    return choice


def _fraction(fields: Fields, place: Place) -> Decimal | None:
    """Take how right an answer is: the exact share, else true for all and false for nothing."""
    marked = fields.has("correct")
    correct = fields.boolean("correct", usual=False)
    fraction = fields.number(own("fraction"), places=5)
    if fraction is None:
        return (_FULL if correct else _ZERO) if marked else None
    if abs(fraction) > _FULL:
        raise fields.refusal(own("fraction"), str(fraction))
    if marked and correct != (fraction > 0):
        place.findings.append(Finding(fields.line, XmlCode.CORRECT_NOT_USED, str(fraction)))
    return fraction


def _or(value: _N | None, usual: _N) -> _N:
    return usual if value is None else value


def _media(line: int, medium: str) -> Finding:
    return Finding(line, ItemCode.MEDIA_REMOVED, medium)
