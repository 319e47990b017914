"""What people decide about marks: rubrics, marking of answers, corrections, regrades, history."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from exams.domain.marking import AgreementRule, MarkingState
from exams.domain.regrade import UNDER_WAY, RegradeState


class Rubric(models.Model):
    """What a person looks for in the answers to one question."""

    question = models.OneToOneField(
        "exams.Question", on_delete=models.CASCADE, related_name="rubric"
    )
    guidance = models.TextField(blank=True, default="", help_text="For markers only")

    def __str__(self) -> str:
        return f"rubric of {self.question_id}"


class Criterion(models.Model):
    """One thing to look for; exactly one of its levels is picked."""

    rubric = models.ForeignKey(Rubric, on_delete=models.CASCADE, related_name="criteria")
    order = models.PositiveIntegerField()
    name = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["order"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rubric", "order"], name="criterion_order_unique"),
        ]

    def __str__(self) -> str:
        return self.name


class Level(models.Model):
    """How well a criterion is met, and its points."""

    criterion = models.ForeignKey(Criterion, on_delete=models.CASCADE, related_name="levels")
    order = models.PositiveIntegerField()
    points = models.DecimalField(max_digits=7, decimal_places=2)
    text = models.CharField(max_length=500)

    class Meta:
        ordering: ClassVar = ["order"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["criterion", "order"], name="level_order_unique"),
            models.CheckConstraint(condition=Q(points__gte=0), name="level_points_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.points} {self.text[:40]}"


class MarkingPlan(models.Model):
    """How the answers of one sitting are marked by people; without a row, by one and not blind."""

    sitting = models.OneToOneField(
        "exams.Sitting", on_delete=models.CASCADE, related_name="marking_plan"
    )
    blind = models.BooleanField(default=False)
    second_marker = models.BooleanField(default=False)
    tolerance_percent = models.PositiveSmallIntegerField(default=10)
    agreement = models.CharField(
        max_length=8, default=AgreementRule.AVERAGE, choices=[(r, r) for r in AgreementRule]
    )
    show_criteria = models.BooleanField(
        default=True, db_default=True, help_text="Students see what each criterion earned"
    )
    salt = models.CharField(max_length=32, help_text="Of the numbers that stand for candidates")
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(tolerance_percent__lte=100), name="marking_tolerance_percent"
            ),
        ]

    def __str__(self) -> str:
        return f"marking of {self.sitting_id}"


class Marking(models.Model):
    """One answer that a person marks; the claim keeps a second marker off while one reads it."""

    result = models.ForeignKey("exams.Result", on_delete=models.CASCADE, related_name="markings")
    question_id = models.BigIntegerField()
    state = models.CharField(
        max_length=12, default=MarkingState.WAITING, choices=[(s, s) for s in MarkingState]
    )
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    claimed_until = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["result", "question_id"], name="marking_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.result_id}/{self.question_id} {self.state}"


class GivenMark(models.Model):
    """What one person gave to one answer: never changed, only set aside when it is marked anew."""

    marking = models.ForeignKey(Marking, on_delete=models.CASCADE, related_name="given")
    marker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    points_num = models.DecimalField(max_digits=30, decimal_places=0)
    points_den = models.DecimalField(max_digits=30, decimal_places=0)
    levels = models.JSONField(
        default=dict, help_text="place of the criterion, from 0 → {level, comment}"
    )
    comment = models.TextField(blank=True, default="")
    given_at = models.DateTimeField(db_default=Now())
    set_aside_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["marking", "marker"],
                condition=Q(set_aside_at__isnull=True),
                name="given_mark_once_per_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.marking_id} by {self.marker_id}"


class MarkChange(models.Model):
    """History: the points of one answer before and after a person changed them, and why."""

    result = models.ForeignKey("exams.Result", on_delete=models.CASCADE, related_name="changes")
    question_id = models.BigIntegerField()
    act = models.CharField(max_length=12, help_text="given, agreed, reconciled, dropped, regraded")
    before_num = models.DecimalField(max_digits=30, decimal_places=0)
    before_den = models.DecimalField(max_digits=30, decimal_places=0)
    after_num = models.DecimalField(max_digits=30, decimal_places=0)
    after_den = models.DecimalField(max_digits=30, decimal_places=0)
    reason = models.TextField(blank=True, default="")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.result_id}/{self.question_id} {self.act}"


class RegradeRun(models.Model):
    """A change of results that one person proposes and another approves."""

    sitting = models.ForeignKey("exams.Sitting", on_delete=models.PROTECT, related_name="regrades")
    state = models.CharField(
        max_length=12, default=RegradeState.DRAFT, choices=[(s, s) for s in RegradeState]
    )
    reason = models.TextField(help_text="Students whose result changes read it")
    proposal = models.JSONField(default=dict, help_text="exams/domain/regrade.py")
    edition = models.PositiveIntegerField(
        default=0, help_text="Rises with every change and every preview asked for"
    )
    editors = models.JSONField(default=list, help_text="Who wrote in it; none of them approves it")
    previewing = models.BooleanField(default=False, help_text="A job computes the preview")
    note = models.TextField(blank=True, default="", help_text="Why it went back or was rejected")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sitting"],
                condition=Q(state__in=sorted(UNDER_WAY)),
                name="regrade_one_under_way",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="regrade_has_reason"),
        ]

    def __str__(self) -> str:
        return f"regrade {self.pk} {self.state}"


class KeyCorrection(models.Model):
    """One version of all that was corrected in a sitting's questions; the newest one holds."""

    sitting = models.ForeignKey(
        "exams.Sitting", on_delete=models.PROTECT, related_name="corrections"
    )
    version = models.PositiveIntegerField()
    document = models.JSONField(help_text="Question id → exams.domain.corrections.Correction")
    run = models.OneToOneField(RegradeRun, on_delete=models.PROTECT, related_name="correction")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sitting", "version"], name="key_correction_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.sitting_id} v{self.version}"


class Outcomes(models.Model):
    """Columns of an outcome: exact points, display score, passed."""

    points_num = models.DecimalField(max_digits=30, decimal_places=0)
    points_den = models.DecimalField(max_digits=30, decimal_places=0)
    possible_num = models.DecimalField(max_digits=30, decimal_places=0)
    possible_den = models.DecimalField(max_digits=30, decimal_places=0)
    score = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    passed = models.BooleanField(null=True)
    needs_person = models.BooleanField(default=False)

    class Meta:
        abstract = True


class RegradeChange(Outcomes):
    """What a regrade makes of one result; the result's version says from what it was computed."""

    run = models.ForeignKey(RegradeRun, on_delete=models.CASCADE, related_name="changes")
    result = models.ForeignKey("exams.Result", on_delete=models.CASCADE, related_name="+")
    result_version = models.PositiveIntegerField()
    marks = models.JSONField(help_text="The marks that differ: exams/services/regrade_preview.py")
    score_before = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    passed_before = models.BooleanField(null=True)
    changed = models.BooleanField()
    crossing = models.CharField(max_length=12)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "result"], name="regrade_change_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.result_id}"


class ResultVersion(Outcomes):
    """History: what a result said before a regrade replaced it."""

    result = models.ForeignKey("exams.Result", on_delete=models.CASCADE, related_name="versions")
    run = models.ForeignKey(RegradeRun, on_delete=models.PROTECT, related_name="+")
    marks = models.JSONField(help_text="Those that the regrade replaced")
    was_released = models.BooleanField()
    replaced_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["result", "run"], name="result_version_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.result_id} before {self.run_id}"
