from exams.domain.outline_diff import Change
from exams.templatetags.exchange import change_chip, change_word, field_name


def test_a_field_of_a_choice_says_which_choice() -> None:
    assert field_name("prompt") == "Question"
    assert field_name("choices.2.text") == "Choice 3: Text"
    assert field_name("choices.0") == "Choice 1"


def test_a_change_has_a_word_and_a_mark() -> None:
    assert [change_word(one) for one in Change] == [
        "New",
        "Changed",
        "Unchanged",
        "Not in the file",
    ]
    assert "New" in change_chip("new")
