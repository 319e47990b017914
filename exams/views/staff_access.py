"""Who asks on the staff pages, and whether they may; every staff view begins here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from accounts import policies
from accounts.errors import Forbidden
from accounts.roles import RoleSet
from accounts.selectors import ClassCard, classes_of, managed_institutions, roles_of
from exams.errors import ExamUnknown, SittingUnknown
from exams.selectors.banks import BankView, bank_view
from exams.selectors.exams import ExamView, QuestionPlace, exam_view, place_of_question
from exams.selectors.sittings import SittingView, sitting_view
from exams.watching import watchable_among


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff at work.

    Attributes:
        user_id: Who.
        roles: What they are, where.
        institution_id: Whose exams the lists show.
    """

    user_id: int
    roles: RoleSet
    institution_id: int

    def belongs_to(self, institution_id: int) -> bool:
        """Whether the person has any business in an institution."""
        return self.roles.is_operator or institution_id in self.roles.institution_ids


def staff_of(request: HttpRequest) -> Staff:
    """Return who asks, for their own institution; an operator without one works on the first.

    Raises:
        Forbidden: The person belongs to no institution.
    """
    user: Any = request.user
    roles = roles_of(user.pk)
    institution_id = user.institution_id
    if institution_id is None:
        managed = managed_institutions(roles)
        if not managed:
            raise Forbidden
        institution_id = managed[0].id
    return Staff(user_id=user.pk, roles=roles, institution_id=institution_id)


def author_of(request: HttpRequest) -> Staff:
    """Return who asks, if they may write exams of their institution.

    Raises:
        Forbidden: They may not.
    """
    staff = staff_of(request)
    if not policies.can_author_exams(staff.roles, institution_id=staff.institution_id):
        raise Forbidden
    return staff


def exam_for(request: HttpRequest, exam_id: int) -> tuple[Staff, ExamView]:
    """Return who asks and the exam, if they may write exams of its institution.

    Raises:
        ExamUnknown: There is none, or it belongs to an institution they have nothing to do with.
        Forbidden: Their role does not include it.
    """
    staff, exam = staff_of(request), exam_view(exam_id)
    _may_author(staff, exam.institution_id)
    return staff, exam


def question_for(request: HttpRequest, question_id: int) -> tuple[Staff, QuestionPlace]:
    """Return who asks and where a question belongs, by the rules of `exam_for`."""
    staff, place = staff_of(request), place_of_question(question_id)
    _may_author(staff, place.institution_id)
    return staff, place


def bank_for(request: HttpRequest, bank_id: int) -> tuple[Staff, BankView]:
    """Return who asks and a bank, by the rules of `exam_for`."""
    staff, bank = staff_of(request), bank_view(bank_id)
    _may_author(staff, bank.institution_id)
    return staff, bank


def _may_author(staff: Staff, institution_id: int) -> None:
    if not staff.belongs_to(institution_id):
        raise ExamUnknown
    if not policies.can_author_exams(staff.roles, institution_id=institution_id):
        raise Forbidden


@dataclass(frozen=True, slots=True)
class Rights:
    """What a person may do with one sitting."""

    watch: bool
    schedule: bool
    lead: bool
    assign: bool
    grade: bool
    release: bool

    @property
    def any(self) -> bool:
        """Whether the sitting's page is for this person at all."""
        return self.watch or self.schedule or self.grade


def rights_of(staff: Staff, sittings: Sequence[SittingView]) -> dict[int, Rights]:
    """Return what a person may do with each of the sittings, by sitting id."""
    watched = watchable_among(staff.user_id, sittings)
    return {one.id: _rights(staff.roles, one, watches=one.id in watched) for one in sittings}


def _rights(roles: RoleSet, sitting: SittingView, *, watches: bool) -> Rights:
    where = {"institution_id": sitting.institution_id, "class_id": sitting.class_group_id}
    return Rights(
        watch=watches,
        schedule=policies.can_schedule_sittings(roles, **where),
        lead=policies.can_lead_sitting(roles, **where),
        assign=policies.can_assign_invigilators(roles, **where),
        grade=policies.can_grade_sitting(roles, **where),
        release=policies.can_release_results(roles, **where),
    )


def sitting_for(
    request: HttpRequest, sitting_id: int, right: str = "any"
) -> tuple[Staff, SittingView, Rights]:
    """Return who asks, the sitting and their rights, if they hold the named one.

    Raises:
        SittingUnknown: There is none, or it belongs to an institution they have nothing to do with.
        Forbidden: They do not hold the right.
    """
    staff, sitting = staff_of(request), sitting_view(sitting_id)
    if not staff.belongs_to(sitting.institution_id):
        raise SittingUnknown(sitting=sitting_id)
    rights = rights_of(staff, [sitting])[sitting_id]
    if not getattr(rights, right):
        raise Forbidden
    return staff, sitting, rights


def schedulable_classes(staff: Staff) -> list[ClassCard]:
    """Return the classes for which the person may schedule."""
    return [
        one
        for one in classes_of(staff.user_id)
        if policies.can_schedule_sittings(
            staff.roles, institution_id=one.institution_id, class_id=one.id
        )
    ]
