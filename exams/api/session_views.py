"""Exam sessions as /api/v1/ shows them, made from what the exam room and the result pages read."""

from collections.abc import Collection
from datetime import UTC, datetime
from decimal import Decimal

from exams.api.session_shapes import (
    AskedAnswer,
    AskedPool,
    AskedQuestion,
    GivenResponse,
    Missed,
    ResultsOut,
    ReviewedResponse,
    SessionCard,
    SessionOut,
)
from exams.domain.answer import is_empty
from exams.domain.texts import to_plain
from exams.selectors import questions_asked
from exams.selectors.attempts import AttemptCard
from exams.selectors.questions_asked import OpenPage
from exams.selectors.results import MarkedAnswer, MarkedPaper
from exams.wire import PaperChoice


def moment(millis: int | None) -> datetime | None:
    """Return an instant of the wire as a time, UTC."""
    return None if millis is None else datetime.fromtimestamp(millis / 1000, tz=UTC)


def session_shown(page: OpenPage, pools: list[AskedPool]) -> SessionOut:
    """Return a session with the questions given."""
    seen = page.snapshot
    return SessionOut(
        id=seen.attempt,
        exam=page.exam_id,
        name=page.exam_xml_id,
        title=page.exam_name,
        state=seen.state,
        passing_score=page.passing_score,
        date_started=moment(seen.started_at),
        date_completed=moment(seen.submitted_at),
        deadline=moment(seen.deadline),
        page=seen.page.number,
        is_last_page=seen.page.is_last,
        question_pools=pools,
    )


def pools_shown(
    page: OpenPage, *, answered: bool = False, only: Collection[int] | None = None
) -> list[AskedPool]:
    """Return the questions of the open page in their pools.

    Args:
        page: As read.
        answered: Also those that have a response, first.
        only: Nothing but these questions.
    """
    pools = [_pool(one, answered=answered, only=only) for one in page.pools]
    return [pool for pool in pools if pool.questions]


def _pool(
    pool: questions_asked.AskedPool, *, answered: bool, only: Collection[int] | None
) -> AskedPool:
    wanted = [one for one in pool.questions if only is None or one.shown.id in only]
    given = [one for one in wanted if one.answer and not is_empty(one.answer.value)]
    open_ones = [one for one in wanted if one not in given]
    return AskedPool(
        id=pool.id,
        name=pool.xml_id,
        title=pool.name,
        questions=[_question(one) for one in [*(given if answered else []), *open_ones]],
    )


def _question(asked: questions_asked.AskedQuestion) -> AskedQuestion:
    shown, stored = asked.shown, asked.answer
    return AskedQuestion(
        id=shown.id,
        name=asked.xml_id,
        question_type=shown.kind,
        widget=shown.widget,
        label=shown.prompt_html,
        help_text=shown.help_html,
        required=shown.required,
        text_response=shown.text_response,
        text_response_label=shown.text_response_label,
        min_answers=shown.min_answers,
        max_answers=shown.max_answers,
        min_length=shown.min_length,
        max_length=shown.max_length,
        min_value=shown.min_value,
        max_value=shown.max_value,
        answers=[_answer(one) for one in shown.choices],
        pairs=[_answer(one) for one in shown.lefts],
        response=GivenResponse(value=stored.value, text=stored.text) if stored else None,
    )


def _answer(choice: PaperChoice) -> AskedAnswer:
    return AskedAnswer(id=choice.id, label=choice.html, text_response=choice.text_response)


def card_shown(card: AttemptCard) -> SessionCard:
    """Return one line of a list; scores are read one by one, where they are released."""
    return SessionCard(
        id=card.attempt_id,
        sitting=card.sitting_id,
        title=card.title,
        state=card.state,
        date_completed=card.ended_at,
        score=None,
        passed=None,
    )


def missed_shown(paper: MarkedPaper) -> ResultsOut:
    """Return the score, and what was answered wrong or not validly, of this session alone.

    Source: seed 002, get_results, whose list holds the misses of all sessions: not copied.
    """
    return ResultsOut(
        score=paper.score,
        passed=paper.passed,
        missed_questions=[
            _missed(one) for one in paper.answers if one.valid is True and one.correct is False
        ],
        invalid_questions=[_missed(one) for one in paper.answers if one.valid is False],
    )


def _missed(answer: MarkedAnswer) -> Missed:
    return Missed(label=to_plain(answer.prompt_html), rejoinder=to_plain(answer.rejoinder_html))


def response_shown(session_id: int, answer: MarkedAnswer) -> ReviewedResponse:
    """Return one response with its marks."""
    return ReviewedResponse(
        exam_session=session_id,
        question=answer.question_id,
        label=to_plain(answer.prompt_html),
        value=[to_plain(part) for part in answer.given_html],
        text=answer.text,
        valid=answer.valid,
        correct=answer.correct,
        points=answer.points or Decimal(0),
        possible=answer.possible,
        rejoinder=to_plain(answer.rejoinder_html),
    )
