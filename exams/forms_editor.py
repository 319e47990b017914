"""A question in the hands of its author: the form, its rows, and the draft they make."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms

from exams import texts
from exams.domain.answer import QuestionKind
from exams.domain.draft import DraftFinding, QuestionDraft, findings_of
from exams.forms_choice import MAX_ROWS, PREFIX, ChoiceForm, Later, rearranged, rows_in
from exams.forms_draft import TRUTHS, draft_of, initial_of, row_of, truth_row_of
from exams.forms_question import KEYED, QuestionForm, shown_in

SPARE_ROWS: Final = 2
FIRST_ROWS: Final = 4


class QuestionEditor:
    """The form and its rows together.

    Attributes:
        rows: Of the kinds whose right answers are rows; None for the others.
        truths: The two rows of a true-or-false question, by their words.
        draft: What the author made, once `is_valid` was asked and every field could be read.
        findings: Everything that keeps it from being stored: the field's id, its words, the fault.
    """

    def __init__(
        self,
        kind: QuestionKind,
        data: Mapping[str, Any] | None = None,
        draft: QuestionDraft | None = None,
        *,
        later: Later = None,
    ) -> None:
        self.kind = kind
        self.stored = draft
        self.later = later
        self.form = QuestionForm(kind, data, initial=initial_of(draft) if draft else None)
        first = [row_of(one) | {"choice": one} for one in draft.choices] if draft else []
        spare = SPARE_ROWS if first else FIRST_ROWS
        self.rows = self._rows(data, first, spare) if kind in KEYED else None
        self.truths = self._truths(data, draft) if kind is QuestionKind.BOOL else {}
        self.draft: QuestionDraft | None = None
        self.findings: list[tuple[str, str, str]] = []

    @classmethod
    def after_act(
        cls, kind: QuestionKind, data: Mapping[str, Any], act: str, *, later: Later = None
    ) -> "QuestionEditor":
        """Return the editor as it is shown after a button of a row, for pages without scripts."""
        values = rearranged(data, act)
        editor = cls(kind, later=later)
        editor.form = QuestionForm(kind, initial=shown_in(values))
        if kind in KEYED:
            editor.rows = editor._rows(None, rows_in(values), 0)
        return editor

    def _rows(self, data: Mapping[str, Any] | None, first: list[dict[str, Any]], spare: int) -> Any:  # noqa: ANN401 a formset class made here
        made = forms.formset_factory(
            ChoiceForm, extra=spare, max_num=MAX_ROWS, absolute_max=MAX_ROWS
        )
        given = {"kind": self.kind, "later": self.later}
        return made(data, initial=first, prefix=PREFIX, form_kwargs=given)

    def _truths(
        self, data: Mapping[str, Any] | None, draft: QuestionDraft | None
    ) -> dict[str, ChoiceForm]:
        return {
            word: ChoiceForm(
                data,
                prefix=f"truths-{word}",
                initial=truth_row_of(draft, word),
                kind=self.kind,
                later=self.later,
            )
            for word in TRUTHS
        }

    @property
    def shown_rows(self) -> list[ChoiceForm]:
        """The rows in the order in which the author put them."""
        return sorted(self.rows or (), key=lambda row: row.place)

    def is_valid(self) -> bool:
        """Whether the draft can be stored; every finding stands at its field afterwards."""
        every = [self.form, *(self.rows or ()), *self.truths.values()]
        fine = [one.is_valid() for one in every]
        if not all(fine) or not (self.rows is None or self.rows.is_valid()):
            self.findings = [said for one in every for said in _errors_of(one)]
            return False
        rows = [row for row in self.shown_rows if not row.is_blank()]
        given = [(row.cleaned_data, row.initial.get("choice")) for row in rows]
        truths = {word: row.cleaned_data for word, row in self.truths.items()}
        self.draft = draft_of(self.kind, self.form.cleaned_data, given, self.stored, truths)
        findings = findings_of(self.draft)
        for finding in findings:
            self._show(finding, rows)
        self.findings = [said for one in every for said in _errors_of(one)]
        return not findings

    def refuse(self, field: str, text: str) -> None:
        """Show what the database knew better at its field, or above the form."""
        self.form.add_error(field if field in self.form.fields else None, text)

    def _show(self, finding: DraftFinding, rows: list[ChoiceForm]) -> None:
        text = str(texts.DRAFT_FAULTS[finding.fault]) % {"detail": finding.detail}
        name, _dot, rest = finding.field.partition(".")
        if name == "choices" and rest and self.rows is not None:
            index, _dot, field = rest.partition(".")
            row = rows[int(index)]
            row.add_error(field if field in row.fields else None, text)
        else:
            self.form.add_error(name if name in self.form.fields else None, text)


def _errors_of(form: forms.Form) -> list[tuple[str, str, str]]:
    """Return the faults of a form: the field's id, its label, the words."""
    found = []
    for name, errors in form.errors.items():
        field = form[name] if name in form.fields else None
        where = (field.id_for_label, str(field.label)) if field else ("", "")
        found += [(*where, str(text)) for text in errors]
    return found
