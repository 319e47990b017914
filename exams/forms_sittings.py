"""Forms of schedulers and graders: a sitting, a late candidate, points by hand."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.selectors import ClassCard, UserCard
from exams import texts
from exams.domain.times import MAX_YEAR, SittingTimes
from exams.selectors.exams import ExamView
from exams.services.scheduling import Allowance, SittingPlan
from kernel import clock
from kernel.numerals import read_typed, write_number

MINUTE: Final = timedelta(minutes=1)
RULES: Final = ("navigation", "camera", "chat_lock", "late_start", "grace_s")
WIRE_FORMAT: Final = "%Y-%m-%dT%H:%M"


def _instant(label: Any, help_text: Any = "") -> forms.DateTimeField:  # noqa: ANN401 lazy texts
    return forms.DateTimeField(
        label=label,
        help_text=help_text,
        input_formats=[WIRE_FORMAT, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=WIRE_FORMAT),
    )


def _rule(label: Any, words: Mapping[Any, Any], help_text: Any = "") -> forms.ChoiceField:  # noqa: ANN401 lazy texts
    """Return a rule of the sitting; empty leaves it to the exam's configuration."""
    choices = [("", _("As the exam is configured"))]
    choices += [(one.value, word) for one, word in words.items()]
    return forms.ChoiceField(label=label, choices=choices, required=False, help_text=help_text)


class TimesForm(forms.Form):
    """When a sitting takes place, when it is scheduled and when it is moved."""

    starts_at = _instant(_("Start"), _("In your own time zone. Nobody sees a question before it."))
    duration = forms.IntegerField(
        label=_("Working time in minutes"),
        min_value=1,
        max_value=7 * 24 * 60,
        initial=60,
        help_text=_("For each candidate, from their own start; extra time comes on top."),
    )
    closes_at = _instant(
        _("End for everybody"), _("The latest moment to work; extra time moves it for a candidate.")
    )
    lobby = forms.IntegerField(
        label=_("Lobby opens so many minutes before"),
        min_value=0,
        max_value=24 * 60,
        initial=15,
        help_text=_("There candidates check their camera and wait for the start."),
    )

    def clean_starts_at(self) -> datetime:
        """A start in the past would open at once and leave nobody time to come."""
        starts: datetime = self.cleaned_data["starts_at"]
        if starts <= clock.now():
            raise forms.ValidationError(_("This start has passed. Choose one that is to come."))
        return starts

    def clean(self) -> dict[str, Any]:
        """Say in words which times do not fit."""
        cleaned = super().clean() or {}
        starts, closes = cleaned.get("starts_at"), cleaned.get("closes_at")
        minutes = cleaned.get("duration")
        if closes and closes.year > MAX_YEAR:
            self.add_error("closes_at", _("Choose a day that is less far away."))
        elif starts and closes and closes <= starts:
            self.add_error("closes_at", _("The end must come after the start."))
        elif starts and closes and minutes and closes - starts < minutes * MINUTE:
            self.add_error(
                "closes_at",
                _("There is not enough time: who starts on time could not use the working time."),
            )
        return cleaned

    def times(self) -> SittingTimes:
        """Return the times as the services take them."""
        given = self.cleaned_data
        return SittingTimes(
            lobby_opens_at=given["starts_at"] - given["lobby"] * MINUTE,
            starts_at=given["starts_at"],
            closes_at=given["closes_at"],
            duration=given["duration"] * MINUTE,
        )


def times_as_given(times: SittingTimes) -> dict[str, object]:
    """Return what the form shows for these times."""
    return {
        "starts_at": times.starts_at,
        "duration": times.duration // MINUTE,
        "closes_at": times.closes_at,
        "lobby": (times.starts_at - times.lobby_opens_at) // MINUTE,
    }


class SittingForm(TimesForm):
    """When, for whom and under which rules an exam is held."""

    exam_id = forms.TypedChoiceField(
        label=_("Exam"), coerce=int, help_text=_("Only approved versions are offered.")
    )
    class_id = forms.TypedChoiceField(
        label=_("Class"), coerce=int, help_text=_("Its students become the candidates.")
    )
    title = forms.CharField(
        label=_("Title"),
        max_length=200,
        required=False,
        help_text=_("What candidates and invigilators see. Empty takes the name of the exam."),
    )
    grace_s = forms.IntegerField(
        label=_("Grace for answers on their way, in seconds"),
        min_value=0,
        max_value=600,
        required=False,
        help_text=_("An answer given in time still counts when it arrives this much later."),
    )
    rooms = forms.CharField(
        label=_("Rooms"), required=False, help_text=_("Separated by commas; “remote” counts too.")
    )
    navigation = _rule(
        _("Candidates move"),
        texts.NAVIGATIONS,
        _("An exam whose answers lead on to other sections always goes forward."),
    )
    camera = _rule(
        _("Camera"),
        texts.CAMERAS,
        _("Pictures go live to the invigilators; nothing is recorded."),
    )
    chat_lock = _rule(
        _("Class chat"),
        texts.CHAT_LOCKS,
        _("While it is locked, its candidates can neither write nor read."),
    )
    late_start = _rule(
        _("Late start"),
        texts.LATE_STARTS,
        _("For candidates who come after the start. After the end for everybody nobody can start."),
    )

    def __init__(
        self,
        *args: object,
        exams: Sequence[ExamView],
        classes: Sequence[ClassCard],
        **kwargs: object,
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # the form's own arguments
        self._choose("exam_id", [(one.id, f"{one.name} ({one.version_label})") for one in exams])
        self._choose("class_id", [(one.id, one.name) for one in classes])

    def _choose(self, name: str, choices: list[tuple[int, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def plan(self) -> SittingPlan:
        """Return what the scheduling service takes."""
        given, times = self.cleaned_data, self.times()
        return SittingPlan(
            title=given["title"],
            starts_at=times.starts_at,
            closes_at=times.closes_at,
            duration=times.duration,
            lobby_opens_at=times.lobby_opens_at,
            policy={name: given[name] for name in RULES if given[name] not in ("", None)},
            rooms=[room.strip() for room in given["rooms"].split(",") if room.strip()],
        )


class CandidateForm(forms.Form):
    """A student who is registered later, with seat and accommodation."""

    student_id = forms.TypedChoiceField(
        label=_("Student"), coerce=int, help_text=_("Students of the class without a place yet.")
    )
    room = forms.CharField(
        label=_("Room"),
        max_length=80,
        required=False,
        help_text=_("Shown to the candidate and on the board."),
    )
    seat = forms.CharField(
        label=_("Seat"), max_length=20, required=False, help_text=_("For example B12.")
    )
    extra_percent = forms.IntegerField(
        label=_("More time in percent"),
        min_value=0,
        max_value=400,
        initial=0,
        help_text=_("Of the working time: 25 makes 75 minutes out of 60."),
    )

    def __init__(self, *args: object, students: Sequence[UserCard], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # the form's own arguments
        field = self.fields["student_id"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.id, one.name) for one in students]

    def allowance(self) -> Allowance:
        """Return seat, room and accommodation."""
        given = self.cleaned_data
        return Allowance(
            seat=given["seat"], room=given["room"], extra_percent=given["extra_percent"]
        )


class TypedDecimalField(forms.DecimalField):
    """A number as the page writes it: Persian digits and separator are taken as well."""

    def to_python(self, value: Any) -> Any:  # noqa: ANN401 as the base class
        """Return the number."""
        return super().to_python(read_typed(value) if isinstance(value, str) else value)


class MarkForm(forms.Form):
    """Points for one answer, at most what its question carries."""

    points = TypedDecimalField(label=_("Points"), min_value=0, max_digits=9, decimal_places=2)
    comment = forms.CharField(
        label=_("Comment for the student"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )

    def __init__(self, data: QueryDict | Mapping[str, str] | None, *, possible: Decimal) -> None:
        super().__init__(data)
        self.possible = possible

    def clean_points(self) -> Decimal:
        """Return the points; more than the question carries are not given."""
        points: Decimal = self.cleaned_data["points"]
        if points > self.possible:
            most = {"points": write_number(self.possible)}
            raise forms.ValidationError(_("At most %(points)s for this question."), params=most)
        return points
