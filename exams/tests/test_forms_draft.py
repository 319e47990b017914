"""From a draft to its form and back: what the form does not show stays as it was."""

from dataclasses import replace
from decimal import Decimal

import pytest

from exams.domain.answer import QuestionKind
from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.domain.texts import TextFormat
from exams.forms_draft import FULL
from exams.forms_editor import QuestionEditor


def body_of(shown: QuestionEditor) -> dict[str, str]:
    """Return what the browser sends when the author changes nothing."""
    body = {
        name: "on" if value is True else str(value)
        for name in shown.form.fields
        if (value := shown.form.get_initial_for_field(shown.form.fields[name], name))
    }
    for word, row in shown.truths.items():
        cells = {name: row[name].value() or "" for name in row.fields}
        body |= {f"truths-{word}-{name}": str(value) for name, value in cells.items()}
    if shown.rows is not None:
        count = len(shown.rows.initial)
        body |= {"choices-TOTAL_FORMS": str(count), "choices-INITIAL_FORMS": str(count)}
        for index, row in enumerate(shown.rows.initial_forms):
            body |= {f"choices-{index}-{name}": str(row[name].value() or "") for name in row.fields}
    return body


LATER = [(7, "Part two"), (8, "Part three")]


def saved_again(draft: QuestionDraft, **changes: str) -> QuestionDraft:
    body = body_of(QuestionEditor(draft.kind, None, draft, later=LATER)) | changes
    editor = QuestionEditor(draft.kind, body, draft, later=LATER)
    assert editor.is_valid(), (editor.form.errors, editor.rows and editor.rows.errors)
    assert editor.draft
    return editor.draft


IMPORTED = [
    QuestionDraft(
        name="own formats",
        kind=QuestionKind.CHOICE,
        prompt="<p>p</p>",
        format=TextFormat.HTML,
        max_answers=None,
        choices=(
            ChoiceDraft("a", format=TextFormat.HTML, fraction=Decimal("33.33333")),
            ChoiceDraft("b", format=TextFormat.HTML, fraction=Decimal("66.66667")),
            ChoiceDraft("<c>", format=TextFormat.PLAIN, fraction=Decimal(-50), rejoinder="no"),
        ),
    ),
    QuestionDraft(
        name="feedback on a statement",
        kind=QuestionKind.BOOL,
        prompt="p",
        choices=(
            ChoiceDraft("false", format=TextFormat.PLAIN, fraction=Decimal(100), rejoinder="yes"),
            ChoiceDraft("true", format=TextFormat.PLAIN, fraction=Decimal(0), rejoinder="no"),
        ),
    ),
    QuestionDraft(
        name="a pattern of a text",
        kind=QuestionKind.TEXT,
        prompt="p",
        text_regex="[a-z ]+",
        max_length=9,
        min_answers=0,
        shuffle_choices=True,
    ),
    QuestionDraft(
        name="shuffled pairs",
        kind=QuestionKind.MATCHING,
        prompt="p",
        shuffle_choices=True,
        choices=(
            ChoiceDraft("a", "1", rejoinder="kept"),
            ChoiceDraft("b", "2", format=TextFormat.PLAIN),
            ChoiceDraft("", "3"),
        ),
    ),
    QuestionDraft(
        name="a tolerance on a scale",
        kind=QuestionKind.RATING,
        prompt="p",
        min_value=Decimal(0),
        max_value=Decimal(100),
        choices=(ChoiceDraft("5", format=TextFormat.PLAIN, fraction=FULL, tolerance=Decimal(1)),),
    ),
    QuestionDraft(
        name="everything about an option",
        kind=QuestionKind.CHOICE,
        prompt="p",
        xml_id="q1",
        widget="Select",
        all_or_nothing=True,
        text_response=True,
        text_response_label="Why?",
        choices=(
            ChoiceDraft("a", fraction=FULL, xml_id="c1", value="1", next_question_pool=8),
            ChoiceDraft("b", text_response=True, end_question_pool=True, next_question_pool=7),
            ChoiceDraft("c", end_exam=True),
        ),
    ),
    QuestionDraft(
        name="a statement that branches",
        kind=QuestionKind.BOOL,
        prompt="p",
        choices=(ChoiceDraft("false", format=TextFormat.PLAIN, next_question_pool=8),),
    ),
    QuestionDraft(
        name="a labelled value",
        kind=QuestionKind.INT,
        prompt="p",
        widget="RadioSelect",
        choices=(ChoiceDraft("4", format=TextFormat.PLAIN, fraction=FULL, label="four"),),
    ),
    QuestionDraft(
        name="an order",
        kind=QuestionKind.ORDERING,
        prompt="p",
        choices=(ChoiceDraft("a", xml_id="first"), ChoiceDraft("b")),
    ),
    QuestionDraft(name="words", kind=QuestionKind.INFO, prompt="p", points=Decimal(2)),
]


@pytest.mark.parametrize("draft", IMPORTED, ids=lambda one: one.name)
def test_saving_an_imported_question_again_changes_nothing(draft: QuestionDraft) -> None:
    assert saved_again(draft) == draft


def test_a_change_is_taken_and_the_rest_stays() -> None:
    choice = saved_again(IMPORTED[0], **{"format": "markdown", "choices-1-text": "new"})
    assert [(one.text, one.format) for one in choice.choices] == [
        ("a", TextFormat.MARKDOWN),
        ("new", TextFormat.MARKDOWN),
        ("<c>", TextFormat.PLAIN),
    ]
    first_gone = saved_again(IMPORTED[3], **{"choices-0-text": "", "choices-0-match": ""})
    assert first_gone.choices == IMPORTED[3].choices[1:]
    truth = saved_again(IMPORTED[1], truth="true")
    assert {one.text: (one.fraction, one.rejoinder) for one in truth.choices} == {
        "true": (Decimal(100), "no"),
        "false": (Decimal(0), "yes"),
    }
    assert {one.fraction for one in saved_again(IMPORTED[1], truth="").choices} == {None}


def test_a_statement_leads_somewhere_without_being_graded() -> None:
    words = {"truths-true-next_question_pool": "7", "truths-true-end_question_pool": "on"}
    ungraded = QuestionDraft(name="n", kind=QuestionKind.BOOL, prompt="p")
    choices = saved_again(ungraded, truth="", **words).choices
    assert [(one.text, one.fraction, one.next_question_pool) for one in choices] == [
        ("true", None, 7)
    ]
    assert choices[0].end_question_pool


def test_a_new_statement_has_its_two_values() -> None:
    body = {"name": "n", "prompt": "p", "format": "markdown", "points": "1", "truth": "false"}
    editor = QuestionEditor(QuestionKind.BOOL, body)
    assert editor.is_valid(), editor.form.errors
    assert editor.draft
    assert [(one.text, one.fraction) for one in editor.draft.choices] == [
        ("true", Decimal(0)),
        ("false", Decimal(100)),
    ]


def test_numbers_stand_in_the_form_as_people_write_them() -> None:
    draft = replace(IMPORTED[4], points=Decimal("10.00"), max_value=Decimal("100.0000000000"))
    editor = QuestionEditor(draft.kind, None, draft)
    assert editor.rows is not None
    page = f"{editor.form.as_p()}{editor.rows.as_p()}"
    assert "E+" not in page
    assert 'value="100"' in str(editor.rows[0]["fraction"])
    assert 'value="10"' in str(editor.form["points"])
    assert 'value="100"' in str(editor.form["max_value"])
