"""A question tried out while it is written: how it is drawn, and what an answer to it is worth."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypedDict

import msgspec
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from exams import texts
from exams.domain.content import QuestionContent
from exams.domain.numbers import plain
from exams.domain.scoring import QuestionMark, chosen_keys, mark, shown
from exams.domain.texts import to_plain
from exams.forms_editor import QuestionEditor
from exams.selectors.trials import content_of_draft, question_on_paper
from kernel import wire
from web.templatetags.web import digits

if TYPE_CHECKING:  # lazy texts have a type in the stubs only
    from django_stubs_ext import StrOrPromise as Text


class Said(TypedDict):
    """One line of a verdict: a tone of the design, and its words."""

    tone: str
    text: str


def trial_of(request: HttpRequest, editor: QuestionEditor) -> JsonResponse:
    """Answer with the question as drawn, what is wrong with it, and a verdict on `answer`.

    Needs: a request whose sender may write this question; nothing is stored.
    """
    is_sound = editor.is_valid()
    body: dict[str, object] = {
        "question": None,
        "verdict": [],
        "findings": [{"id": at, "label": str(of), "text": s} for at, of, s in editor.findings],
    }
    if editor.draft is not None:
        question = content_of_draft(editor.draft)
        body["question"] = msgspec.to_builtins(question_on_paper(question))
        if is_sound and "answer" in request.POST:
            value = _answer_in(request)
            names = dict(editor.later or ())
            body["verdict"] = [*verdict_on(question, value), *_leads(question, value, names)]
    return JsonResponse(body)


def _answer_in(request: HttpRequest) -> object:
    try:
        answer: object = json.loads(request.POST["answer"][: 2 * 10**5])
    except ValueError:
        raise wire.BadMessage(reason="answer") from None
    return answer


def verdict_on(question: QuestionContent, value: object) -> Iterator[Said]:
    """Yield what the engine says of an answer: valid or not and why, right or not, the points."""
    marked = mark(question, value)
    yield _validity(marked)
    if marked.valid is None:
        return
    yield _correctness(marked)
    if marked.possible and not marked.needs_person:
        points, possible = shown(marked.points), plain(question.points)
        said = _("%(points)s of %(possible)s points")
        yield Said(
            tone="info",
            text=said % {"points": digits(plain(points)), "possible": digits(possible)},
        )
    for choice in chosen_keys(question, value):
        if choice.rejoinder_html:
            yield Said(
                tone="info",
                text=_("Feedback: %(text)s") % {"text": to_plain(choice.rejoinder_html)},
            )


def _validity(marked: QuestionMark) -> Said:
    if marked.valid is None:
        return Said(tone="info", text=_("Nothing was given."))
    if marked.valid:
        return Said(tone="ok", text=_("Valid"))
    why: Text = texts.ANSWER_FAULTS[marked.fault] if marked.fault else ""
    return Said(tone="critical", text=_("Not valid: %(why)s") % {"why": why})


def _correctness(marked: QuestionMark) -> Said:
    if marked.needs_person:
        return Said(tone="waiting", text=_("A person decides."))
    if marked.correct is None:
        return Said(tone="info", text=_("Neither right nor wrong"))
    if marked.correct:
        return Said(tone="ok", text=_("Correct"))
    return Said(tone="critical", text=_("Correct in part") if marked.points > 0 else _("Incorrect"))


def _leads(question: QuestionContent, value: object, names: dict[int, str]) -> Iterator[Said]:
    """Yield where the answer leads."""
    for choice in chosen_keys(question, value):
        if choice.end_exam:
            yield Said(tone="info", text=_("Ends the exam."))
        if choice.end_question_pool:
            yield Said(tone="info", text=_("Ends the section at once."))
        if choice.next_question_pool in names:
            said = _("Goes on with “%(name)s”.") % {"name": names[choice.next_question_pool]}
            yield Said(tone="info", text=said)
