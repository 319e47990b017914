"""QTI 2.x and 3.0 under one set of names: those of 2.x, without namespaces and prefixes."""

from enum import StrEnum
from typing import Final

from lxml import etree

from exams.exchange.xml_parts import Element
from exams.exchange.xml_reader import read_xml

ITEM: Final = "assessmentItem"
TEST: Final = "assessmentTest"
MANIFEST: Final = "manifest"
OLD: Final = "questestinterop"
# First elements of files of QTI, as they are written.
ROOTS: Final = (ITEM, TEST, MANIFEST, OLD, "qti-assessment-item", "qti-assessment-test")
_PREFIX: Final = "qti-"
_HTML: Final = "http://www.w3.org/1999/xhtml"
_MATH: Final = "http://www.w3.org/1998/Math/MathML"


class QtiCode(StrEnum):
    """What only an import of QTI reports. Texts for people are made at the edge."""

    NOT_QTI = "qti_not_qti"
    OLD_VERSION = "qti_old_version"
    NO_MANIFEST = "qti_no_manifest"
    FILE_MISSING = "qti_file_missing"
    ADAPTIVE = "qti_adaptive"
    TEMPLATE = "qti_template"
    SEVERAL_INTERACTIONS = "qti_several_interactions"
    CUSTOM_MARKING = "qti_custom_marking"
    NO_KEY = "qti_no_key"
    KEY_ONLY = "qti_key_only"
    KEY_NOT_USED = "qti_key_not_used"
    LEAST_IS_RIGHT = "qti_least_is_right"
    SCORE_DIFFERS = "qti_score_differs"
    FIXED_NOT_KEPT = "qti_fixed_not_kept"
    NOT_ONE_TO_ONE = "qti_not_one_to_one"
    UNEQUAL_PAIRS = "qti_unequal_pairs"
    PART_OF_ORDER = "qti_part_of_order"
    STEP_NOT_KEPT = "qti_step_not_kept"
    MASK_NOT_USED = "qti_mask_not_used"
    TYPES_NOT_USED = "qti_types_not_used"
    RUBRIC_NOT_USED = "qti_rubric_not_used"
    STIMULUS_NOT_USED = "qti_stimulus_not_used"
    SUPPORT_NOT_USED = "qti_support_not_used"
    BRANCH_NOT_USED = "qti_branch_not_used"
    SETTING_NOT_USED = "qti_setting_not_used"
    WEIGHT_NOT_USED = "qti_weight_not_used"
    SELECTION_SHUFFLES = "qti_selection_shuffles"
    SELECTION_CUT = "qti_selection_cut"
    SELECTION_NOT_KEPT = "qti_selection_not_kept"


def read_qti(data: bytes) -> Element:
    """Return the root of a document with the names of QTI 2.x.

    Raises:
        XmlRefused: As `read_xml`.
    """
    root = read_xml(data)
    own = etree.QName(root).namespace
    for element in root.iter():
        _rename(element, own)
    return root


def _rename(element: Element, own: str | None) -> None:
    """Give an element and its attributes their plain names; what is foreign is only text."""
    name = etree.QName(element)
    if name.namespace in {own, None, _HTML, _MATH}:
        element.tag = _plain(name.localname)
    else:  # speech hints and the like: `sub` there is no subscript
        element.tag = "span"
    for written, value in list(element.attrib.items()):
        attribute = etree.QName(written)
        plain = _plain_attribute(attribute.localname)
        if plain != written:
            del element.attrib[written]
            element.set(plain, value)


def _plain(name: str) -> str:
    return _camel(name.removeprefix(_PREFIX)) if name.startswith(_PREFIX) else name


def _plain_attribute(name: str) -> str:
    return name if name.startswith(("data-", "aria-")) else _camel(name)


def _camel(name: str) -> str:
    head, *rest = name.split("-")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)
