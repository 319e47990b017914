import pytest

from exams.domain.answer import QuestionKind
from exams.forms_choice import MAX_ROWS, ChoiceForm, rearranged, rows_in

HIDDEN = {"ORDER", "DELETE"}
LEADS = {"next_question_pool", "end_question_pool", "end_exam"}
LATER = [(7, "Part two")]


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (QuestionKind.CHOICE, {"text", "fraction", "rejoinder", "value", "text_response"} | LEADS),
        (QuestionKind.MATCHING, {"text", "match"}),
        (QuestionKind.ORDERING, {"text"}),
        (
            QuestionKind.INT,
            {"text", "fraction", "tolerance", "rejoinder", "label", "text_response"} | LEADS,
        ),
        (QuestionKind.CHAR, {"text", "fraction", "rejoinder", "label"} | LEADS),
        (QuestionKind.BOOL, {"rejoinder", "text_response"} | LEADS),
    ],
)
def test_a_row_has_only_the_cells_of_its_kind(kind: QuestionKind, fields: set[str]) -> None:
    assert set(ChoiceForm(kind=kind, later=LATER).fields) == fields | HIDDEN | {"xml_id"}


def test_a_row_leads_only_to_sections_that_come_later_and_nowhere_from_a_bank() -> None:
    row = ChoiceForm(kind=QuestionKind.CHOICE, later=LATER)
    choices = row.fields["next_question_pool"].choices  # type: ignore[attr-defined] # a choice field
    assert [value for value, _name in choices] == ["", 7]
    assert set(ChoiceForm(kind=QuestionKind.CHOICE, later=[]).fields) & LEADS == {
        "end_question_pool",
        "end_exam",
    }
    assert not set(ChoiceForm(kind=QuestionKind.CHOICE, later=None).fields) & LEADS


def posted(*texts: str) -> dict[str, str]:
    rows = {f"choices-{row}-text": text for row, text in enumerate(texts)}
    return {"choices-TOTAL_FORMS": str(len(texts)), "name": "n"} | rows


def shown(values: dict[str, str]) -> list[str]:
    rows = [row for row in rows_in(values) if not row["DELETE"]]
    return [row["text"] for row in sorted(rows, key=lambda row: int(row["ORDER"] or MAX_ROWS))]


def test_rows_move_and_keep_their_numbers_so_that_each_keeps_what_is_stored_of_it() -> None:
    values = rearranged(posted("a", "b", "c"), "up:2")
    assert shown(values) == ["a", "c", "b"]
    assert values["choices-2-text"] == "c"
    assert shown(rearranged(values, "up:2")) == ["c", "a", "b"]
    assert shown(rearranged(values, "down:1")) == ["a", "c", "b"]


def test_a_removed_row_is_passed_over_by_its_neighbours() -> None:
    values = rearranged(posted("a", "b", "c"), "remove:1")
    assert shown(values) == ["a", "c"]
    assert shown(rearranged(values, "up:2")) == ["c", "a"]


@pytest.mark.parametrize("act", ["", "up", "up:", "up:9", "up:x", "fly:1", "remove:-1"])
def test_an_act_that_means_nothing_changes_no_text(act: str) -> None:
    assert shown(rearranged(posted("a", "b"), act)) == ["a", "b"]


def test_rows_are_added_up_to_the_most_that_a_question_has() -> None:
    assert rearranged(posted("a"), "add")["choices-TOTAL_FORMS"] == "2"
    full = {"choices-TOTAL_FORMS": str(MAX_ROWS)}
    assert rearranged(full, "add")["choices-TOTAL_FORMS"] == str(MAX_ROWS)
    assert len(rows_in({"choices-TOTAL_FORMS": "9999"})) == MAX_ROWS


def test_the_first_cell_of_a_row_says_what_is_to_be_written_there() -> None:
    labels = {
        kind: str(ChoiceForm(kind=kind)["text"].label)
        for kind in (QuestionKind.CHOICE, QuestionKind.DATE, QuestionKind.INT)
    }
    assert labels[QuestionKind.CHOICE] == "Text"
    assert "2026-11-30" in labels[QuestionKind.DATE]
    assert labels[QuestionKind.INT] == "Right number"
