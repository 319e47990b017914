"""The candidate's way from page to page: forward only, each page closed for good."""

from collections.abc import Mapping

from django.db import transaction

from exams.domain import paper as papers
from exams.domain.content import QuestionContent
from exams.domain.scoring import lacks_answer
from exams.domain.walk import next_page
from exams.errors import AnswersMissing, AnswersRequired, LastPage, TryAgain
from exams.models import Answer, Attempt, Exam
from exams.queries_pages import PageTurn, advance_page as turn_page
from exams.selectors.contents import approved_content
from exams.services import pushes
from exams.services.taking import lease_token, own_attempt, require_writable


@transaction.atomic
def advance_page(
    attempt_id: int,
    *,
    student_id: int,
    lease: str,
    page: int,
    digest: Mapping[int, int],
    browser: str = "",
) -> None:
    """Close the open page and open the one that its answers lead to.

    The attempt's row is locked, so no save comes between the walk, which says what follows, and
    the one conditional UPDATE that goes there.

    Budget: 8 queries, 3 of them for what is told to the browsers.

    Idempotent: when another page than `page` is open, that one stays open.

    `page` is the number of the page to close, `digest` names its answers; the rest is as for
    `submit_attempt`.

    Raises:
        AnswersMissing: `missing` names the questions to send again.
        AnswersRequired: `questions` names those that have to be answered first.
        LastPage: Nothing follows; hand in.
        AttemptUnknown, LeaseLost, NotStarted, AttemptIsPaused, AttemptOver: As for a save.
        TryAgain: The time is over; the attempt ends in a moment.
    """
    token = lease_token(lease)
    attempt = own_attempt(attempt_id, student_id, lock=True)
    require_writable(attempt, token, browser)
    if attempt.page != page:
        return
    given = _given(attempt_id, digest)
    index, questions = _next(attempt, given)
    turn = PageTurn(attempt_id, student_id, token, browser, page, index, questions)
    if not turn_page(turn):
        raise TryAgain
    pushes.attempt_moved(attempt_id)


def _given(attempt_id: int, digest: Mapping[int, int]) -> dict[int, object]:
    """Return the stored answers, if they are as new as the client says."""
    rows = Answer.objects.filter(attempt_id=attempt_id).values_list("question_id", "seq", "value")
    stored = {question: (seq, value) for question, seq, value in rows}
    missing = sorted(one for one, seq in digest.items() if stored.get(one, (0,))[0] < seq)
    if missing:
        raise AnswersMissing(missing)
    return {question: value for question, (_, value) in stored.items()}


def _next(attempt: Attempt, given: Mapping[int, object]) -> tuple[int, list[int]]:
    """Return which page follows by the stored answers, and which of its questions take one."""
    exam_id = attempt.sitting.exam_id
    digest = Exam.objects.values_list("content_hash", flat=True).get(pk=exam_id)
    content = approved_content(exam_id, digest)
    questions = content.question_map()
    _require_answers([questions[one] for one in attempt.question_ids], given)
    drawn = papers.from_json(attempt.paper)
    index = next_page(content, drawn, attempt.page_index, given)
    if index is None:
        raise LastPage
    ids = [one.id for one in drawn.page(index)]
    return index, [one for one in ids if questions[one].is_answerable]


def _require_answers(questions: list[QuestionContent], given: Mapping[int, object]) -> None:
    lacking = [one.id for one in questions if lacks_answer(one, given.get(one.id))]
    if lacking:
        raise AnswersRequired(questions=lacking)
