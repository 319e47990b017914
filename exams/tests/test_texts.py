from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from exams import texts
from exams.domain.answer import Fault, QuestionKind
from exams.domain.deadline import LateStart
from exams.domain.draft import DraftFault
from exams.domain.late import LateCause, LateState
from exams.domain.policy import Camera, ChatLock
from exams.domain.states import AttemptState, ExamState, ResultState, SittingState
from exams.domain.texts import TextFormat
from web.home import Tone


def test_everything_that_a_person_may_meet_has_words() -> None:
    tables: dict[type[StrEnum], Mapping[Any, Any]] = {
        ExamState: texts.EXAM_STATES,
        SittingState: texts.SITTING_STATES,
        AttemptState: texts.ATTEMPT_STATES,
        ResultState: texts.RESULT_STATES,
        LateState: texts.LATE_STATES,
        LateCause: texts.LATE_CAUSES,
        QuestionKind: texts.KINDS,
        TextFormat: texts.FORMATS,
        Camera: texts.CAMERAS,
        ChatLock: texts.CHAT_LOCKS,
        LateStart: texts.LATE_STARTS,
        DraftFault: texts.DRAFT_FAULTS,
        Fault: texts.ANSWER_FAULTS,
    }
    for members, table in tables.items():
        assert set(table) == set(members), members.__name__


def test_every_tone_is_one_of_the_design() -> None:
    states = [
        *texts.EXAM_STATES.values(),
        *texts.SITTING_STATES.values(),
        *texts.ATTEMPT_STATES.values(),
        *texts.RESULT_STATES.values(),
        *texts.LATE_STATES.values(),
    ]
    assert {tone for _words, tone in states} <= set(Tone)
