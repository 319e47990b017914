"""For tests: exams with branches in real rows, and a candidate who walks through them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from exams.domain.answer import QuestionKind
from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.models import Attempt, Choice, Mark, Question, Result
from exams.selectors.attempts import snapshot
from exams.services import answers, authoring, pages, pools, review, taking
from exams.services.questions import add_question
from exams.tests.conftest import Cast, Taking, begin
from exams.wire import AnswerIn, AttemptSnapshot, Receipt, SaveReply

Options = Mapping[str, Mapping[str, Any]]  # words of the choice → fields; `to` names a section
Plan = Mapping[str, Mapping[str, Any]]  # section → {"questions": {name: fields}, "to": section}


def branching_exam(cast: Cast, plan: Plan, *, passing_score: int = 50) -> int:
    """Write, review and approve an exam; questions are right/wrong choices unless they say more."""
    exam_id = authoring.create_exam(
        institution_id=cast.institution.pk,
        name="Branching",
        actor_id=cast.author.pk,
        passing_score=Decimal(passing_score),
    )
    ids = {name: pools.add_pool(exam_id, name=name) for name in plan}
    for name, parts in plan.items():
        changes = {key: value for key, value in parts.items() if key not in {"questions", "to"}}
        to = ids[parts["to"]] if "to" in parts else None
        if changes or to:
            full = {"randomize_questions": False, "number_to_answer": None, **changes}
            pools.update_pool(ids[name], name=name, next_question_pool=to, **full)
        for question, fields in parts["questions"].items():
            add_question(ids[name], _draft(question, fields, ids))
    review.send_to_review(exam_id, actor_id=cast.author.pk)
    review.approve_exam(exam_id, actor_id=cast.admin.pk)
    return exam_id


def _draft(name: str, fields: Mapping[str, Any], ids: Mapping[str, int]) -> QuestionDraft:
    options = fields.get("options", {"right": {"right": True}, "wrong": {"right": False}})
    rest = {key: value for key, value in fields.items() if key != "options"}
    made = tuple(_choice(words, dict(option), ids) for words, option in options.items())
    given = {"kind": QuestionKind.CHOICE, "prompt": f"{name}?", "choices": made, **rest}
    return QuestionDraft(name=name, **given)


def _choice(words: str, option: dict[str, Any], ids: Mapping[str, int]) -> ChoiceDraft:
    right, to = option.pop("right", None), option.pop("to", None)
    return ChoiceDraft(
        words,
        fraction=None if right is None else Decimal(100 if right else 0),
        next_question_pool=None if to is None else ids[to],
        **option,
    )


@dataclass
class Walker:
    """Ana on her way through a branching exam, by public services only."""

    taking: Taking
    seq: int = 0
    digest: dict[int, int] = field(default_factory=dict)

    def see(self) -> AttemptSnapshot:
        return snapshot(self.taking.attempt_id, self.student)

    @property
    def student(self) -> int:
        return self.taking.cast.ana.pk

    @property
    def names(self) -> list[str]:
        """The names of the questions on the open page."""
        return [name_of(one.id) for one in self.see().questions or []]

    def save(self, question: str, value: object, text: str | None = None) -> SaveReply:
        """Answer by the words of a choice, a list of them, or a plain value."""
        row = Question.objects.get(name=question, pool__isnull=False)
        self.seq += 1
        reply = answers.save_answers(
            self.taking.attempt_id,
            student_id=self.student,
            lease=self.taking.lease,
            answers=[
                AnswerIn(question=row.pk, seq=self.seq, value=_keys(row, value), text=text)  # type: ignore[arg-type] # any value of the wire
            ],
        )
        if str(row.pk) in reply.saved:
            self.digest[row.pk] = self.seq
        return reply

    def advance(self, page: int | None = None, **changes: Any) -> AttemptSnapshot:
        seen = self.see()
        shown = {one.id for one in seen.questions or []}
        mine = {question: seq for question, seq in self.digest.items() if question in shown}
        call = {
            "student_id": self.student,
            "lease": self.taking.lease,
            "page": page or seen.page.number,
            "digest": mine,
        }
        pages.advance_page(self.taking.attempt_id, **{**call, **changes})
        return self.see()

    def submit(self) -> Receipt:
        return taking.submit_attempt(
            self.taking.attempt_id, student_id=self.student, lease=self.taking.lease, digest={}
        )

    def result(self) -> Result:
        return Result.objects.get(attempt_id=self.taking.attempt_id)

    def marks(self) -> list[Mark]:
        return list(self.result().marks.all())

    @property
    def attempt(self) -> Attempt:
        return self.taking.attempt


def _keys(row: Question, value: object) -> object:
    if row.kind != QuestionKind.CHOICE or value is None:
        return value
    words = [value] if isinstance(value, str) else list(value)  # type: ignore[call-overload] # words
    return [Choice.objects.get(question=row, text=one).key for one in words]


def name_of(question_id: int) -> str:
    return Question.objects.values_list("name", flat=True).get(pk=question_id)


def walker(cast: Cast, plan: Plan, *, passing_score: int = 50, **changes: Any) -> Walker:
    exam_id = branching_exam(cast, plan, passing_score=passing_score)
    return Walker(begin(cast, exam_id=exam_id, **changes))
