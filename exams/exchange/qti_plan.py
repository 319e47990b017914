"""A test of QTI: its sections with their draws, and the items they ask for; no item is read here.

Each section that asks for items itself becomes a section here, in the order of the file. Rules that
lead from one item to another are reported: they have another shape here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from exams.exchange.items import MAX_SECTION_NAME, Finding, Section
from exams.exchange.qti_names import QtiCode
from exams.exchange.xml_parts import Element, Notes, child, children, words
from exams.exchange.xml_reader import line_of

_BRANCHES: Final = ("branchRule", "preCondition")
_SETTINGS: Final = (
    "timeLimits",
    "itemSessionControl",
    "outcomeProcessing",
    "testFeedback",
    "templateDefault",
    "variableMapping",
    "adaptiveSelection",
)


@dataclass(frozen=True, slots=True)
class Reference:
    """One place of a test that asks for an item; `href` is empty for what cannot be followed."""

    href: str
    section: str
    line: int


@dataclass(slots=True)
class Plan:
    """What a test says."""

    references: list[Reference] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def plan_of(test: Element, file: str, taken: dict[str, int]) -> Plan:
    """Return what a test says.

    Args:
        test: The root.
        file: Its name, for findings.
        taken: Names of sections that are in use → how often; the new ones are added.
    """
    return _Reading(file, taken).read(test)


class _Reading:
    """Goes through a test once."""

    def __init__(self, file: str, taken: dict[str, int]) -> None:
        self.plan, self.notes, self.taken = Plan(), Notes(file), taken

    def read(self, test: Element) -> Plan:
        """Return what it says."""
        for part in children(test, "testPart"):
            for section in part:
                if section.tag in {"assessmentSection", "assessmentSectionRef"}:
                    self._section(section)
        self._remark(test)
        self.plan.findings = self.notes.findings
        return self.plan

    def _section(self, section: Element) -> None:
        if section.tag == "assessmentSectionRef":
            self.plan.references.append(Reference("", "", line_of(section)))
            return
        references = list(children(section, "assessmentItemRef"))
        if references:
            name = self._free_name(section)
            self.plan.sections.append(self._draw(section, name, references))
            self.plan.references += [
                Reference(one.get("href", ""), name, line_of(one)) for one in references
            ]
        for inner in section:
            if inner.tag in {"assessmentSection", "assessmentSectionRef"}:
                self._section(inner)

    def _free_name(self, section: Element) -> str:
        """Return the title, with a number when it is in use."""
        said = " ".join((section.get("title") or section.get("identifier") or "").split())
        said = said[: MAX_SECTION_NAME - 8] or "1"
        name = said
        while name in self.taken:
            self.taken[said] += 1
            name = f"{said} ({self.taken[said]})"
        self.taken[name] = 1
        return name

    def _draw(self, section: Element, name: str, references: list[Element]) -> Section:
        ordering, selection = child(section, "ordering"), child(section, "selection")
        shuffles = ordering is not None and ordering.get("shuffle") == "true"
        number = None if selection is None else self._number(selection, len(references))
        if number is not None and selection is not None:
            self._remark_selection(section, selection, shuffles=shuffles)
        for one in references:
            if (shuffles or number is not None) and self._is_pinned(one):
                self.notes.add(QtiCode.FIXED_NOT_KEPT, one.get("identifier", ""), one)
        return Section(name, shuffles or number is not None, number)

    def _number(self, selection: Element, count: int) -> int | None:
        """Return how many are drawn, None for all of them."""
        said = selection.get("select", "")
        if not (said.isascii() and said.isdigit() and len(said) < 9) or int(said) < 1:
            self.notes.add(QtiCode.SELECTION_NOT_KEPT, said, selection)
            return None
        return int(said) if int(said) < count else None

    def _remark_selection(self, section: Element, selection: Element, *, shuffles: bool) -> None:
        if not shuffles:
            self.notes.add(QtiCode.SELECTION_SHUFFLES, "", selection)
        if selection.get("withReplacement") == "true" or _has_inner(section):
            self.notes.add(QtiCode.SELECTION_NOT_KEPT, "", selection)

    def _is_pinned(self, reference: Element) -> bool:
        return "true" in {reference.get("fixed"), reference.get("required")}

    def _remark(self, test: Element) -> None:
        for rule in test.iter(*_BRANCHES):
            self.notes.add(QtiCode.BRANCH_NOT_USED, _condition(rule), rule)
        for rubric in test.iter("rubricBlock"):
            self.notes.add(QtiCode.RUBRIC_NOT_USED, words(rubric), rubric)
        for weight in test.iter("weight"):
            if weight.get("value", "").rstrip("0").rstrip(".") == "1":
                continue
            self.notes.add(QtiCode.WEIGHT_NOT_USED, weight.get("value", ""), weight)
        for name in _SETTINGS:
            for setting in _first(test.iter(name)):
                self.notes.add(QtiCode.SETTING_NOT_USED, name, setting)


def _has_inner(section: Element) -> bool:
    return child(section, "assessmentSection") is not None


def _condition(rule: Element) -> str:
    return f"{rule.tag} {rule.get('target', '')}".strip()


def _first(elements: Iterator[Element]) -> Iterator[Element]:
    for element in elements:
        yield element
        return
