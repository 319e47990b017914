"""An exam taken by a program, answer by answer, as seed 002 has it: begin, respond, finish.

Every step goes through the services of the exam room; nothing is decided here that a browser could
not ask for too.
"""

from dataclasses import dataclass
from typing import Final

from exams.domain.answer import Fault
from exams.domain.scoring import mark
from exams.errors import (
    AnswersRequired,
    AttemptOver,
    ExamSessionAlreadyFinished,
    InvalidResponse,
    LastPage,
    ResponseAlreadyReceived,
)
from exams.models import Answer, Attempt
from exams.selectors.attempts import snapshot
from exams.selectors.contents import approved_content
from exams.services.answers import PAGE_CLOSED, UNKNOWN_QUESTION, save_answers
from exams.services.pages import advance_page
from exams.services.retakes import create_attempt
from exams.services.taking import start_attempt, submit_attempt, take_lease
from exams.wire import AnswerIn, AnswerValue

DEVICE: Final = "program"


@dataclass(frozen=True, slots=True)
class Hand:
    """Who writes to an attempt: the candidate, with the lease of this browser or program."""

    attempt_id: int
    student_id: int
    lease: str
    browser: str


@dataclass(frozen=True, slots=True)
class Response:
    """What one answer gives: whether it was stored as asked for, and whether it keeps the rules.

    Attributes:
        fault: Why it is not valid; it is stored all the same.
    """

    seq: int
    is_valid: bool | None
    fault: Fault | None


@dataclass(frozen=True, slots=True)
class Finish:
    """Either the open page has more to ask, or the attempt is handed in.

    Attributes:
        required: Questions that have to be answered first.
        receipt: Of the hand-in; empty while there are questions.
    """

    required: tuple[int, ...] = ()
    receipt: str = ""


def begin_attempt(sitting_id: int, *, student_id: int, browser: str, resume: bool) -> Hand:
    """Take up a candidate's attempt in a sitting, or begin it; the newest one writes.

    Args:
        sitting_id: The sitting, whose time must have come.
        student_id: Its candidate.
        browser: Random id of who asks.
        resume: Go on with the open attempt; False forces a further one, if the sitting allows it.

    Raises:
        AttemptUnknown: Not a candidate of this sitting.
        ExamSessionAlreadyFinished: The attempt is over, and no further one is allowed.
        NotOpen, TooLate, RetakeRefused, AttemptIsPaused: As in the exam room.

    Source: seed 002, create and resume of the manager of sessions.
    """
    attempt_id = create_attempt(sitting_id, student_id=student_id, resume=resume)
    try:
        lease = str(take_lease(attempt_id, student_id=student_id, device=DEVICE, browser=browser))
        start_attempt(attempt_id, student_id=student_id, lease=lease, browser=browser)
    except AttemptOver as over:
        raise ExamSessionAlreadyFinished(**over.data) from None
    return Hand(attempt_id, student_id, lease, browser)


def give_answer(hand: Hand, question_id: int, value: AnswerValue, text: str | None) -> Response:
    """Store one answer and say whether it keeps the rules of its question.

    A wrong or invalid answer is stored like any other. Whether it is right is not told before the
    results are released.

    Raises:
        InvalidResponse: The question is not asked on the open page.
        ResponseAlreadyReceived: Its page is closed; an answer there cannot change any more.
        ExamSessionAlreadyFinished: The attempt is over; the answer is held for a decision.
        LeaseLost, AttemptIsPaused, NotStarted: As in the exam room.

    Source: seed 002, add_response of the manager of sessions.
    """
    stored = Answer.objects.filter(attempt_id=hand.attempt_id, question_id=question_id)
    seq = (stored.values_list("seq", flat=True).first() or 0) + 1
    answer = AnswerIn(question=question_id, seq=seq, value=value, text=text)
    try:
        reply = save_answers(
            hand.attempt_id,
            student_id=hand.student_id,
            lease=hand.lease,
            answers=[answer],
            browser=hand.browser,
        )
    except AttemptOver as over:
        raise ExamSessionAlreadyFinished(**over.data) from None
    refused = reply.refused.get(str(question_id))
    if refused == PAGE_CLOSED:
        raise ResponseAlreadyReceived(question=question_id)
    if refused == UNKNOWN_QUESTION:
        raise InvalidResponse(question=question_id)
    if refused:
        raise ExamSessionAlreadyFinished(question=question_id)
    return _judged(hand.attempt_id, question_id, answer)


def _judged(attempt_id: int, question_id: int, answer: AnswerIn) -> Response:
    exam_id, digest = Attempt.objects.values_list(
        "sitting__exam_id", "sitting__exam__content_hash"
    ).get(pk=attempt_id)
    question = approved_content(exam_id, digest).question_map()[question_id]
    judged = mark(question, answer.value, answer.text or "")
    return Response(answer.seq, is_valid=judged.valid, fault=judged.fault)


def finish_attempt(hand: Hand) -> Finish:
    """Close the open page; hand in when nothing follows.

    Raises:
        ExamSessionAlreadyFinished: The attempt is over.
        LeaseLost, AttemptIsPaused, NotStarted: As in the exam room.

    Source: seed 002, finish: more questions, or the end.
    """
    seen = snapshot(hand.attempt_id, hand.student_id, browser=hand.browser)
    digest = {int(question): one.seq for question, one in seen.answers.items()}
    try:
        advance_page(
            hand.attempt_id,
            student_id=hand.student_id,
            lease=hand.lease,
            page=seen.page.number,
            digest=digest,
            browser=hand.browser,
        )
    except AnswersRequired as required:
        asked = required.data["questions"]
        return Finish(required=tuple(asked) if isinstance(asked, list) else ())
    except AttemptOver as over:
        raise ExamSessionAlreadyFinished(**over.data) from None
    except LastPage:
        receipt = submit_attempt(
            hand.attempt_id,
            student_id=hand.student_id,
            lease=hand.lease,
            digest=digest,
            browser=hand.browser,
        )
        return Finish(receipt=receipt.receipt)
    return Finish()
