"""Banks, exam versions, pools, questions and their choices."""

import secrets
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now

from exams.domain.answer import QuestionKind
from exams.domain.states import ExamState
from exams.domain.texts import TextFormat
from exams.domain.widgets import Widget


def random_key() -> int:
    """Return a number that says nothing: candidates see it instead of a row's id."""
    return secrets.randbelow(2**31 - 2) + 1


class QuestionBank(models.Model):
    """A library of questions of one institution."""

    institution = models.ForeignKey(
        "accounts.Institution", on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("institution", Lower("name"), name="bank_name_unique"),
        ]

    def __str__(self) -> str:
        return self.name


class Exam(models.Model):
    """One version of an exam. Immutable once approved: `content` and its hash are frozen then."""

    institution = models.ForeignKey(
        "accounts.Institution", on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(max_length=200)
    version_label = models.CharField(max_length=255, default="1")
    version_id = models.BigIntegerField(
        null=True, blank=True, help_text="Number of the version in another system"
    )
    version_comment = models.CharField(max_length=255, blank=True, default="", db_default="")
    subject = models.CharField(max_length=200, blank=True, default="")
    xml_id = models.CharField(max_length=255, blank=True, default="", db_default="")
    configuration = models.JSONField(
        default=dict, db_default={}, blank=True, help_text="Defaults for the policy of its sittings"
    )
    state = models.CharField(
        max_length=12, default=ExamState.DRAFT, choices=[(s, s) for s in ExamState]
    )
    passing_score = models.DecimalField(
        max_digits=5, decimal_places=2, default=50, help_text="0 to 100"
    )
    content = models.JSONField(null=True, blank=True, help_text="Frozen on approval")
    content_hash = models.CharField(max_length=64, blank=True, default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "institution", Lower("name"), "version_label", name="exam_version_unique"
            ),
            models.CheckConstraint(
                condition=Q(passing_score__gte=0, passing_score__lte=100),
                name="exam_passing_score_range",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | (Q(content__isnull=False) & ~Q(content_hash="")),
                name="exam_approved_is_frozen",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.version_label})"


class QuestionPool(models.Model):
    """An ordered section of an exam; draws `number_to_answer` of its questions if randomised."""

    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="pools")
    name = models.CharField(max_length=255)
    order = models.PositiveIntegerField()
    randomize_questions = models.BooleanField(default=False)
    number_to_answer = models.PositiveIntegerField(null=True, blank=True)
    xml_id = models.CharField(max_length=255, blank=True, default="", db_default="")
    next_question_pool = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Where it goes on after this one; forward only",
    )

    class Meta:
        ordering: ClassVar = ["order"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["exam", "xml_id"], condition=~Q(xml_id=""), name="pool_xml_id_unique"
            ),
            models.CheckConstraint(
                condition=Q(next_question_pool__isnull=True) | ~Q(next_question_pool=F("id")),
                name="pool_does_not_follow_itself",
            ),
            models.UniqueConstraint(
                fields=["exam", "order"],
                name="pool_order_unique",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Question(models.Model):
    """One question of a bank, and of a pool when it is part of an exam."""

    bank = models.ForeignKey(QuestionBank, on_delete=models.PROTECT, related_name="questions")
    pool = models.ForeignKey(
        QuestionPool, on_delete=models.CASCADE, null=True, blank=True, related_name="questions"
    )
    order = models.PositiveIntegerField(default=1)
    name = models.CharField(max_length=200, help_text="For authors; never shown to candidates")
    kind = models.CharField(max_length=12, choices=[(k, k) for k in QuestionKind])
    format = models.CharField(
        max_length=8, default=TextFormat.MARKDOWN, choices=[(f, f) for f in TextFormat]
    )
    prompt = models.TextField()
    help_text = models.TextField(blank=True, default="")
    rejoinder = models.TextField(blank=True, default="", help_text="Shown after release")
    xml_id = models.CharField(max_length=255, blank=True, default="", db_default="")
    widget = models.CharField(
        max_length=24,
        blank=True,
        default="",
        db_default="",
        choices=[(w, w) for w in Widget],
        help_text="How to draw it; empty is the first of its kind",
    )
    points = models.DecimalField(max_digits=7, decimal_places=2, default=1)
    all_or_nothing = models.BooleanField(
        default=False, db_default=False, help_text="No part of the points for a part of the answer"
    )
    required = models.BooleanField(default=False)
    shuffle_choices = models.BooleanField(default=False)
    min_answers = models.PositiveIntegerField(default=1)
    max_answers = models.PositiveIntegerField(null=True, blank=True, default=1)
    min_value = models.DecimalField(max_digits=24, decimal_places=10, null=True, blank=True)
    max_value = models.DecimalField(max_digits=24, decimal_places=10, null=True, blank=True)
    min_length = models.PositiveIntegerField(default=0)
    max_length = models.PositiveIntegerField(null=True, blank=True)
    text_regex = models.CharField(max_length=500, blank=True, default="", help_text="RE2 syntax")
    accept = models.JSONField(
        default=list, blank=True, help_text="File kinds, for example .pdf; empty is any"
    )
    text_response = models.BooleanField(
        default=False, db_default=False, help_text="A text may be given besides the answer"
    )
    text_response_label = models.CharField(max_length=255, blank=True, default="", db_default="")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering: ClassVar = ["order", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(points__gte=0), name="question_points_positive"),
            models.UniqueConstraint(
                fields=["pool", "xml_id"], condition=~Q(xml_id=""), name="question_xml_id_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Choice(models.Model):
    """An option, a pair of a matching question, an item to put in order, or a right value.

    `fraction` is the share of the question's points in percent (-100 to 100); null means that
    the choice is not marked, as in a survey. Whoever gives it follows its `next_question_pool`
    and its ends, right or wrong.
    """

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="choices")
    order = models.PositiveIntegerField()
    key = models.PositiveIntegerField(default=random_key, help_text="Its id outside of the server")
    match_key = models.PositiveIntegerField(default=random_key)
    format = models.CharField(
        max_length=8, default=TextFormat.MARKDOWN, choices=[(f, f) for f in TextFormat]
    )
    text = models.TextField(blank=True)
    match = models.TextField(blank=True, default="", help_text="Right-hand side of a matching pair")
    fraction = models.DecimalField(max_digits=9, decimal_places=5, null=True, blank=True)
    tolerance = models.DecimalField(max_digits=24, decimal_places=10, null=True, blank=True)
    rejoinder = models.TextField(blank=True, default="")
    xml_id = models.CharField(max_length=255, blank=True, default="", db_default="")
    label = models.CharField(
        max_length=255,
        blank=True,
        default="",
        db_default="",
        help_text="Of a right value: shown to be picked; without one it is never shown",
    )
    value = models.CharField(
        max_length=255, blank=True, default="", db_default="", help_text="Of an option: seed 002"
    )
    text_response = models.BooleanField(
        default=False, db_default=False, help_text="Who chooses it may add a text"
    )
    next_question_pool = models.ForeignKey(
        QuestionPool, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    end_question_pool = models.BooleanField(default=False, db_default=False)
    end_exam = models.BooleanField(default=False, db_default=False)

    class Meta:
        ordering: ClassVar = ["order"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["question", "order"],
                name="choice_order_unique",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]
