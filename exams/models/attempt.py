"""Attempts, the answers given in them, their frozen end, marks and results."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from exams.domain.late import LateState
from exams.domain.states import AttemptState, ResultState, SubmissionKind


class Attempt(models.Model):
    """One candidate taking a sitting. `paper` was drawn at scheduling and never changes."""

    candidate = models.ForeignKey(
        "exams.Candidate", on_delete=models.PROTECT, related_name="attempts"
    )
    sitting = models.ForeignKey("exams.Sitting", on_delete=models.PROTECT, related_name="attempts")
    student = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(
        max_length=12, default=AttemptState.READY, choices=[(s, s) for s in AttemptState]
    )
    version = models.PositiveIntegerField(default=0, help_text="Rises with every move")
    paper = models.JSONField(help_text="Drawn at scheduling: exams/domain/paper.py")
    question_ids = ArrayField(
        models.BigIntegerField(), help_text="Those of the open page that take an answer"
    )
    page = models.PositiveSmallIntegerField(
        default=1, db_default=1, help_text="How many pages were shown; the last one is open"
    )
    page_index = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="Which of the paper's pages is open, from 0"
    )
    closed_ids = ArrayField(
        models.BigIntegerField(),
        default=list,
        db_default=[],
        help_text="Those of closed pages that take an answer, in order",
    )
    lease = models.UUIDField(
        null=True, help_text="Fencing token of the one browser tab that may write"
    )
    lease_device = models.CharField(max_length=120, blank=True, default="")
    lease_browser = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_default="",
        help_text="Random id of the browser that holds the lease",
    )
    checked_in_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    deadline = models.DateTimeField(
        help_text="Cached from exams.domain.deadline; before the start, the last moment to start"
    )
    paused_at = models.DateTimeField(null=True)
    state_reason = models.TextField(blank=True, default="", help_text="Shown to the candidate")
    ended_at = models.DateTimeField(null=True)
    last_saved_at = models.DateTimeField(null=True)
    current_question = models.BigIntegerField(null=True, help_text="Of the last save")
    last_command_seq = models.PositiveIntegerField(default=0)
    history_bytes = models.BigIntegerField(
        default=0, db_default=0, help_text="What was saved in all: bounds the history of answers"
    )
    created_at = models.DateTimeField(db_default=Now())

    read_at: datetime  # by the database's clock; only where exams.queries_attempts has read it

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["candidate", "number"], name="attempt_number_unique"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["deadline"],
                name="attempt_due",
                condition=Q(state__in=["ready", "running", "paused"]),
            ),
        ]

    def __str__(self) -> str:
        return f"attempt {self.pk} {self.state}"

    @property
    def asked_before(self) -> int:
        """How many questions closed pages asked."""
        return len(self.closed_ids)

    @property
    def asked(self) -> int:
        """How many questions were asked until now, those of the open page included."""
        return len(self.closed_ids) + len(self.question_ids)


class Answer(models.Model):
    """The latest answer to one question. Written only by exams.queries.save_answer."""

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="answers")
    question_id = models.BigIntegerField()
    seq = models.BigIntegerField(help_text="The client's own counter; a lower one never wins")
    value = models.JSONField(null=True)
    text = models.TextField(
        blank=True, default="", db_default="", help_text="Beside the answer, where one is asked for"
    )
    client_at = models.DateTimeField(null=True)
    saved_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["attempt", "question_id"], name="answer_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id}/{self.question_id}"


class AnswerRevision(models.Model):
    """History: revisions that were acknowledged, and late work kept for a person's decision.

    The history of an attempt is bounded (exams.queries.MAX_HISTORY_BYTES); its answers are not.
    """

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="revisions")
    question_id = models.BigIntegerField()
    seq = models.BigIntegerField()
    value = models.JSONField(null=True)
    text = models.TextField(
        blank=True, default="", db_default="", help_text="Beside the answer, where one is asked for"
    )
    client_at = models.DateTimeField(null=True)
    saved_at = models.DateTimeField(db_default=Now())
    late = models.BooleanField(default=False, help_text="Not acknowledged; a person decides")
    held_for = models.CharField(
        max_length=8, blank=True, default="", help_text="Why it is late: late, ended or lease"
    )
    decision = models.CharField(
        max_length=8,
        db_default=LateState.OPEN,
        choices=[(s, s) for s in LateState],
        help_text="Of late work: whether it counts",
    )
    decision_reason = models.TextField(blank=True, db_default="")
    decided_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["attempt", "question_id", "seq", "held_for"], name="revision_unique"
            ),
            models.CheckConstraint(
                condition=Q(late=True) ^ Q(held_for=""), name="revision_late_has_cause"
            ),
            models.CheckConstraint(
                condition=Q(late=True) | Q(decision="open"), name="revision_decides_on_late"
            ),
            models.UniqueConstraint(
                fields=["attempt", "question_id"],
                condition=Q(decision="accepted"),
                name="revision_accepted_unique",
            ),
        ]
        indexes: ClassVar = [  # a handful of rows among all that was ever saved; saves never touch it
            models.Index(
                fields=["attempt", "question_id"], name="revision_late", condition=Q(late=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id}/{self.question_id}#{self.seq}"


class Submission(models.Model):
    """The frozen end of an attempt: what was handed in, as stored, with its digest."""

    attempt = models.OneToOneField(Attempt, on_delete=models.PROTECT, related_name="submission")
    receipt = models.UUIDField(default=uuid.uuid4, unique=True)
    kind = models.CharField(
        max_length=8, choices=[(k, k) for k in SubmissionKind], help_text="Who ended the attempt"
    )
    answers = models.JSONField(help_text="question id → {seq, value, text}")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the canonical answers")
    answered = models.PositiveIntegerField()
    total = models.PositiveIntegerField()
    submitted_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.receipt)


class Result(models.Model):
    """Outcome of one attempt: an exact fraction, shown half-up to two decimals."""

    attempt = models.OneToOneField(Attempt, on_delete=models.PROTECT, related_name="result")
    state = models.CharField(
        max_length=12, default=ResultState.GRADING, choices=[(s, s) for s in ResultState]
    )
    points_num = models.DecimalField(max_digits=30, decimal_places=0, default=0)
    points_den = models.DecimalField(max_digits=30, decimal_places=0, default=1)
    possible_num = models.DecimalField(max_digits=30, decimal_places=0, default=0)
    possible_den = models.DecimalField(max_digits=30, decimal_places=0, default=1)
    score = models.DecimalField(
        max_digits=6, decimal_places=2, null=True, help_text="Percent, for display"
    )
    passed = models.BooleanField(null=True)
    needs_person = models.BooleanField(default=False, help_text="Some marks wait for a grader")
    version = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Rises with every change of the marks"
    )
    graded_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.attempt_id}: {self.score}"


class Mark(models.Model):
    """Marks of one answer: correct true, false, or null when a person must decide or a survey."""

    result = models.ForeignKey(Result, on_delete=models.CASCADE, related_name="marks")
    question_id = models.BigIntegerField()
    points_num = models.DecimalField(max_digits=30, decimal_places=0, default=0)
    points_den = models.DecimalField(max_digits=30, decimal_places=0, default=1)
    possible = models.DecimalField(max_digits=7, decimal_places=2)
    valid = models.BooleanField(null=True)
    correct = models.BooleanField(null=True)
    needs_person = models.BooleanField(default=False)
    message = models.CharField(max_length=24, blank=True, default="", help_text="Code of the fault")
    comment = models.TextField(blank=True, default="", help_text="Of the person who marked it")
    marked_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["result", "question_id"], name="mark_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.result_id}/{self.question_id}"
