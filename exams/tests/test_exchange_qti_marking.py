"""The two standard ways of marking in all their usual spellings; anything else is refused."""

from decimal import Decimal

import pytest

from exams.exchange.items import ItemRefused
from exams.exchange.qti_marking import How, Marking, marking_of
from exams.exchange.qti_names import QtiCode
from exams.tests.qti import MAP, MATCH, TEMPLATES, tree

R = '<variable identifier="R"/>'
RIGHT = f'<match>{R}<correct identifier="R"/></match>'
EMPTY = f"<isNull>{R}</isNull>"
GIVEN = f"<not>{EMPTY}</not>"
LOOKED_UP = '<mapResponse identifier="R"/>'


def base(points: object) -> str:
    return f'<baseValue baseType="float">{points}</baseValue>'


def score(expression: str) -> str:
    return f'<setOutcomeValue identifier="SCORE">{expression}</setOutcomeValue>'


def plus(expression: str) -> str:
    return f'<sum><variable identifier="SCORE"/>{expression}</sum>'


def when(condition: str, *actions: str, otherwise: str = "", after: str = "") -> str:
    last = f"<responseElse>{otherwise}</responseElse>" if otherwise else ""
    return (
        f"<responseCondition><responseIf>{condition}{''.join(actions)}</responseIf>"
        f"{after}{last}</responseCondition>"
    )


def marking(rules: str, response: str = "R", outcomes: str = "") -> Marking:
    text = f"<assessmentItem>{outcomes}<responseProcessing>{rules}</responseProcessing></assessmentItem>"
    return marking_of(tree(text), response)


MATCHES = [
    when(RIGHT, score(base(2)), otherwise=score(base(0))),
    when(RIGHT, score(base(2))),
    when(RIGHT, score(plus(base(2)))),
    when(f"<and>{RIGHT}</and>", score(base(2))),
    when(f"<and>{GIVEN}{RIGHT}</and>", score(base(2))),
    when(f'<match><correct identifier="R"/>{R}</match>', score(base(2))),
    when(f'<equal toleranceMode="exact">{R}<correct identifier="R"/></equal>', score(base(2))),
    score(base(0)) + when(RIGHT, score(base(2))),
    when(
        EMPTY,
        score(base(0)),
        after=f"<responseElseIf>{RIGHT}{score(base(2))}</responseElseIf>",
        otherwise=score(base(0)),
    ),
]


@pytest.mark.parametrize("rules", MATCHES)
def test_a_comparison_with_the_right_response(rules: str) -> None:
    assert marking(rules) == Marking(How.MATCH, points=Decimal(2))


MAPS = [
    score(LOOKED_UP),
    score(plus(LOOKED_UP)),
    when(EMPTY, score(base("0.0")), otherwise=score(LOOKED_UP)),
    when(GIVEN, score(plus(LOOKED_UP))),
    when(GIVEN, score(LOOKED_UP), otherwise=score(base(0))),
]


@pytest.mark.parametrize("rules", MAPS)
def test_a_sum_of_what_the_values_are_worth(rules: str) -> None:
    assert marking(rules) == Marking(How.MAP)


def test_templates_mean_the_response_of_their_name() -> None:
    for processing, how in ((MATCH, How.MATCH), (MAP, How.MAP)):
        assert marking_of(tree(f"<i>{processing}</i>"), "RESPONSE") == Marking(how)
        with pytest.raises(ItemRefused):
            marking_of(tree(f"<i>{processing}</i>"), "OTHER")
    three = f'<i><responseProcessing template="{TEMPLATES}match_correct.xml"/></i>'
    assert marking_of(tree(three), "RESPONSE").how is How.MATCH


@pytest.mark.parametrize("name", ["map_response_point", "CC2_match", "own_template"])
def test_other_templates_are_refused(name: str) -> None:
    with pytest.raises(ItemRefused) as refused:
        marking_of(tree(f'<i>\n<responseProcessing template="{TEMPLATES}{name}"/></i>'), "RESPONSE")
    assert (refused.value.code, refused.value.line) == (QtiCode.CUSTOM_MARKING, 2)
    assert refused.value.text == name


def test_no_processing_says_nothing() -> None:
    assert marking_of(tree("<i/>"), "R").how is How.UNSAID
    assert marking("").how is How.UNSAID


def test_the_largest_score_may_be_an_outcome_of_its_own() -> None:
    outcomes = (
        '<outcomeDeclaration identifier="MAXSCORE"><defaultValue><value>5</value>'
        "</defaultValue></outcomeDeclaration>"
    )
    rules = when(RIGHT, score('<variable identifier="MAXSCORE"/>'))
    assert marking(rules, outcomes=outcomes).points == 5


@pytest.mark.parametrize(("said", "sizes"), [("0.1", ("0.1", "0.1")), ("0.1 0.3", ("0.1", "0.3"))])
def test_a_number_may_be_right_within_a_tolerance(said: str, sizes: tuple[str, str]) -> None:
    equal = (
        f'<equal toleranceMode="absolute" tolerance="{said}">{R}<correct identifier="R"/></equal>'
    )
    found = marking(when(equal, score(base(1))))
    assert (found.below, found.above) == tuple(Decimal(one) for one in sizes)


@pytest.mark.parametrize(("said", "any_case"), [("false", True), ("true", False)])
def test_a_text_may_be_right_in_any_case(said: str, *, any_case: bool) -> None:
    same = f'<stringMatch caseSensitive="{said}">{R}<correct identifier="R"/></stringMatch>'
    assert marking(when(same, score(base(1)))).any_case is any_case


def test_feedback_does_not_touch_the_score() -> None:
    feedback = f'<setOutcomeValue identifier="FEEDBACK">{R}</setOutcomeValue>'
    other = when(
        RIGHT, '<setOutcomeValue identifier="OTHER"><baseValue>yes</baseValue></setOutcomeValue>'
    )
    found = marking(feedback + other + when(RIGHT, score(base(1))))
    assert (found.how, found.shows_choice) == (How.MATCH, frozenset({"FEEDBACK"}))


CUSTOM = [
    score(base(1)),
    score("<product><mapResponse identifier='R'/><baseValue>2</baseValue></product>"),
    score(LOOKED_UP) + score(LOOKED_UP),
    score('<mapResponse identifier="OTHER"/>'),
    score(base("x")),
    score(base(-1)),
    score(""),
    score("<sum/>"),
    when(RIGHT, score(base(2)), otherwise=score(base(1))),
    when(RIGHT, score(base(2)), otherwise=score(LOOKED_UP)),
    when(RIGHT, score(LOOKED_UP)),
    when(GIVEN, score(base(1))),
    when(EMPTY, score(base(1))),
    when(RIGHT, score(base(2)), score(base(3))),
    when(RIGHT, score(base(2)), "<exitResponse/>"),
    when("<or/>", score(base(2))),
    when(f"<not>{RIGHT}</not>", score(base(2))),
    when(f"<and>{RIGHT}{RIGHT}</and>", score(base(2))),
    when(f"<match>{R}<baseValue>A</baseValue></match>", score(base(2))),
    when(f'<equal toleranceMode="relative" tolerance="1">{R}<correct identifier="R"/></equal>'),
    when(RIGHT, when(RIGHT, score(base(2)))),
    "<exitResponse/>",
    "<unheardOf/>",
    '<lookupOutcomeValue identifier="SCORE"><variable identifier="X"/></lookupOutcomeValue>',
    "<responseCondition><responseIf/>" + score(base(1)) + "</responseCondition>",
]


@pytest.mark.parametrize("rules", CUSTOM)
def test_any_other_program_is_refused_and_never_guessed(rules: str) -> None:
    if "SCORE" not in rules and "relative" in rules:
        rules = rules.replace("</responseIf>", score(base(1)) + "</responseIf>")
    with pytest.raises(ItemRefused) as refused:
        marking(rules)
    assert refused.value.code is QtiCode.CUSTOM_MARKING


def test_a_score_that_does_not_begin_at_zero_is_refused() -> None:
    outcomes = (
        '<outcomeDeclaration identifier="SCORE"><defaultValue><value>1</value>'
        "</defaultValue></outcomeDeclaration>"
    )
    with pytest.raises(ItemRefused):
        marking(when(RIGHT, score(base(1))), outcomes=outcomes)
