"""The configuration of an exam: its schema, its defaults, what it does to papers and sittings."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, strategies as st
from jsonschema import Draft202012Validator

from exams.domain.configuration import (
    SCHEMA,
    Configuration,
    Shuffling,
    as_shuffled,
    configuration_of,
    deviations_of,
    faults_of,
    policy_part,
    to_json,
)
from exams.domain.content import ExamContent, PoolContent
from exams.domain.marking import AgreementRule
from exams.domain.policy import Camera, Navigation, Policy
from exams.tests.test_domain_paper import question

FULL: dict[str, Any] = {
    "navigation": "linear",
    "camera": "off",
    "chat_lock": "never",
    "late_start": "full",
    "grace_s": 0,
    "pause_limit_s": 60,
    "attempts_allowed": 3,
    "attempts_count": "last",
    "shuffling": "everything",
    "show_key": True,
    "marking": {
        "blind": True,
        "second_marker": True,
        "tolerance_percent": 5,
        "agreement": "higher",
        "show_criteria": False,
    },
}


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_nothing_said_is_the_default() -> None:
    assert configuration_of({}) == Configuration()
    assert configuration_of({}).policy == Policy()


def test_everything_said_holds() -> None:
    seen = configuration_of(FULL)
    assert (seen.policy.navigation, seen.policy.camera) == (Navigation.LINEAR, Camera.OFF)
    assert (seen.shuffling, seen.show_key) == (Shuffling.EVERYTHING, True)
    assert (seen.marking.blind, seen.marking.agreement) == (True, AgreementRule.HIGHER)
    assert not seen.marking.show_criteria
    assert to_json(seen) == FULL


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"navigation": "backwards"}, "navigation: not_one_of (free, sections, linear)"),
        ({"grace_s": 601}, "grace_s: too_big (600)"),
        ({"grace_s": 1.5}, "grace_s: wrong_type (integer)"),
        ({"marking": {"blind": "yes"}}, "marking.blind: wrong_type (boolean)"),
        ({"marking": {"tolerance_percent": 101}}, "marking.tolerance_percent: too_big (100)"),
        ({"marking": {"third_marker": True}}, "marking.third_marker: unknown_key"),
        ({"proctoring": "strict"}, "proctoring: unknown_key"),
        ([], "$: wrong_type (object)"),
    ],
)
def test_a_fault_names_its_place(document: Any, said: str) -> None:
    assert [str(fault) for fault in faults_of(document)] == [said]
    with pytest.raises(ValueError, match=said.split(":", maxsplit=1)[0].replace("$", r"\$")):
        configuration_of(document)


@given(st.dictionaries(st.sampled_from(sorted(FULL)), st.none()))
def test_any_part_of_a_configuration_is_one(keys: dict[str, None]) -> None:
    part = {key: FULL[key] for key in keys}
    complete = to_json(configuration_of(part))
    assert {key: complete[key] for key in part} == part
    assert not faults_of(complete)


def test_only_what_is_of_the_policy_reaches_the_sitting() -> None:
    assert set(policy_part(FULL)) == {
        "navigation",
        "camera",
        "chat_lock",
        "late_start",
        "grace_s",
        "pause_limit_s",
        "attempts_allowed",
        "attempts_count",
    }


def content(shuffling: str) -> ExamContent:
    questions = tuple(question(one, shuffle=one == 1) for one in (1, 2))
    return ExamContent(
        name="x",
        version_label="1",
        subject="",
        passing_score=Decimal(50),
        pools=(
            PoolContent(id=1, name="a", randomize_questions=False, questions=questions),
            PoolContent(
                id=2, name="b", randomize_questions=True, number_to_answer=1, questions=questions
            ),
        ),
        configuration={"shuffling": shuffling},
    )


@pytest.mark.parametrize(
    ("shuffling", "pools", "choices"),
    [
        ("as_written", [False, True], [True, False]),
        ("nothing", [False, True], [False, False]),
        ("everything", [True, True], [True, True]),
    ],
)
def test_shuffling_leaves_draws_alone(
    shuffling: str, pools: list[bool], choices: list[bool]
) -> None:
    seen = as_shuffled(content(shuffling))
    assert [pool.randomize_questions for pool in seen.pools] == pools
    assert [one.shuffle_choices for one in seen.pools[0].questions] == choices
    assert [pool.number_to_answer for pool in seen.pools] == [None, 1]


def test_where_a_sitting_differs_is_named() -> None:
    configured = configuration_of({"camera": "off"})
    assert deviations_of(configured.policy, configured) == frozenset()
    other = replace(configured.policy, camera=Camera.REQUIRED, grace_s=5)
    assert deviations_of(other, configured) == {"camera", "grace_s"}
