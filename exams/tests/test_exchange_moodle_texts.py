import pytest

from exams.domain.texts import TextFormat
from exams.exchange.moodle_texts import embedded_files, text_of, texts_in
from exams.exchange.xml_parts import Notes
from exams.exchange.xml_reader import read_xml


@pytest.mark.parametrize(
    ("said", "text_format"),
    [
        ("html", TextFormat.HTML),
        ("moodle_auto_format", TextFormat.MOODLE),
        ("plain_text", TextFormat.PLAIN),
        ("markdown", TextFormat.MARKDOWN),
        ("1", TextFormat.HTML),
        ("", TextFormat.MOODLE),
        ("wiki_like", TextFormat.MOODLE),
    ],
)
def test_a_text_has_the_format_it_says(said: str, text_format: TextFormat) -> None:
    notes = Notes()
    text = text_of(read_xml(f'<t format="{said}"><text> a </text></t>'.encode()), notes)
    assert (text.text, text.format) == ("a", text_format)
    assert len(notes.findings) == (said == "wiki_like")


def test_a_text_may_stand_without_its_holder_or_not_at_all() -> None:
    assert text_of(read_xml(b"<t>\na\n</t>"), Notes()).text == "a"
    assert text_of(None, Notes()).text == ""


def test_files_old_and_new_are_found_wherever_they_are() -> None:
    root = read_xml(
        b"<question><image>old.gif</image>\n<answer><text>a</text>"
        b"<file name='new.png'>aGk=</file></answer><image_base64/></question>"
    )
    assert [(file.name, file.line) for file in embedded_files(root)] == [
        ("old.gif", 1),
        ("new.png", 2),
    ]
    assert list(texts_in(root)) == ["a"]
