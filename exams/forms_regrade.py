"""The forms of a regrade: its reason, and what holds for one question from now on."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from exams import texts_grading as texts
from exams.domain.answer import NUMBER_KINDS, QuestionKind
from exams.domain.content import QuestionContent
from exams.domain.corrections import Correction, KeyValue, Remedy, faults_of, remedies_for
from exams.domain.numbers import plain_or_none
from exams.domain.texts import to_plain
from exams.forms_sittings import TypedDecimalField
from exams.texts import TRUTHS

SPARE_VALUES: Final = 2


class RegradeForm(forms.Form):
    """Why results are to change."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        help_text=_("Students whose result changes read it."),
    )


class PointsForm(forms.Form):
    """Other points for one answer of a released result."""

    points = TypedDecimalField(label=_("Points"), min_value=0, max_digits=9, decimal_places=2)
    comment = forms.CharField(
        label=_("Comment for the student"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )


class CorrectionForm(forms.Form):
    """What holds for one question; the fields of its key are made from its choices or values."""

    remedy = forms.ChoiceField(label=_("From now on"), widget=forms.RadioSelect)
    points = TypedDecimalField(
        label=_("Points of the question"),
        required=False,
        max_digits=7,
        decimal_places=2,
        help_text=_("Empty leaves them as they are."),
    )

    def __init__(
        self,
        question: QuestionContent,
        data: Mapping[str, Any] | None = None,
        *,
        held: Correction | None = None,
    ) -> None:
        super().__init__(data, initial=_initial(held))
        self.question = question
        remedy = self.fields["remedy"]
        assert isinstance(remedy, forms.ChoiceField)
        remedy.choices = [(one.value, texts.REMEDIES[one]) for one in remedies_for(question)]
        self.key_rows: list[list[str]] = []
        if Remedy.KEY in remedies_for(question):
            make = self._shares if question.kind is QuestionKind.CHOICE else self._values
            make(held)
        self.correction: Correction | None = None

    def _shares(self, held: Correction | None) -> None:
        for choice in self.question.choices:
            name = f"share-{choice.key}"
            before = held.shares.get(str(choice.key)) if held else None
            self.fields[name] = TypedDecimalField(
                label=to_plain(choice.html) or choice.text,
                required=False,
                min_value=-100,
                max_value=100,
                max_digits=9,
                decimal_places=5,
                initial=plain_or_none(before if before is not None else choice.fraction),
                help_text=_("Share of the points in %"),
            )
            self.key_rows.append([name])

    def _values(self, held: Correction | None) -> None:
        rows: list[tuple[str, Decimal | None, Decimal | None]] = []
        if held:
            rows = [(one.text, one.share, one.tolerance) for one in held.values]
        rows = rows or [(one.text, one.fraction, one.tolerance) for one in self.question.choices]
        if self.question.kind is QuestionKind.BOOL:
            there = {text.strip().lower() for text, _share, _tolerance in rows}
            rows += [(word, Decimal(0), None) for word in TRUTHS if word not in there]
        else:
            rows += [("", None, None)] * SPARE_VALUES
        for place, (text, share, tolerance) in enumerate(rows):
            self._value_row(place, text, plain_or_none(share), plain_or_none(tolerance))

    def _value_row(self, place: int, text: str, share: str | None, tolerance: str | None) -> None:
        names = [f"value-{place}", f"value_share-{place}"]
        self.fields[names[0]] = forms.CharField(
            label=_("Accepted answer"), required=False, max_length=500, initial=text
        )
        self.fields[names[1]] = TypedDecimalField(
            label=_("Share of the points in %"),
            required=False,
            min_value=0,
            max_value=100,
            initial=share,
        )
        if self.question.kind is QuestionKind.BOOL:  # the two are named, never typed
            self.fields[names[0]].widget = forms.HiddenInput()
            self.fields[names[1]].label = TRUTHS.get(text.strip().lower(), text)
            self.fields[names[1]].help_text = _("Share of the points in %")
        if self.question.kind in NUMBER_KINDS - {QuestionKind.RATING}:
            names.append(f"tolerance-{place}")
            self.fields[names[2]] = TypedDecimalField(
                label=_("± tolerance"), required=False, min_value=0, initial=tolerance
            )
        self.key_rows.append(names)

    def key_fields(self) -> list[list[forms.BoundField]]:
        """Return the fields of the key, row by row."""
        return [[self[name] for name in names] for names in self.key_rows]

    def clean(self) -> dict[str, Any]:
        """Make the correction, and say what does not fit."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return data
        remedy = Remedy(data["remedy"])
        self.correction = Correction(
            remedy=remedy,
            shares=self._given_shares(data) if remedy is Remedy.KEY else {},
            values=self._given_values(data) if remedy is Remedy.KEY else (),
            points=data["points"] if remedy is not Remedy.VOID else None,
        )
        for fault in faults_of(self.question, self.correction):
            self.add_error(None, str(texts.CORRECTION_FAULTS[fault]))
        return data

    def _given_shares(self, data: Mapping[str, Any]) -> dict[str, Decimal]:
        if self.question.kind is not QuestionKind.CHOICE:
            return {}
        keys = [str(choice.key) for choice in self.question.choices]
        return {key: data[f"share-{key}"] or Decimal(0) for key in keys}

    def _given_values(self, data: Mapping[str, Any]) -> tuple[KeyValue, ...]:
        if self.question.kind is QuestionKind.CHOICE:
            return ()
        values = []
        for place in range(len(self.key_rows)):
            text, share = data[f"value-{place}"].strip(), data[f"value_share-{place}"]
            if text:
                full = Decimal(100) if share is None else share
                tolerance = data.get(f"tolerance-{place}")
                values.append(KeyValue(text=text, share=full, tolerance=tolerance))
        return tuple(values)


def _initial(held: Correction | None) -> dict[str, Any]:
    if held is None:
        return {}
    return {"remedy": held.remedy.value, "points": plain_or_none(held.points)}
