"""Exams as XML (seed 002 and its extension): what a document holds, and what is to be said of it.

The document is read element by element rather than judged as a whole, so that each thing that is
wrong has its line and costs no more than its question: items = imported + reported.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, TypeVar

from lxml import etree

from exams.domain.configuration import faults_of
from exams.domain.documents import UnreadableDocument, read_document
from exams.domain.draft import QuestionDraft
from exams.domain.outline import (
    DEFAULT_VERSION,
    ExamHeader,
    ExamOutline,
    PoolDraft,
)
from exams.exchange.exam_xml_fields import Fields, Texts, stray_text, unknown_element
from exams.exchange.exam_xml_question import Place, jump_of, own_id, read_question
from exams.exchange.exam_xml_terms import SEED, XmlCode, own, seed, shown
from exams.exchange.items import MAX_ITEMS, Finding, Item, ItemCode, ItemRefused, Preview
from exams.exchange.xml_reader import XmlRefused, line_of, read_xml

_T = TypeVar("_T")
ROOT: Final = "exam"
_POOL: Final = seed("question_pool")
_POOLS: Final = frozenset({_POOL, seed("questionpool")})  # the latter in the words of seed 002
_QUESTION: Final = seed("question")
_MAX_NAME: Final = 200
_MAX_LABEL: Final = 255
_MAX_VERSION_ID: Final = 2**63 - 1
_HUNDRED: Final = Decimal(100)


@dataclass
class _Document:
    """What is known of the whole document, and what was said about it so far.

    Attributes:
        pools: The place of each pool by its id.
        repeated: Elements whose id names another one already.
        read: The questions that stand where they belong.
    """

    pools: dict[str, int] = field(default_factory=dict)
    repeated: set[etree._Element] = field(default_factory=set)
    read: set[etree._Element] = field(default_factory=set)
    items: list[Item] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def say(self, line: int, code: StrEnum, text: str = "", *, drops_item: bool = False) -> None:
        """Note a finding."""
        self.findings.append(Finding(line, code, text, drops_item=drops_item))

    def kept(self, read: Callable[[], _T], usual: _T) -> _T:
        """Return what is read, or what is usual and a finding: no question is lost for it."""
        try:
            return read()
        except ItemRefused as error:
            self.say(error.line, error.code, error.text)
            return usual

    def words(self, fields: Fields, name: str, longest: int = _MAX_NAME) -> str:
        """Take a text for a line; one that is too long is cut and reported."""
        text = (fields.text(name) or "").strip()
        if len(text) > longest:
            self.say(fields.line, XmlCode.TEXT_CUT, f'{shown(name)}="{text[:80]}…"')
        return text[:longest].strip()


def preview(data: bytes) -> Preview:
    """Return what a file holds and what is to be said about it; never raises for bad content."""
    try:
        root = read_xml(data)
    except XmlRefused as error:
        return Preview(findings=(Finding(error.line, error.fault, error.detail),))
    if root.tag != seed("exam"):
        text = f"<{shown(str(root.tag))[:80]}>"
        return Preview(findings=(Finding(line_of(root), XmlCode.NOT_AN_EXAM, text),))
    document = _looked_through(root)
    texts = Texts(root, frozenset({own("configuration")}))
    document.findings += texts.findings
    header = _header(root, texts.get(own("configuration")), document)
    pools = tuple(_pools(texts.others, document))
    _report_strays(root, document)
    return Preview(
        items=tuple(document.items),
        findings=tuple(document.findings),
        exam=ExamOutline(header, pools),
    )


def _looked_through(root: etree._Element) -> _Document:
    """Return the ids of the document: which pool each names, and which are given twice."""
    document = _Document()
    seen: set[str] = set()
    place = rows = 0
    for element in root.iter(f"{{{SEED}}}*"):
        is_pool = element.tag in _POOLS and element.getparent() is root
        place += is_pool
        rows += element.get("pk") is not None
        xml_id = (element.get("id") or "").strip()
        if xml_id and xml_id in seen:
            document.repeated.add(element)
        elif xml_id and is_pool:
            document.pools[xml_id] = place
        seen.add(xml_id)
    if rows:
        document.say(line_of(root), XmlCode.ROW_NUMBERS, str(rows))
    return document


def _header(root: etree._Element, configuration: str, document: _Document) -> ExamHeader:
    fields = Fields(root)
    given_id = (root.get("id") or "").strip()
    if not given_id:
        document.say(fields.line, XmlCode.MISSING_ATTRIBUTE, "id")
    title = document.words(fields, "title")
    longer = document.words(fields, own("title"))
    score = document.kept(lambda: fields.whole("passing_score", high=100), None)
    exact = document.kept(lambda: _percent(fields), None)
    header = ExamHeader(
        name=longer or title or given_id[:_MAX_NAME] or "exam",
        version_label=document.words(fields, "version_label", _MAX_LABEL) or DEFAULT_VERSION,
        subject=document.words(fields, own("subject")),
        passing_score=Decimal(score or 0) if exact is None else exact,
        xml_id=own_id(root, fields, document.repeated, document.findings),
        version_id=document.kept(lambda: fields.whole("version_id", high=_MAX_VERSION_ID), None),
        version_comment=document.words(fields, "version_comment", _MAX_LABEL),
        configuration=document.kept(lambda: _configuration(configuration, fields), {}),
    )
    document.findings += fields.unread()
    return header


def _percent(fields: Fields) -> Decimal | None:
    score = fields.number(own("passing_score"), places=2)
    if score is not None and not 0 <= score <= _HUNDRED:
        raise fields.refusal(own("passing_score"), str(score))
    return score


def _configuration(text: str, fields: Fields) -> dict[str, Any]:
    if not text.strip():
        return {}
    try:
        document = read_document(text.encode())
    except UnreadableDocument as error:
        raise fields.refusal(own("configuration"), str(error.fault)) from None
    for fault in faults_of(document):
        raise fields.refusal(own("configuration"), str(fault))
    return document if isinstance(document, dict) else {}


def _pools(elements: list[etree._Element], document: _Document) -> Iterator[PoolDraft]:
    place = 0
    for element in elements:
        if element.tag not in _POOLS:
            document.findings.append(unknown_element(element))
            continue
        place += 1
        if element.tag != _POOL:
            document.say(line_of(element), XmlCode.OLD_ELEMENT_NAME, "<questionpool>")
        yield _pool(element, place, document)


def _pool(element: etree._Element, place: int, document: _Document) -> PoolDraft:
    fields = Fields(element)
    document.findings += stray_text(element)
    name = document.words(fields, "title", _MAX_LABEL) or str(place)
    number = own("number_to_answer")
    return PoolDraft(
        name=name,
        xml_id=document.kept(
            lambda: own_id(element, fields, document.repeated, document.findings), ""
        ),
        randomize_questions=document.kept(
            lambda: fields.boolean("randomize_questions", usual=False), False
        ),
        number_to_answer=document.kept(lambda: fields.whole(number, low=1), None),
        next_question_pool=document.kept(lambda: jump_of(fields, document.pools, place), None),
        questions=tuple(_questions(element, fields, name, place, document)),
    )


def _questions(
    pool: etree._Element, fields: Fields, name: str, place: int, document: _Document
) -> Iterator[QuestionDraft]:
    document.findings += fields.unread()
    for element in pool:
        if element.tag != _QUESTION:
            document.findings.append(unknown_element(element))
            continue
        document.read.add(element)
        if len(document.items) >= MAX_ITEMS:
            continue
        draft = _draft(element, place, document)
        document.items.append(Item(line_of(element), name, draft))
        if draft:
            yield draft


def _draft(element: etree._Element, pool: int, document: _Document) -> QuestionDraft | None:
    place = Place(pool, document.pools, document.repeated)
    try:
        draft = read_question(element, place)
    except ItemRefused as error:
        document.say(error.line or line_of(element), error.code, error.text, drops_item=True)
        return None
    document.findings += place.findings
    return draft


def _report_strays(root: etree._Element, document: _Document) -> None:
    """Count each question that stands where none can be, and say so when there were too many."""
    for element in root.iter(_QUESTION):
        if element in document.read:
            continue
        if len(document.items) < MAX_ITEMS:
            line = line_of(element)
            document.items.append(Item(line, "", None))
            document.say(line, XmlCode.MISPLACED_QUESTION, drops_item=True)
    left = len(document.read) - MAX_ITEMS
    if left > 0:
        document.say(line_of(root), ItemCode.TOO_MANY_ITEMS, str(MAX_ITEMS))
