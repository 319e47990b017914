import pytest

from exams import texts
from exams.domain.answer import QuestionKind
from exams.domain.draft import DraftFault
from exams.domain.widgets import WIDGETS
from exams.forms_editor import QuestionEditor
from exams.forms_question import KEYED, QuestionForm


def test_every_kind_has_a_form_and_words() -> None:
    for kind in QuestionKind:
        assert {"name", "prompt"} <= set(QuestionForm(kind).fields)
        assert texts.KINDS[kind]
        assert (QuestionEditor(kind).rows is not None) is (kind in KEYED)


@pytest.mark.parametrize(
    ("kind", "has", "lacks"),
    [
        (QuestionKind.CHOICE, {"several", "max_answers"}, {"truth", "max_length", "accept"}),
        (QuestionKind.BOOL, {"truth", "points"}, {"several", "min_value"}),
        (QuestionKind.CHAR, {"text_regex", "max_length"}, {"min_value", "truth"}),
        (QuestionKind.TEXT, {"min_length", "text_regex"}, {"text_response", "all_or_nothing"}),
        (QuestionKind.FLOAT, {"min_value"}, {"min_length"}),
        (QuestionKind.FILE, {"accept"}, {"min_value"}),
        (QuestionKind.INFO, set(), {"points", "required"}),
    ],
)
def test_a_form_has_only_the_fields_of_its_kind(
    kind: QuestionKind, has: set[str], lacks: set[str]
) -> None:
    fields = set(QuestionForm(kind).fields)
    assert has <= fields
    assert not lacks & fields


@pytest.mark.parametrize("kind", list(QuestionKind))
def test_each_widget_of_a_kind_is_offered_in_words_and_the_first_is_the_usual_one(
    kind: QuestionKind,
) -> None:
    field = QuestionForm(kind).fields.get("widget")
    if len(WIDGETS[kind]) < 2:
        assert field is None
        return
    (usual, _words), *named = field.choices  # type: ignore[union-attr] # a choice field
    assert usual == ""
    assert [value for value, _words in named] == [one.value for one in WIDGETS[kind]]


def test_every_fault_of_a_draft_has_its_words() -> None:
    assert set(texts.DRAFT_FAULTS) == set(DraftFault)
