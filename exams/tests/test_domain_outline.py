from decimal import Decimal

from exams.domain.answer import QuestionKind
from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.domain.outline import configuration_text, name_of_words, with_places
from exams.domain.texts import TextFormat


def test_a_question_without_a_name_is_called_by_its_first_words() -> None:
    assert name_of_words("  Two\n words ", TextFormat.PLAIN) == "Two words"
    assert name_of_words("<p>Two <b>words</b></p>", TextFormat.HTML) == "Two words"
    assert len(name_of_words("w" * 500, TextFormat.PLAIN)) == 80
    assert name_of_words("<b></b>", TextFormat.HTML) == "<b></b>"


def test_jumps_are_translated_and_what_is_unknown_leads_nowhere() -> None:
    choices = (
        ChoiceDraft("a", next_question_pool=2),
        ChoiceDraft("b", next_question_pool=9),
        ChoiceDraft("c", fraction=Decimal(100)),
    )
    draft = QuestionDraft("q", QuestionKind.CHOICE, "q", choices=choices)
    placed = with_places(draft, {2: 77})
    assert [one.next_question_pool for one in placed.choices] == [77, None, None]


def test_a_configuration_has_one_text() -> None:
    assert configuration_text({"b": "é", "a": 1}) == '{"a":1,"b":"é"}'
