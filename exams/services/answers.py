"""Save answers: acknowledged only after commit, idempotent, never older over newer."""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from exams.domain.saving import IncomingAnswer, Refusal, Saved, SaveRequest
from exams.domain.states import AttemptState
from exams.errors import (
    AttemptIsPaused,
    AttemptOver,
    AttemptUnknown,
    LeaseLost,
    NotStarted,
    TryAgain,
)
from exams.queries import hold_answers, save_answers as save_statement, why_refused
from exams.services import pushes
from exams.services.taking import lease_token
from exams.wire import AnswerIn, AnswerValue, SaveReply
from kernel.clock import to_millis

UNKNOWN_QUESTION: Final = "unknown_question"
PAGE_CLOSED: Final = "page_closed"
LATE: Final = "late"
NO_LEASE: Final = UUID(int=0)  # no attempt ever has it


def save_answers(
    attempt_id: int, *, student_id: int, lease: str, answers: Sequence[AnswerIn], browser: str = ""
) -> SaveReply:
    """Store a batch of answers and say what is stored now.

    1. One guarded statement; when it takes the batch, its commit is the acknowledgement.
    2. Only when it refuses, a second one reads why. Answers that came too late, after the end or
       without the live lease and its browser are kept as late revisions for a person to decide.

    Budget: 1 query for an accepted save.

    Returns:
        `saved`: question id → stored seq; `refused`: question id → `late`, `unknown_question`,
        `page_closed`; `held`: the refused ones that are kept for a decision.

    Raises:
        AttemptUnknown: There is none, or it is somebody else's.
        LeaseLost: Another tab has taken over, or another browser uses its lease; `held` as below.
        AttemptIsPaused: Nothing was stored; send it again when it runs.
        AttemptOver: `held` names the questions whose answers were kept for a decision.
        NotStarted, TryAgain: Nothing was stored; the attempt has not started, or it moved.

    Needs: no open transaction, else the commit is not this function's.
    """
    request = SaveRequest(
        attempt_id=attempt_id,
        student_id=student_id,
        lease=_token(lease),
        answers=_newest(answers),
        browser=browser,
    )
    for _ in range(2):  # a second try when what refused the first was gone when we looked
        saved = save_statement(request)
        if saved is not None:
            pushes.answers_saved(attempt_id, saved)
            return _reply(request, saved)
        late = _explain(request)
        if late is not None:
            return late
    raise TryAgain


def _token(lease: str) -> UUID:
    """Return the token, or one that nobody has: a page reloaded after the end never got one."""
    try:
        return lease_token(lease)
    except LeaseLost:
        return NO_LEASE


def _newest(answers: Sequence[AnswerIn]) -> list[IncomingAnswer]:
    """Return one answer per question, the one with the highest seq, in order of arrival."""
    newest: dict[int, AnswerIn] = {}
    for answer in answers:
        if answer.question not in newest or newest[answer.question].seq < answer.seq:
            newest.pop(answer.question, None)
            newest[answer.question] = answer
    return [
        IncomingAnswer(
            one.question,
            one.seq,
            storable(one.value),
            None if one.client_at is None else int(one.client_at),
            str(storable(one.text or "")),
        )
        for one in newest.values()
    ]


def storable(value: AnswerValue) -> AnswerValue:
    """Return the value with what PostgreSQL cannot hold in text replaced: NUL, lone surrogates."""
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {
            str(storable(key)): part if isinstance(part, int) else _storable_part(part)
            for key, part in value.items()
        }
    return value


def _storable_part(part: str | None) -> str | None:
    return None if part is None else str(storable(part))


def _reply(request: SaveRequest, saved: Saved) -> SaveReply:
    refused = {
        str(answer.question): _unfit(answer.question, saved.closed)
        for answer in request.answers
        if str(answer.question) not in saved.saved
    }
    return SaveReply(
        saved=dict(saved.saved),
        refused=refused,
        held=[],
        state=AttemptState(saved.state),
        version=saved.version,
        deadline=to_millis(saved.deadline),
        server_time=to_millis(saved.server_time),
        last_command_seq=saved.last_command_seq,
    )


def _unfit(question: int, closed: Collection[int]) -> str:
    return PAGE_CLOSED if question in closed else UNKNOWN_QUESTION


def _explain(request: SaveRequest) -> SaveReply | None:
    """Return the reply to a refused save, or None when nothing refuses it any more."""
    facts = why_refused(request)
    if facts is None or not facts.owns:
        raise AttemptUnknown(attempt=request.attempt_id)
    match facts.state:
        case AttemptState.READY:
            raise NotStarted
        case AttemptState.RUNNING | AttemptState.PAUSED:
            return _explain_live(request, facts)
        case _:
            held = hold_answers(request, "ended")
            raise AttemptOver(state=facts.state.value, saved=_saved(request, facts), held=held)


def _explain_live(request: SaveRequest, facts: Refusal) -> SaveReply | None:
    if not facts.holds_lease:
        held = hold_answers(request, "lease")
        raise LeaseLost(saved=_saved(request, facts), held=held)
    if facts.state is AttemptState.PAUSED:
        raise AttemptIsPaused
    if facts.late:
        return _refused_reply(request, facts, LATE, hold_answers(request, LATE))
    if not facts.knows_question:
        return _refused_reply(request, facts, "", [])
    return None


def _saved(request: SaveRequest, facts: Refusal) -> list[int]:
    """What is stored already is reported as saved even now: a repeated send is not late."""
    return [
        answer.question
        for answer in request.answers
        if facts.stored.get(str(answer.question), 0) >= answer.seq
    ]


def _refused_reply(request: SaveRequest, facts: Refusal, code: str, held: list[int]) -> SaveReply:
    """Return what a live attempt refuses; without a code, because the open page does not ask it."""
    saved = {str(question): facts.stored[str(question)] for question in _saved(request, facts)}
    refused = {
        str(answer.question): code or _unfit(answer.question, facts.closed)
        for answer in request.answers
        if str(answer.question) not in saved
    }
    return SaveReply(
        saved=saved,
        refused=refused,
        held=held,
        state=facts.state,
        version=facts.version,
        deadline=to_millis(facts.deadline),
        server_time=to_millis(facts.server_time),
        last_command_seq=facts.last_command_seq,
    )
