"""The sitting's policy: defaults, schema, round trip."""

import pytest
from hypothesis import given, strategies as st

from exams.domain.counting import AttemptsCount
from exams.domain.deadline import LateStart
from exams.domain.policy import (
    Camera,
    ChatLock,
    Navigation,
    Policy,
    faults_of,
    policy_of,
    to_json,
)

policies = st.builds(
    Policy,
    camera=st.sampled_from(Camera),
    chat_lock=st.sampled_from(ChatLock),
    late_start=st.sampled_from(LateStart),
    navigation=st.sampled_from(Navigation),
    grace_s=st.integers(0, 600),
    pause_limit_s=st.integers(60, 14400),
    attempts_allowed=st.integers(1, 20),
    attempts_count=st.sampled_from(AttemptsCount),
)


@given(policies)
def test_a_policy_survives_being_stored(policy: Policy) -> None:
    assert policy_of(to_json(policy)) == policy


def test_an_empty_document_is_the_default_policy() -> None:
    assert policy_of({}) == Policy()
    assert Policy().chat_lock is ChatLock.LOBBY


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"camera": "sometimes"}, "camera"),
        ({"grace_s": -1}, "grace_s"),
        ({"grace_s": 601}, "grace_s"),
        ({"grace_s": 1.5}, "grace_s"),
        ({"grace_s": True}, "grace_s"),
        ({"pause_limit_s": 1}, "pause_limit_s"),
        ({"navigation": "forward"}, "navigation"),
        ({"surprise": 1}, "surprise"),
        ([], "array"),
        ("text", "text"),
    ],
)
def test_a_wrong_document_is_refused_with_its_field(document: object, field: str) -> None:
    faults = faults_of(document)
    assert faults
    assert any(field in fault or document in ([], "text") for fault in faults)


def test_the_typed_form_refuses_a_wrong_document() -> None:
    with pytest.raises(ValueError, match="camera"):
        policy_of({"camera": 1})
