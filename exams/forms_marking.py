"""The forms of marking: how a sitting is marked, the points of one answer, a rubric."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from exams import texts_grading as texts
from exams.domain.answer import QuestionKind
from exams.domain.marking import AgreementRule, MarkingRules
from exams.domain.numbers import plain
from exams.domain.rubric import (
    MAX_CRITERIA,
    CriterionContent,
    LevelContent,
    RubricContent,
    findings_of_rubric,
)
from exams.forms_sittings import TypedDecimalField

LEVELS: Final = 6  # that the form offers for each criterion
SPARE_CRITERIA: Final = 2


class PlanForm(forms.Form):
    """How the answers of a sitting are marked by people."""

    blind = forms.BooleanField(
        label=_("Mark blind"),
        required=False,
        help_text=_("Candidates are numbers until every answer is marked."),
    )
    second_marker = forms.BooleanField(
        label=_("Two people mark each answer"),
        required=False,
        help_text=_("Neither sees the other's points; a third person decides where they differ."),
    )
    tolerance_percent = forms.IntegerField(
        label=_("Two marks agree within this percentage of the points"),
        min_value=0,
        max_value=100,
        initial=10,
    )
    agreement = forms.ChoiceField(
        label=_("When they agree"),
        choices=[(one.value, name) for one, name in texts.AGREEMENT_RULES.items()],
    )
    show_criteria = forms.BooleanField(
        label=_("Students see points and remarks of each criterion"),
        required=False,
        initial=True,
        help_text=_("With the released result, and without who marked it."),
    )

    def rules(self) -> MarkingRules:
        """Return what was chosen."""
        data = self.cleaned_data
        return MarkingRules(
            blind=data["blind"],
            second_marker=data["second_marker"],
            tolerance_percent=data["tolerance_percent"],
            agreement=AgreementRule(data["agreement"]),
            show_criteria=data["show_criteria"],
        )


class PickForm(forms.Form):
    """One level and a remark for each criterion of a rubric, and a comment for the student.

    Whoever writes a remark is told who reads it.
    """

    def __init__(
        self, rubric: RubricContent, data: Mapping[str, Any] | None = None, *, is_read: bool = True
    ) -> None:
        super().__init__(data)
        remark = _("Remark for the student") if is_read else _("Remark, for markers only")
        self.rubric = rubric
        for place, criterion in enumerate(rubric.criteria):
            self.fields[f"level-{place}"] = forms.ChoiceField(
                label=criterion.name,
                choices=[(str(n), _level_words(one)) for n, one in enumerate(criterion.levels)],
                widget=forms.RadioSelect,
                error_messages={"required": _("Pick one level.")},
            )
            self.fields[f"remark-{place}"] = forms.CharField(
                label=remark, required=False, max_length=500
            )
        self.fields["comment"] = forms.CharField(
            label=_("Comment for the student"),
            required=False,
            max_length=2000,
            widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        )

    def criteria(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Return the fields of each criterion: its levels, its remark."""
        places = range(len(self.rubric.criteria))
        return [(self[f"level-{place}"], self[f"remark-{place}"]) for place in places]

    def levels(self) -> dict[int, int]:
        """Return the place of the picked level by place of the criterion."""
        places = range(len(self.rubric.criteria))
        return {place: int(self.cleaned_data[f"level-{place}"]) for place in places}

    def remarks(self) -> dict[int, str]:
        """Return what was said of each criterion, by its place."""
        places = range(len(self.rubric.criteria))
        return {place: self.cleaned_data[f"remark-{place}"] for place in places}


def _level_words(level: LevelContent) -> str:
    return f"{plain(level.points)} · {level.text}"


class CriterionForm(forms.Form):
    """One criterion: its name, and levels with points and words. Without a name it is no row."""

    name = forms.CharField(
        label=_("Criterion"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # the form's own arguments
        for place in range(LEVELS):
            self.fields[f"points_{place}"] = TypedDecimalField(
                label=_("Points"), required=False, min_value=0, max_digits=7, decimal_places=2
            )
            self.fields[f"text_{place}"] = forms.CharField(
                label=_("What earns them"),
                required=False,
                max_length=500,
                widget=forms.TextInput(attrs={"dir": "auto"}),
            )

    def level_fields(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Return the fields of each level: points, words."""
        return [(self[f"points_{place}"], self[f"text_{place}"]) for place in range(LEVELS)]

    def content(self) -> CriterionContent | None:
        """Return the criterion; None for an empty row."""
        data = self.cleaned_data
        levels = tuple(
            LevelContent(points=points, text=data[f"text_{place}"].strip())
            for place in range(LEVELS)
            if (points := data.get(f"points_{place}")) is not None
        )
        name = data.get("name", "").strip()
        return CriterionContent(name=name, levels=levels) if name or levels else None


class RubricEditor:
    """The rows of a rubric and its guidance together."""

    def __init__(
        self,
        kind: QuestionKind,
        points: Decimal,
        stored: RubricContent | None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        self.kind, self.points = kind, points
        first = [_row_of(one) for one in stored.criteria] if stored else []
        made = forms.formset_factory(
            CriterionForm, extra=SPARE_CRITERIA, max_num=MAX_CRITERIA, absolute_max=MAX_CRITERIA
        )
        self.rows: Any = made(data, initial=first, prefix="criteria")
        self.guidance = stored.guidance if stored else ""
        self.errors: list[str] = []
        self.rubric: RubricContent | None = None
        if data is not None:
            self.guidance = str(data.get("guidance", ""))[:5000]

    def is_valid(self) -> bool:
        """Whether the rubric can be stored; what is wrong stands at its row afterwards."""
        if not self.rows.is_valid():
            return False
        written = [(row, row.content()) for row in self.rows]
        kept = [(row, one) for row, one in written if one is not None]
        self.rubric = RubricContent(
            criteria=tuple(one for _row, one in kept), guidance=self.guidance.strip()
        )
        for finding in findings_of_rubric(self.rubric, kind=self.kind, points=self.points):
            said = str(texts.RUBRIC_FAULTS[finding.fault])
            if finding.place is None:
                self.errors.append(said)
            else:
                kept[finding.place][0].add_error(None, said)
        return not self.errors and not any(row.errors for row, _one in kept)


def with_one_more(data: QueryDict) -> QueryDict:
    """Return what was sent with one more empty row, at most as many as a rubric may have."""
    more = data.copy()
    count = data.get("criteria-TOTAL_FORMS", "")
    rows = int(count[:3]) if count.isdecimal() else 0
    more["criteria-TOTAL_FORMS"] = str(min(rows + 1, MAX_CRITERIA))
    return more


def _row_of(criterion: CriterionContent) -> dict[str, Any]:
    row: dict[str, Any] = {"name": criterion.name}
    for place, level in enumerate(criterion.levels[:LEVELS]):
        row |= {f"points_{place}": plain(level.points), f"text_{place}": level.text}
    return row
