"""What exams show outside of their own pages: navigation items and the cards at home, by role."""

from collections.abc import Iterable, Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _, ngettext

from accounts.policies import can_author_exams, can_grade_sitting, can_schedule_sittings
from accounts.roles import Role, RoleSet
from accounts.selectors import classes_of, own_roles
from exams import texts
from exams.domain.states import HANDED_IN, LIVE, UNFINISHED, AttemptState, ExamState, SittingState
from exams.selectors.attempts import AttemptCard, attempts_of_student
from exams.selectors.exams import ExamView, exams_of_institution
from exams.selectors.sittings import SittingView, sittings_of_classes
from exams.watching import watchable_among
from web.home import Action, Card, Row, Tone
from web.nav import NavItem
from web.templatetags.web import digits

SHOWN = 6
AT_HOME = UNFINISHED | {SittingState.CLOSED, SittingState.GRADED}  # the rest is on its own page
SITTING_STAFF = frozenset({Role.INVIGILATOR, Role.CHIEF_INVIGILATOR, Role.GRADER, Role.ADMIN})


def writes_exams(request: HttpRequest) -> bool:
    """Whether the person writes exams of their institution."""
    institution_id = getattr(request.user, "institution_id", None)
    return institution_id is not None and can_author_exams(
        own_roles(request.user), institution_id=institution_id
    )


def works_on_sittings(request: HttpRequest) -> bool:
    """Whether the person schedules, watches or grades anywhere."""
    return own_roles(request.user).holds_anywhere(SITTING_STAFF)


def takes_exams(request: HttpRequest) -> bool:
    """Whether the person is a student anywhere."""
    return own_roles(request.user).holds_anywhere({Role.STUDENT})


NAV = (
    NavItem(label=_("Exams"), route="exams:exams", visible=writes_exams, rank=20),
    NavItem(label=_("Sittings"), route="exams:sittings", visible=works_on_sittings, rank=30),
    NavItem(label=_("My exams"), route="exams:own_exams", visible=takes_exams, rank=38),
    NavItem(label=_("My results"), route="exams:results", visible=takes_exams, rank=40),
)


def cards(request: HttpRequest) -> Iterable[Card]:
    """Return the cards that the person's roles call for."""
    if not request.user.is_authenticated:
        return
    roles = own_roles(request.user)
    if roles.holds_anywhere({Role.STUDENT}):
        yield from _student_cards(attempts_of_student(int(request.user.pk)))
    if roles.holds_anywhere(SITTING_STAFF):
        yield from _sitting_cards(roles, int(request.user.pk))
    if writes_exams(request):
        yield _author_card(
            roles, exams_of_institution(int(getattr(request.user, "institution_id", 0)))
        )


def _student_cards(attempts: list[AttemptCard]) -> Iterator[Card]:
    coming = [one for one in attempts if one.sitting_state in UNFINISHED and one.state in LIVE]
    if coming:
        yield _next_card(coming[0])
    rows = tuple(
        Row(
            one.title,
            reverse("exams:lobby", args=[one.sitting_id]),
            at=one.starts_at,
            follows=f"sitting:{one.sitting_id}",
        )
        for one in coming[1:SHOWN]
    )
    if rows or not coming:
        yield Card(
            key="coming-exams",
            title=_("Coming exams"),
            icon="calendar",
            rank=20,
            rows=rows,
            empty=_("No exam is scheduled for you."),
        )
    ended = [one for one in attempts[::-1] if one.state in HANDED_IN]
    yield Card(
        key="results",
        title=_("My results"),
        icon="chart",
        rank=40,
        rows=tuple(_result_row(one) for one in ended[:SHOWN]),
        empty=_("When you have handed in an exam, you find it here."),
    )


def _next_card(attempt: AttemptCard) -> Card:
    lobby = reverse("exams:lobby", args=[attempt.sitting_id])
    word, tone = texts.SITTING_STATES[attempt.sitting_state]
    working = attempt.state in {AttemptState.RUNNING, AttemptState.PAUSED}
    label = _("Go on with the exam") if working else _("To the lobby")
    scheduled = attempt.sitting_state is SittingState.SCHEDULED
    return Card(
        key="next-sitting",
        title=_("Your next exam"),
        icon="clock",
        rank=1,
        lead=attempt.title,
        text=_("Try your camera and this device in the lobby before.") if scheduled else "",
        countdown_to=None if attempt.sitting_state is SittingState.RUNNING else attempt.starts_at,
        chip=word,
        tone=Tone(tone),
        actions=(Action(label, lobby, primary=True),),
        follows=f"sitting:{attempt.sitting_id}",
    )


def _result_row(attempt: AttemptCard) -> Row:
    if attempt.is_released:
        url = reverse("exams:result", args=[attempt.attempt_id])
        return Row(attempt.title, url, at=attempt.ended_at, chip=_("Released"), tone=Tone.OK)
    url = reverse("exams:receipt", args=[attempt.attempt_id])
    word = _("Not released yet")
    return Row(attempt.title, url, at=attempt.ended_at, chip=word, tone=Tone.WAITING)


def _sitting_cards(roles: RoleSet, user_id: int) -> Iterator[Card]:
    listed = sittings_of_classes([one.id for one in classes_of(user_id)], states=AT_HOME)
    watched = watchable_among(user_id, listed)
    seen = [one for one in listed if one.id in watched or _works_on(roles, one)]
    coming = [one for one in seen if one.state in UNFINISHED]
    schedules = roles.holds_anywhere({Role.ADMIN})
    yield Card(
        key="sittings",
        title=_("Sittings"),
        icon="calendar",
        rank=15,
        rows=tuple(_sitting_row(one, watches=one.id in watched) for one in coming[:SHOWN]),
        empty=_("Nothing is scheduled."),
        actions=(Action(_("Schedule an exam"), reverse("exams:schedule")),) if schedules else (),
    )
    to_grade = [one for one in seen if _awaits_release(roles, one)]
    if to_grade:
        yield Card(
            key="grading",
            title=_("To be graded and released"),
            icon="check",
            rank=25,
            rows=tuple(_grading_row(one) for one in to_grade[:SHOWN]),
        )


def _works_on(roles: RoleSet, sitting: SittingView) -> bool:
    where = {"institution_id": sitting.institution_id, "class_id": sitting.class_group_id}
    return can_schedule_sittings(roles, **where) or can_grade_sitting(roles, **where)


def _awaits_release(roles: RoleSet, sitting: SittingView) -> bool:
    return sitting.state in {SittingState.CLOSED, SittingState.GRADED} and can_grade_sitting(
        roles, institution_id=sitting.institution_id, class_id=sitting.class_group_id
    )


def _sitting_row(sitting: SittingView, *, watches: bool) -> Row:
    word, tone = texts.SITTING_STATES[sitting.state]
    url = reverse("exams:sitting", args=[sitting.id])
    count = sitting.candidates
    note = ngettext("%(n)s candidate", "%(n)s candidates", count) % {"n": digits(count)}
    return Row(
        sitting.title,
        url,
        note,
        at=sitting.starts_at,
        chip=word,
        tone=Tone(tone),
        follows=f"sitting:{sitting.id}" if watches else "",  # graders may not ask the topic
    )


def _grading_row(sitting: SittingView) -> Row:
    word, tone = texts.sitting_word(sitting.state, needs_person=sitting.needs_person)
    url = reverse("exams:sitting_results", args=[sitting.id])
    return Row(sitting.title, url, at=sitting.closed_at, chip=word, tone=Tone(tone))


def _author_card(roles: RoleSet, exams: list[ExamView]) -> Card:
    """Exams in review that others wrote come first: they wait for this person."""
    open_ones = [one for one in exams if one.state is not ExamState.APPROVED]
    mine = {roles.user_id}
    waiting_first = sorted(
        open_ones,
        key=lambda one: (
            not (
                one.state is ExamState.IN_REVIEW and not mine & {one.created_by_id, one.sent_by_id}
            )
        ),
    )
    return Card(
        key="exams",
        title=_("Exams in the making"),
        icon="file",
        rank=35,
        rows=tuple(_exam_row(one) for one in waiting_first[:SHOWN]),
        empty=_("No draft and nothing to approve."),
        actions=(Action(_("New exam"), reverse("exams:new_exam")),),
    )


def _exam_row(exam: ExamView) -> Row:
    word, tone = texts.EXAM_STATES[exam.state]
    return Row(exam.name, reverse("exams:exam", args=[exam.id]), chip=word, tone=Tone(tone))
