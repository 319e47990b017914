import pytest
from django import forms

from exams.forms_exams import BankForm, ExamForm, PoolForm, VersionForm
from exams.forms_question import QuestionForm
from exams.forms_sittings import CandidateForm, SittingForm


@pytest.mark.parametrize(
    ("draw", "shuffled", "fine"),
    [
        ("", "", True),
        ("", "on", True),
        ("2", "on", True),
        ("2", "", False),
        ("9" * 20, "on", False),
    ],
)
def test_a_section_that_draws_must_shuffle(draw: str, shuffled: str, *, fine: bool) -> None:
    form = PoolForm({"name": "x", "number_to_answer": draw, "randomize_questions": shuffled})
    assert form.is_valid() is fine


def test_the_pass_mark_is_a_percentage() -> None:
    base = {"name": "x", "version_label": "1"}
    assert ExamForm({**base, "passing_score": "100"}).is_valid()
    assert not ExamForm({**base, "passing_score": "100.01"}).is_valid()


@pytest.mark.parametrize(
    "form",
    [ExamForm, PoolForm, BankForm, VersionForm, SittingForm, CandidateForm, QuestionForm],
    ids=lambda form: form.__name__,
)
def test_every_field_says_what_it_is_for(form: type[forms.Form]) -> None:
    fields: dict[str, forms.Field] = form.base_fields
    assert [name for name, field in fields.items() if not field.help_text] == []
