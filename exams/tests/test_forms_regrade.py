"""The form of a correction: made from the choices or values of its question."""

from decimal import Decimal

from exams.domain.answer import QuestionKind
from exams.domain.content import ChoiceContent, QuestionContent
from exams.domain.corrections import Correction, KeyValue, Remedy
from exams.forms_regrade import CorrectionForm
from exams.tests.test_domain_corrections import ESSAY, NUMBER, ONE_OF_TWO


def test_shares_of_choices_become_a_key() -> None:
    form = CorrectionForm(ONE_OF_TWO, {"remedy": "key", "share-1": "", "share-2": "100"})
    assert form.is_valid(), form.errors
    assert form.correction == Correction(
        remedy=Remedy.KEY, shares={"1": Decimal(0), "2": Decimal(100)}
    )


def test_values_become_a_key_with_their_tolerance() -> None:
    given = {"remedy": "key", "value-0": "4", "value-1": "5", "value_share-1": "50"}
    form = CorrectionForm(NUMBER, given | {"tolerance-1": "۰٫۵", "points": "2"})
    assert form.is_valid(), form.errors
    five = KeyValue(text="5", share=Decimal(50), tolerance=Decimal("0.5"))
    assert form.correction == Correction(
        remedy=Remedy.KEY, values=(KeyValue(text="4"), five), points=Decimal(2)
    )


def test_what_is_shown_first_is_the_key_that_holds() -> None:
    assert CorrectionForm(NUMBER).fields["value-0"].initial == "4"
    held = Correction(remedy=Remedy.KEY, values=(KeyValue(text="7"),), points=Decimal(2))
    form = CorrectionForm(NUMBER, held=held)
    assert form.fields["value-0"].initial == "7"
    assert form.initial == {"remedy": "key", "points": "2"}
    assert [len(row) for row in form.key_fields()] == [3, 3, 3]


def test_an_essay_has_no_key_and_a_void_carries_no_points() -> None:
    form = CorrectionForm(ESSAY, {"remedy": "void", "points": "3"})
    assert form.is_valid()
    assert form.key_rows == []
    assert form.correction == Correction(remedy=Remedy.VOID)
    assert not CorrectionForm(ESSAY, {"remedy": "key"}).is_valid()


def test_what_does_not_fit_is_said() -> None:
    form = CorrectionForm(NUMBER, {"remedy": "key", "value-0": "four"})
    assert not form.is_valid()
    assert "not a value" in str(form.non_field_errors())
    assert not CorrectionForm(NUMBER, {"remedy": "points"}).is_valid()


def test_true_and_false_are_named_and_never_typed() -> None:
    truth = ChoiceContent(key=1, text="true", html="true", match_key=2, fraction=Decimal(100))
    asked = QuestionContent(
        id=1, name="", kind=QuestionKind.BOOL, prompt="p", prompt_html="p", choices=(truth,)
    )
    rows = CorrectionForm(asked).key_fields()
    assert [str(share.label) for _value, share in rows] == ["True", "False"]
    assert all(value.is_hidden for value, _share in rows)
    given = {"remedy": "key", "value-0": "true", "value-1": "false"}
    form = CorrectionForm(asked, given | {"value_share-0": "0", "value_share-1": "100"})
    assert form.is_valid(), form.errors
    assert form.correction is not None
    assert [(one.text, one.share) for one in form.correction.values] == [
        ("true", Decimal(0)),
        ("false", Decimal(100)),
    ]
