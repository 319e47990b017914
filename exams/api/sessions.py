"""/api/v1/exam-sessions: the exam session and response managers of seed 002, for candidates.

An exam session is an attempt in a sitting. The lease stays in the caller's signed-in session, so
that a newer window of the exam room or a second program takes over as anywhere else.
"""

import secrets

from django.http import HttpRequest
from ninja import Router, Status

from exams.api.session_shapes import (
    AskedPool,
    Finished,
    ResponseIn,
    ResponseOut,
    ResultsOut,
    ReviewedResponse,
    SessionCard,
    SessionIn,
    SessionOut,
    Value,
)
from exams.api.session_views import (
    card_shown,
    missed_shown,
    moment,
    pools_shown,
    response_shown,
    session_shown,
)
from exams.errors import ExamSessionNotFinished, LeaseLost, ResultUnknown
from exams.selectors.attempts import attempts_of_student
from exams.selectors.browsers import session_entry
from exams.selectors.questions_asked import OpenPage, open_page, sitting_of_attempt
from exams.selectors.results import MarkedPaper, released_paper
from exams.services import stepping
from exams.services.stepping import Hand
from exams.texts import ANSWER_FAULTS
from exams.wire import AnswerValue

router = Router(tags=["exam sessions"])


@router.get("", response=list[SessionCard], summary="List your exam sessions")
def list_sessions(request: HttpRequest) -> list[SessionCard]:
    """Return the caller's exam sessions, the next ones first."""
    return [card_shown(one) for one in attempts_of_student(_caller(request))]


@router.post("", response={201: SessionOut}, summary="Create or resume an exam session")
def create_session(request: HttpRequest, body: SessionIn) -> Status[SessionOut]:
    """Take up the open session of a sitting, or begin one; the clock starts with it.

    Without `resume` a further session is forced, where the sitting allows one.
    """
    hand = stepping.begin_attempt(
        body.sitting,
        student_id=_caller(request),
        browser=secrets.token_hex(16),
        resume=body.resume,
    )
    _keep(request, hand)
    page = open_page(hand.attempt_id, hand.student_id, browser=hand.browser)
    return Status(201, session_shown(page, pools_shown(page) if body.fetch_all else []))


@router.get("/{int:session_id}", response=SessionOut, summary="Read an exam session")
def read_session(request: HttpRequest, session_id: int) -> SessionOut:
    """Return where a session stands, without its questions."""
    return session_shown(_page(request, session_id), [])


@router.post("/{int:session_id}/resume", response=SessionOut, summary="Resume an exam session")
def resume_session(request: HttpRequest, session_id: int) -> SessionOut:
    """Take a session up again; another window or program that wrote to it does no longer."""
    hand = stepping.begin_attempt(
        sitting_of_attempt(session_id, _caller(request)),
        student_id=_caller(request),
        browser=secrets.token_hex(16),
        resume=True,
    )
    _keep(request, hand)
    page = open_page(hand.attempt_id, hand.student_id, browser=hand.browser)
    return session_shown(page, pools_shown(page))


@router.get(
    "/{int:session_id}/questions", response=list[AskedPool], summary="Get the next questions"
)
def next_questions(
    request: HttpRequest, session_id: int, *, include_answered: bool = False
) -> list[AskedPool]:
    """Return the questions of the open page that have no response yet, or all of them.

    An optional question is offered until its page is closed; who leaves it out need not respond.
    """
    return pools_shown(_page(request, session_id), answered=include_answered)


@router.post(
    "/{int:session_id}/responses", response={201: ResponseOut}, summary="Submit a response"
)
def submit_response(request: HttpRequest, session_id: int, body: ResponseIn) -> Status[ResponseOut]:
    """Store a response, in place of an earlier one while its page is open.

    An invalid response is stored and counts as one; `message` says what is wrong with it.
    """
    value = body.value if body.answers is None else body.answers
    given = stepping.give_answer(
        _hand(request, session_id), body.question, _stored_form(value), body.text
    )
    said = str(ANSWER_FAULTS[given.fault]) if given.fault else ""
    return Status(
        201,
        ResponseOut(
            exam_session=session_id, question=body.question, valid=given.is_valid, message=said
        ),
    )


def _stored_form(value: Value) -> AnswerValue:
    """Numbers are stored as they are written."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return value


@router.post("/{int:session_id}/finish", response=Finished, summary="Finish, or get more questions")
def finish_session(request: HttpRequest, session_id: int) -> Finished:
    """Close the open page. Returns the next questions, those still required, or the end."""
    hand = _hand(request, session_id)
    finish = stepping.finish_attempt(hand)
    page = open_page(session_id, hand.student_id, browser=hand.browser)
    only = set(finish.required) or None
    pools = [] if finish.receipt else pools_shown(page, answered=True, only=only)
    return Finished(
        id=session_id,
        date_completed=moment(page.snapshot.submitted_at),
        receipt=finish.receipt,
        score=None,
        passed=None,
        question_pools=pools,
    )


@router.get("/{int:session_id}/results", response=ResultsOut, summary="Read the results")
def results(request: HttpRequest, session_id: int) -> ResultsOut:
    """Return the released result, with the questions of this session that were missed."""
    return missed_shown(_released(request, session_id))


@router.get(
    "/{int:session_id}/responses", response=list[ReviewedResponse], summary="Review the responses"
)
def review(request: HttpRequest, session_id: int) -> list[ReviewedResponse]:
    """Return every question of the session with its response and marks, once released."""
    paper = _released(request, session_id)
    return [response_shown(session_id, one) for one in paper.answers]


def _released(request: HttpRequest, session_id: int) -> MarkedPaper:
    page = _page(request, session_id)
    try:
        return released_paper(session_id, _caller(request))
    except ResultUnknown:
        if page.snapshot.submitted_at is None:
            raise ExamSessionNotFinished(exam_session=session_id) from None
        raise


def _caller(request: HttpRequest) -> int:
    return int(request.user.pk or 0)


def _page(request: HttpRequest, session_id: int) -> OpenPage:
    browser = str(request.session.get(session_entry(session_id), ""))
    return open_page(session_id, _caller(request), browser=browser or "none")


def _keep(request: HttpRequest, hand: Hand) -> None:
    request.session[_lease_entry(hand.attempt_id)] = hand.lease
    request.session[session_entry(hand.attempt_id)] = hand.browser


def _hand(request: HttpRequest, session_id: int) -> Hand:
    """Return who writes.

    Raises:
        AttemptUnknown: It is not the caller's session.
        LeaseLost: The session was not created or resumed by this caller.
    """
    sitting_of_attempt(session_id, _caller(request))
    lease = request.session.get(_lease_entry(session_id))
    browser = request.session.get(session_entry(session_id))
    if not (lease and browser):
        raise LeaseLost
    return Hand(session_id, _caller(request), str(lease), str(browser))


def _lease_entry(session_id: int) -> str:
    return f"exam_lease:{session_id}"
