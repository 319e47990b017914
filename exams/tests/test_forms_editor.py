from exams.domain.answer import QuestionKind
from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.forms_editor import QuestionEditor

ROWS = {
    "choices-TOTAL_FORMS": "3",
    "choices-INITIAL_FORMS": "0",
    "choices-0-text": "a",
    "choices-0-fraction": "100",
    "choices-1-text": "b",
    "choices-2-text": "c",
}
BODY = {"name": "n", "prompt": "p", "format": "markdown", "points": "1"} | ROWS


def texts_of(editor: QuestionEditor) -> list[str]:
    assert editor.is_valid(), editor.findings
    assert editor.draft
    return [choice.text for choice in editor.draft.choices]


def test_rows_are_stored_in_the_order_in_which_the_author_put_them() -> None:
    order = {"choices-0-ORDER": "3", "choices-1-ORDER": "1", "choices-2-ORDER": "2"}
    assert texts_of(QuestionEditor(QuestionKind.CHOICE, BODY | order)) == ["b", "c", "a"]


def test_a_removed_row_is_no_row_even_with_its_words() -> None:
    body = BODY | {"choices-1-DELETE": "on"}
    assert texts_of(QuestionEditor(QuestionKind.CHOICE, body)) == ["a", "c"]


def test_a_moved_row_keeps_what_the_form_does_not_show_of_it() -> None:
    stored = QuestionDraft(
        name="n",
        kind=QuestionKind.MATCHING,
        prompt="p",
        choices=(ChoiceDraft("a", "1", rejoinder="kept"), ChoiceDraft("b", "2")),
    )
    body = {
        "name": "n",
        "prompt": "p",
        "format": "markdown",
        "points": "1",
        "choices-TOTAL_FORMS": "2",
        "choices-INITIAL_FORMS": "2",
        "choices-0-text": "a",
        "choices-0-match": "1",
        "choices-0-ORDER": "2",
        "choices-1-text": "b",
        "choices-1-match": "2",
        "choices-1-ORDER": "1",
    }
    editor = QuestionEditor(QuestionKind.MATCHING, body, stored)
    assert texts_of(editor) == ["b", "a"]
    assert editor.draft
    assert editor.draft.choices[1].rejoinder == "kept"


def test_after_an_act_the_words_stand_as_typed_and_nothing_is_called_wrong() -> None:
    typed = BODY | {"prompt": "", "choices-1-fraction": "many"}
    editor = QuestionEditor.after_act(QuestionKind.CHOICE, typed, "up:1")
    assert [row["text"].value() for row in editor.shown_rows] == ["b", "a", "c"]
    assert editor.shown_rows[0]["fraction"].value() == "many"
    assert not editor.form.is_bound
    assert [row.number for row in editor.shown_rows] == ["1", "0", "2"]


def test_every_finding_names_its_field() -> None:
    editor = QuestionEditor(QuestionKind.CHOICE, BODY | {"name": "", "choices-1-fraction": "x"})
    assert not editor.is_valid()
    assert {field for field, _label, _text in editor.findings} == {
        "id_name",
        "id_choices-1-fraction",
    }


def test_a_pattern_that_re2_refuses_is_refused_with_its_reason() -> None:
    body = BODY | {"text_regex": "(a)\\1"}
    editor = QuestionEditor(QuestionKind.CHAR, body)
    assert not editor.is_valid()
    assert "cannot be read" in str(editor.form.errors["text_regex"])
