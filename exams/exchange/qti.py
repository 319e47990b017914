"""QTI 2.1, 2.2 and 3.0: one item, one test, or a package of them with its manifest."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from exams.domain.draft import QuestionDraft
from exams.exchange.items import (
    MAX_BYTES,
    MAX_ITEMS,
    Finding,
    Item,
    ItemCode,
    ItemRefused,
    Preview,
    Section,
)
from exams.exchange.packages import SIGNS, Package, PackageFault, PackageRefused, resolve
from exams.exchange.qti_body import put_before
from exams.exchange.qti_item import draft_of
from exams.exchange.qti_names import ITEM, MANIFEST, OLD, TEST, QtiCode, read_qti
from exams.exchange.qti_plan import Reference, plan_of
from exams.exchange.xml_parts import Element, Notes, child, children, refused
from exams.exchange.xml_reader import XmlRefused, line_of

MANIFEST_NAME: Final = "imsmanifest.xml"


@dataclass(frozen=True, slots=True)
class _Resource:
    """An item or a test of a package: its file, and the place that names it."""

    kind: str
    name: str
    listed_in: str
    place: Reference


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of one file with an item; the finding that drops it has the place of its cause."""

    line: int
    draft: QuestionDraft | None
    findings: tuple[Finding, ...]


def preview(data: bytes) -> Preview:
    """Return what a file holds and what is to be said about it; never raises for bad content."""
    if data.startswith(SIGNS):
        return _of_package(data)
    try:
        root = read_qti(data)
    except XmlRefused as error:
        return refused(error)
    if root.tag == ITEM:
        outcome = _outcome(root, "")
        return Preview((Item(outcome.line, "", outcome.draft),), outcome.findings)
    if root.tag == TEST:
        reading = _Reading(None)
        reading.take_test(root, "")
        return reading.preview()
    code = QtiCode.OLD_VERSION if root.tag == OLD else QtiCode.NOT_QTI
    return Preview(findings=(Finding(line_of(root), code, str(root.tag)[:80]),))


def _outcome(root: Element, file: str) -> _Outcome:
    notes, line = Notes(file), line_of(root)
    try:
        draft = draft_of(root, notes)
    except ItemRefused as error:
        said = Finding(error.line or line, error.code, error.text, drops_item=True, file=file)
        return _Outcome(line, None, (said,))
    return _Outcome(line, draft, tuple(notes.findings))


def _of_package(data: bytes) -> Preview:
    if len(data) > MAX_BYTES:
        return Preview(findings=(Finding(1, ItemCode.TOO_LARGE, str(MAX_BYTES)),))
    try:
        package = Package(data)
    except PackageRefused as error:
        return Preview(findings=(Finding(1, error.fault, error.detail),))
    reading = _Reading(package)
    reading.take_package()
    return reading.preview()


class _Reading:
    """Follows a package, or a test that stands alone, to its items; each file is read once."""

    def __init__(self, package: Package | None) -> None:
        self.package = package
        self.items: list[Item] = []
        self.findings: list[Finding] = []
        self.sections: list[Section] = []
        self.names: dict[str, int] = {}
        self.outcomes: dict[str, _Outcome] = {}
        self.is_full = False

    def preview(self) -> Preview:
        """Return everything that was found; a draw never asks for more than was imported."""
        counts = Counter(item.section for item in self.items if item.draft)
        kept = [self._within(section, counts[section.name]) for section in self.sections]
        return Preview(tuple(self.items), tuple(self.findings), tuple(kept))

    def take_package(self) -> None:
        """Take the tests of the manifest, then the items that no test asks for."""
        resources = list(self._resources())
        for one in resources:
            if one.kind == TEST:
                self._take_test_file(one.name)
        for one in resources:
            if one.kind != TEST and (not one.name or one.name not in self.outcomes):
                self._take_item(one.name, one.listed_in, one.place, kind=one.kind)

    def take_test(self, root: Element, file: str) -> None:
        """Take a test with all items that it asks for."""
        plan = plan_of(root, file, self.names)
        self.sections += plan.sections
        self.findings += plan.findings
        for reference in plan.references:
            name = resolve(file, reference.href) if self.package else ""
            self._take_item(name, file, reference)

    def _resources(self) -> Iterator[_Resource]:
        """Yield the resources that are items or tests."""
        manifest = self._manifest()
        if manifest is None:
            self.findings.append(Finding(1, QtiCode.NO_MANIFEST))
            yield from self._without_manifest()
            return
        listed_in, root = manifest
        for resource in root.iter("resource"):
            kind, href = _kind_of(resource.get("type", "")), resource.get("href", "")
            if kind:
                place = Reference(href, "", line_of(resource))
                yield _Resource(kind, resolve(listed_in, href), listed_in, place)

    def _manifest(self) -> tuple[str, Element] | None:
        if self.package is None:
            return None
        found = [one for one in self.package.names if one.rpartition("/")[2] == MANIFEST_NAME]
        if not found:
            return None
        name = min(found, key=lambda one: one.count("/"))
        root = self._root(name)
        return None if root is None or root.tag != MANIFEST else (name, root)

    def _without_manifest(self) -> Iterator[_Resource]:
        names = self.package.names if self.package else ()
        for name in names:
            if name.lower().endswith(".xml") and name.rpartition("/")[2] != MANIFEST_NAME:
                root = self._root(name)
                if root is not None and root.tag in {ITEM, TEST}:
                    yield _Resource(str(root.tag), name, name, Reference(name, "", line_of(root)))

    def _root(self, name: str) -> Element | None:
        """Return the root of a file; what is wrong with it is said."""
        try:
            return self._read(name)
        except XmlRefused as error:
            self.findings += refused(error, name).findings
        except PackageRefused as error:
            self.findings.append(Finding(1, error.fault, error.detail, file=name))
        return None

    def _read(self, name: str) -> Element:
        if self.package is None or not name:
            raise PackageRefused(PackageFault.MISSING, name)
        return read_qti(self.package.read(name, MAX_BYTES))

    def _take_test_file(self, name: str) -> None:
        root = self._root(name)
        if root is not None and root.tag == TEST:
            self.take_test(root, name)
        elif root is not None:
            self.findings.append(Finding(line_of(root), QtiCode.NOT_QTI, str(root.tag), file=name))

    def _take_item(self, name: str, asked_in: str, reference: Reference, kind: str = ITEM) -> None:
        if len(self.items) >= MAX_ITEMS:
            if not self.is_full:
                self.findings.append(Finding(1, ItemCode.TOO_MANY_ITEMS, str(MAX_ITEMS)))
            self.is_full = True
            return
        if name not in self.outcomes:
            self.outcomes[name] = self._outcome_of(name, kind)
        outcome = self.outcomes[name]
        findings = outcome.findings
        file, line = name, outcome.line
        if not line:  # nothing to read: the place that asks for it is what can be named
            file, line = asked_in, reference.line
            said = reference.href or "assessmentSectionRef"
            findings = tuple(
                replace(one, line=line, file=file, text=one.text or said) for one in findings
            )
        self.items.append(Item(line, reference.section, outcome.draft, file))
        self.findings += findings

    def _outcome_of(self, name: str, kind: str) -> _Outcome:
        if kind == OLD:
            return _dropped(QtiCode.OLD_VERSION)
        try:
            root = self._read(name)
        except PackageRefused as error:
            missing = error.fault is PackageFault.MISSING
            return _dropped(QtiCode.FILE_MISSING if missing else error.fault, error.detail)
        except XmlRefused as error:
            said = Finding(error.line, error.fault, error.detail, drops_item=True, file=name)
            return _Outcome(error.line, None, (said,))
        if root.tag != ITEM:
            line = line_of(root)
            said = Finding(line, QtiCode.NOT_QTI, str(root.tag)[:80], drops_item=True, file=name)
            return _Outcome(line, None, (said,))
        self._put_stimuli(root, name)
        return _outcome(root, name)

    def _put_stimuli(self, root: Element, name: str) -> None:
        """Put texts that several items share before the words of this one; what fails is noted."""
        body = child(root, "itemBody")
        for reference in list(children(root, "assessmentStimulusRef")):
            with suppress(PackageRefused, XmlRefused):
                stimulus = self._read(resolve(name, reference.get("href", "")))
                text = child(stimulus, "stimulusBody")
                if text is not None and body is not None:
                    put_before(body, text)
                    root.remove(reference)

    def _within(self, section: Section, count: int) -> Section:
        """Return a section that draws no more than it has; all of it is no draw."""
        number = section.number_to_answer
        if number is None or number < count:
            return section
        if number > count:
            text = f"{section.name}: {number} > {count}"
            self.findings.append(Finding(1, QtiCode.SELECTION_CUT, text))
        return replace(section, number_to_answer=None)


def _dropped(code: QtiCode | PackageFault, text: str = "") -> _Outcome:
    return _Outcome(0, None, (Finding(1, code, text, drops_item=True),))


def _kind_of(resource_type: str) -> str:
    """Return what a resource is, by its type in the manifest; empty for pictures and the like."""
    said = resource_type.strip().lower()
    if said.startswith("imsqti_test_"):
        return TEST
    if said.startswith(("imsqti_item_", "imsqti_apipitem_")):
        return ITEM
    if said.startswith("imsqti_xmlv1") or "/imsqti_xmlv1" in said:
        return OLD
    return ""
