"""A test says which items stand in which section, and how the section draws them."""

import pytest

from exams.exchange.items import Section
from exams.exchange.qti_names import QtiCode
from exams.exchange.qti_plan import Plan, plan_of
from exams.tests.qti import tree


def plan(inner: str, taken: dict[str, int] | None = None) -> Plan:
    text = f'<assessmentTest><testPart navigationMode="linear">{inner}</testPart></assessmentTest>'
    return plan_of(tree(text), "t.xml", {} if taken is None else taken)


def section(inner: str, title: str = "Sky") -> str:
    return f'<assessmentSection identifier="s" title="{title}">{inner}</assessmentSection>'


def ref(name: str, inner: str = "", attributes: str = "") -> str:
    return f'\n<assessmentItemRef identifier="{name}" href="{name}.xml" {attributes}>{inner}</assessmentItemRef>'


TWO = ref("a") + ref("b")


def test_a_section_asks_for_its_items_in_order_with_their_lines() -> None:
    found = plan(section(TWO))
    assert [(one.href, one.section, one.line) for one in found.references] == [
        ("a.xml", "Sky", 2),
        ("b.xml", "Sky", 3),
    ]
    assert (found.sections, found.findings) == ([Section("Sky")], [])


def test_sections_inside_sections_become_sections_of_their_own() -> None:
    found = plan(section(ref("a") + section(ref("b"), "Moon"), "Sky") + section(ref("c"), "Sky"))
    assert [(one.href, one.section) for one in found.references] == [
        ("a.xml", "Sky"),
        ("b.xml", "Moon"),
        ("c.xml", "Sky (2)"),
    ]


def test_a_name_that_is_taken_gets_a_number() -> None:
    taken = {"Sky": 1, "Sky (2)": 1}
    assert [one.name for one in plan(section(TWO), taken).sections] == ["Sky (3)"]
    assert "Sky (3)" in taken
    assert [
        one.name for one in plan("<assessmentSection>" + TWO + "</assessmentSection>").sections
    ] == ["1"]


@pytest.mark.parametrize(
    ("rules", "drawn", "codes"),
    [
        ('<ordering shuffle="true"/>', Section("Sky", True, None), []),
        ('<selection select="1"/><ordering shuffle="true"/>', Section("Sky", True, 1), []),
        ('<selection select="1"/>', Section("Sky", True, 1), [QtiCode.SELECTION_SHUFFLES]),
        ('<selection select="2"/>', Section("Sky", False, None), []),
        (
            '<selection select="1" withReplacement="true"/><ordering shuffle="true"/>',
            Section("Sky", True, 1),
            [QtiCode.SELECTION_NOT_KEPT],
        ),
        ('<selection select="x"/>', Section("Sky", False, None), [QtiCode.SELECTION_NOT_KEPT]),
        ('<selection select="0"/>', Section("Sky", False, None), [QtiCode.SELECTION_NOT_KEPT]),
    ],
)
def test_a_section_shuffles_and_draws(rules: str, drawn: Section, codes: list[QtiCode]) -> None:
    found = plan(section(rules + TWO))
    assert found.sections == [drawn]
    assert [one.code for one in found.findings] == codes


@pytest.mark.parametrize("pinned", ["fixed", "required"])
def test_an_item_that_must_stay_where_all_are_shuffled_is_said(pinned: str) -> None:
    items = ref("a", attributes=f'{pinned}="true"') + ref("b")
    assert plan(section(items)).findings == []
    found = plan(section('<ordering shuffle="true"/>' + items))
    assert [(one.code, one.text, one.line) for one in found.findings] == [
        (QtiCode.FIXED_NOT_KEPT, "a", 2)
    ]


def test_a_draw_over_inner_sections_is_said() -> None:
    inner = '<selection select="1"/><ordering shuffle="true"/>' + TWO + section(ref("c"), "Moon")
    assert [one.code for one in plan(section(inner)).findings] == [QtiCode.SELECTION_NOT_KEPT]


def test_rules_that_lead_elsewhere_are_said_with_their_lines() -> None:
    branch = ref("a", '<branchRule target="EXIT_TEST"/>') + ref("b", "<preCondition/>")
    found = plan(section(branch))
    assert [(one.code, one.text, one.line, one.file) for one in found.findings] == [
        (QtiCode.BRANCH_NOT_USED, "branchRule EXIT_TEST", 2, "t.xml"),
        (QtiCode.BRANCH_NOT_USED, "preCondition", 3, "t.xml"),
    ]


def test_settings_are_said_once_each_and_a_weight_of_one_is_none() -> None:
    inner = (
        "<timeLimits maxTime='60'/><rubricBlock><p>Be calm.</p></rubricBlock>"
        + ref("a", "<weight identifier='W' value='2.0'/><itemSessionControl/>")
        + ref("b", "<weight identifier='W' value='1.0'/><itemSessionControl/>")
    )
    assert [(one.code, one.text) for one in plan(section(inner)).findings] == [
        (QtiCode.RUBRIC_NOT_USED, "Be calm."),
        (QtiCode.WEIGHT_NOT_USED, "2.0"),
        (QtiCode.SETTING_NOT_USED, "timeLimits"),
        (QtiCode.SETTING_NOT_USED, "itemSessionControl"),
    ]


def test_a_section_in_a_file_of_its_own_is_something_that_cannot_be_followed() -> None:
    found = plan(
        section(ref("a") + '\n<assessmentSectionRef href="s.xml"/>') + "<assessmentSectionRef/>"
    )
    assert [(one.href, one.line) for one in found.references] == [("a.xml", 2), ("", 3), ("", 3)]


@pytest.mark.timeout(20)
def test_very_many_sections_of_one_name_do_not_stop_the_reader() -> None:
    found = plan(section(ref("a")) * 20_000)
    assert found.sections[-1].name == "Sky (20000)"
