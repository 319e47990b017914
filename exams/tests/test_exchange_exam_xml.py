from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from lxml import etree

from exams.domain.answer import QuestionKind
from exams.exchange import exam_xml
from exams.exchange.exam_xml import preview
from exams.exchange.exam_xml_terms import XmlCode
from exams.exchange.exam_xml_write import write_exam
from exams.exchange.items import MAX_ITEMS, ItemCode, Preview
from exams.exchange.xml_reader import MAX_BYTES, XmlFault
from exams.tests.imports import check_balance
from exams.tests.outlines import exams

SCHEMA = etree.RelaxNG(etree.parse(str(Path(exam_xml.__file__).with_name("exam.rng"))))
NAMESPACES = 'xmlns="http://americanri.com/2009/poweru/exam/1.0" xmlns:inv="urn:invigil:exam:1"'
RIGHT = '<answer correct="true"><label>Red</label></answer>'
WRONG = '<answer correct="0"><label>Blue</label></answer>'
QUESTION = f'<question type="choice"><label>Which?</label>{RIGHT}{WRONG}</question>'


def document(body: str, attributes: str = 'id="colours"') -> bytes:
    return f"<exam {NAMESPACES} {attributes}>\n{body}\n</exam>".encode()


def pool(body: str, attributes: str = "") -> str:
    return f"<question_pool {attributes}>\n{body}\n</question_pool>"


def said(seen: Preview) -> list[tuple[int, str, bool]]:
    return [(one.line, one.code, one.drops_item) for one in seen.findings]


# A survey with two endings, as the founding system wrote such files by hand.
BRANCHING = document(
    """  <question_pool id="first" title="First">
    <question id="studies" type="bool" widget="RadioSelect">
      <label>Do you study?</label>
      <answer value="true" next_question_pool="school"><label>I do.</label></answer>
      <answer value="false" end_exam="true">
        <!-- the rest is not for them -->
        <label>I do not.</label>
      </answer>
    </question>
  </question_pool>
  <question_pool id="work" randomize_questions="true" next_question_pool="school">
    <question type="int" widget="Select" required="false" min_value="0" max_value="9.0">
      <label>How many jobs?</label>
      <answer value="0"><label>None</label></answer>
      <answer value="1"><label>One</label></answer>
    </question>
    <question type="choice" max_answers="none" min_answers="0" text_response="true">
      <label>Where?</label><help_text>All that apply.</help_text>
      <text_response_label>Notes:</text_response_label>
      <answer value="a"><label>In a shop</label></answer><answer><label>At home</label></answer>
    </question>
  </question_pool>
  <question_pool id="school">
    <question type="char" max_length="100"><label>Its name?</label></question>
  </question_pool>""",
    'id="survey" title="A survey" version_id="7" version_label="1.0" version_comment="spring"',
)


def test_a_document_is_read_with_every_jump_and_end() -> None:
    seen = preview(BRANCHING)
    assert (len(seen.items), seen.imported, seen.findings) == (4, 4, ())
    exam = seen.exam
    assert exam is not None
    assert exam.header is not None
    assert (exam.header.name, exam.header.version_id) == ("A survey", 7)
    assert exam.header.passing_score == 0
    assert [one.next_question_pool for one in exam.pools] == [None, 3, None]
    assert [one.name for one in exam.pools] == ["First", "2", "3"]
    yes, no = exam.pools[0].questions[0].choices
    assert (yes.text, yes.label, yes.next_question_pool) == ("true", "I do.", 3)
    assert (no.end_exam, no.fraction) == (True, None)
    jobs, where = exam.pools[1].questions
    assert (jobs.required, jobs.max_value, where.required) == (False, Decimal(9), True)
    assert (where.max_answers, where.min_answers, where.choices[0].value) == (None, 0, "a")
    assert where.all_or_nothing
    assert where.format == "plain"


def test_a_document_of_the_founding_system_comes_out_as_it_was() -> None:
    seen = preview(BRANCHING)
    assert seen.exam is not None
    assert SCHEMA.validate(etree.fromstring(BRANCHING))
    written = write_exam(seen.exam)
    assert as_facts(etree.fromstring(written)) == as_facts(etree.fromstring(BRANCHING))


def as_facts(element: etree._Element) -> object:
    """A tree without comments, indentation and the order of labels; 9.0 is 9."""
    children = list(element.iterchildren("*"))
    words = [(str(one.tag), one.text) for one in children if not len(one) and not one.attrib]
    rest = [as_facts(one) for one in children if len(one) or one.attrib]
    attributes = {
        str(name): str(text).removesuffix(".0") if name == "max_value" else str(text)
        for name, text in element.attrib.items()
    }
    return str(element.tag), attributes, sorted(words, key=str), rest


def test_true_false_and_nothing_become_all_none_and_no_mark() -> None:
    plain = "<answer><label>Green</label></answer>"
    body = f'<question type="choice"><label>Which?</label>{RIGHT}{WRONG}{plain}</question>'
    (item,) = preview(document(pool(body))).items
    assert item.draft
    assert [one.fraction for one in item.draft.choices] == [Decimal(100), Decimal(0), None]
    assert item.draft.all_or_nothing


def test_words_for_true_become_true() -> None:
    body = '<question type="bool"><label>Is it?</label><answer value="Yes" correct="1"/></question>'
    (item,) = preview(document(pool(body))).items
    assert item.draft
    assert item.draft.choices[0].text == "true"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('<question type="essay"><label>x</label></question>', XmlCode.BAD_VALUE),
        ('<question type="text" inv:kind="bool"><label>x</label></question>', XmlCode.BAD_VALUE),
        ("<question><label>x</label></question>", XmlCode.MISSING_ATTRIBUTE),
        (QUESTION.replace('"choice"', '"choice" widget="DateInput"'), XmlCode.FOREIGN_WIDGET),
        (QUESTION.replace('"choice"', '"choice" widget="Slider"'), XmlCode.FOREIGN_WIDGET),
        (QUESTION.replace('"choice"', '"choice" required="maybe"'), XmlCode.BAD_VALUE),
        (QUESTION.replace('"choice"', '"choice" max_answers="0"'), XmlCode.BAD_VALUE),
        (QUESTION.replace('"choice"', f'"choice" min_answers="{2**31}"'), XmlCode.BAD_VALUE),
        (QUESTION.replace('"choice"', '"choice" min_answers="1_0"'), XmlCode.BAD_VALUE),
        (QUESTION.replace('"choice"', '"choice" inv:points="1.005"'), XmlCode.BAD_VALUE),
        (QUESTION.replace('"true"', '"true" inv:fraction="101"'), XmlCode.BAD_VALUE),
        (QUESTION.replace('"true"', '"true" next_question_pool="gone"'), XmlCode.DANGLING_JUMP),
        (QUESTION.replace('"true"', '"true" next_question_pool="here"'), XmlCode.BACKWARD_JUMP),
        (QUESTION.replace('"choice"', '"choice" id="here"'), XmlCode.DUPLICATE_ID),
        (QUESTION.replace('"true"', '"true" id="colours"'), XmlCode.DUPLICATE_ID),
        (QUESTION.replace("<label>Which?</label>", ""), ItemCode.NOT_STORABLE),
        (QUESTION.replace(RIGHT, WRONG), ItemCode.UNREACHABLE),
        (
            '<question type="char" inv:text_regex="(?=a)b"><label>x</label></question>',
            ItemCode.BAD_PATTERN,
        ),
        (
            '<question type="int"><label>x</label><answer value="red"/></question>',
            ItemCode.NOT_STORABLE,
        ),
    ],
)
def test_a_question_that_cannot_be_taken_over_is_reported_with_its_line(
    body: str, code: str
) -> None:
    seen = preview(document(pool(f"{QUESTION}\n{body}\n{QUESTION}", 'id="here"')))
    assert (len(seen.items), seen.imported, seen.reported) == (3, 2, 1)
    ((line, said_code, drops),) = [one for one in said(seen) if one[2]]
    assert (line, said_code, drops) == (4, code, True)
    check_balance(seen)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (QUESTION.replace('"choice"', '"choice" pk="12"'), XmlCode.ROW_NUMBERS),
        (QUESTION.replace('"choice"', '"choice" colour="red"'), XmlCode.UNKNOWN_ATTRIBUTE),
        (QUESTION.replace('"choice"', '"choice" inv:colour="red"'), XmlCode.UNKNOWN_ATTRIBUTE),
        (QUESTION.replace("<label>Which", "<video/><label>Which"), XmlCode.UNKNOWN_ELEMENT),
        (QUESTION.replace("<label>Red", "<label>Red<b/>"), XmlCode.UNKNOWN_ELEMENT),
        (QUESTION.replace("<label>Red", "<video/><label>Red"), XmlCode.UNKNOWN_ELEMENT),
        (f"<page/>{QUESTION}", XmlCode.UNKNOWN_ELEMENT),
        (f"Think!{QUESTION}", XmlCode.STRAY_TEXT),
        (QUESTION.replace("<label>Which", "Now <label>Which"), XmlCode.STRAY_TEXT),
        (
            QUESTION.replace("<label>Which?", "<label>Which?</label><label>Really?"),
            XmlCode.REPEATED_ELEMENT,
        ),
        (QUESTION.replace('"choice"', '"choice" widget="CheckboxSelectMultiple"'),
         XmlCode.WIDGET_NOT_USED),
        (QUESTION.replace('"choice"', '"choice" id="no name"'), XmlCode.BAD_ID),
        (QUESTION.replace('"choice"', '"choice" max_length="9"'), XmlCode.LIMIT_NOT_USED),
        (QUESTION.replace('"choice"', '"choice" min_value="9"'), XmlCode.LIMIT_NOT_USED),
        (QUESTION.replace("label>Which?</label", "help_text>Which?</help_text"),
         XmlCode.HELP_IS_LABEL),
        (QUESTION.replace('"true"', '"true" inv:fraction="0"').replace(
            '"0"><label>Bl', '"1"><label>Bl'), XmlCode.CORRECT_NOT_USED),
        ('<question type="char" min_length="0"><label>x</label></question>', XmlCode.ZERO_LENGTH),
        ('<question type="char" text_regex="a+"><label>x</label></question>',
         XmlCode.PATTERN_WHOLE),
    ],
)  # fmt: skip
def test_what_is_left_out_of_a_question_is_remarked(body: str, code: str) -> None:
    seen = preview(document(pool(body)))
    assert seen.imported == 1
    assert [one.code for one in seen.findings] == [code]
    assert all(one.line for one in seen.findings)


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ('title="No id"', XmlCode.MISSING_ATTRIBUTE),
        ('id="1st"', XmlCode.BAD_ID),
        ('id="e" passing_score="101"', XmlCode.BAD_VALUE),
        ('id="e" passing_score="half"', XmlCode.BAD_VALUE),
        ('id="e" inv:passing_score="-1"', XmlCode.BAD_VALUE),
        (f'id="e" version_id="{2**64}"', XmlCode.BAD_VALUE),
        (f'id="e" title="{"n" * 201}"', XmlCode.TEXT_CUT),
        ('id="e" colour="red"', XmlCode.UNKNOWN_ATTRIBUTE),
    ],
)
def test_a_header_that_is_wrong_loses_no_question(attributes: str, code: str) -> None:
    seen = preview(document(pool(QUESTION), attributes))
    assert seen.imported == 1
    assert [one.code for one in seen.findings] == [code]


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ('next_question_pool="gone"', XmlCode.DANGLING_JUMP),
        ('next_question_pool="me" id="me"', XmlCode.BACKWARD_JUMP),
        ('id="colours"', XmlCode.DUPLICATE_ID),
        ('inv:number_to_answer="0"', XmlCode.BAD_VALUE),
        ('randomize_questions="often"', XmlCode.BAD_VALUE),
    ],
)
def test_a_pool_that_is_wrong_loses_no_question(attributes: str, code: str) -> None:
    seen = preview(document(pool(QUESTION, attributes)))
    assert seen.imported == 1
    assert said(seen) == [(2, code, False)]


def test_the_word_of_the_founding_text_for_a_pool_is_understood() -> None:
    seen = preview(document(f"<questionpool>{QUESTION}</questionpool>"))
    assert seen.imported == 1
    assert [one.code for one in seen.findings] == [XmlCode.OLD_ELEMENT_NAME]


def test_a_question_outside_of_any_pool_is_counted_and_reported() -> None:
    seen = preview(document(f"{QUESTION}{pool(f'<page>{QUESTION}</page>')}"))
    assert (len(seen.items), seen.reported) == (2, 2)
    assert [one.code for one in seen.findings if one.drops_item] == [XmlCode.MISPLACED_QUESTION] * 2
    check_balance(seen)


@pytest.mark.parametrize(
    "text", ["{", "[1]", '{"show_key": NaN}', '{"show_key": "no"}', '{"a": 1}', "[" * 100_000]
)
def test_a_configuration_that_cannot_be_stored_is_left_out(text: str) -> None:
    body = f"<inv:configuration>{text}</inv:configuration>"
    seen = preview(document(body + pool(QUESTION)))
    assert seen.imported == 1
    assert [one.code for one in seen.findings] == [XmlCode.BAD_VALUE]


def test_kinds_of_the_extension_come_with_their_answers() -> None:
    pair = "<answer><label>Peru</label><inv:match>Lima</inv:match></answer>"
    other = "<answer><label>Cuba</label><inv:match>Havana</inv:match></answer>"
    body = f'<question type="choice" inv:kind="matching"><label>x</label>{pair}{other}</question>'
    (item,) = preview(document(pool(body))).items
    assert item.draft
    assert item.draft.kind is QuestionKind.MATCHING
    assert [one.match for one in item.draft.choices] == ["Lima", "Havana"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<html/>", XmlCode.NOT_AN_EXAM),
        (b'<exam id="e"/>', XmlCode.NOT_AN_EXAM),
        (b"<exam", XmlFault.MALFORMED),
        (b"<!DOCTYPE exam><exam/>", XmlFault.DTD),
        (b'<!DOCTYPE e [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><exam>&c;</exam>', XmlFault.DTD),
        (b"<a>" * 51 + b"</a>" * 51, XmlFault.TOO_DEEP),
        (b"<exam>" + b" " * MAX_BYTES, XmlFault.TOO_LARGE),
    ],
)
def test_a_file_that_is_no_exam_or_dangerous_is_refused_with_a_line(data: bytes, code: str) -> None:
    seen = preview(data)
    assert (seen.items, seen.exam) == ((), None)
    ((line, said_code, _),) = said(seen)
    assert (line, said_code) == (1, code)


def test_more_questions_than_one_import_takes_are_said() -> None:
    question = '<question type="info" inv:kind="info"><label>x</label></question>'
    seen = preview(document(pool(question.replace('"info" ', '"text" ') * (MAX_ITEMS + 1))))
    assert len(seen.items) == MAX_ITEMS
    assert [one.code for one in seen.findings] == [ItemCode.TOO_MANY_ITEMS]


SPOILS = ["", "x", "<", ">", '"', "&lt;", 'id="a"', "none", "-1", "true", "<label>", "é", "\x00"]


@given(exams(), st.data())
def test_no_spoiled_document_crashes_the_import(outline: object, data: st.DataObject) -> None:
    written = write_exam(outline)  # type: ignore[arg-type] # drawn as an exam
    text = written.decode()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 30)))
    spoiled = text[:start] + data.draw(st.sampled_from(SPOILS)) + text[end:]
    seen = preview(spoiled.encode())
    check_balance(seen)
    if seen.exam:
        again = preview(write_exam(seen.exam))
        assert again.reported == 0
        assert again.exam == seen.exam or again.findings == ()


NAMES = ["type", "id", "pk", "widget", "min_length", "max_answers", "value", "correct", "colour",
         "inv:points", "inv:kind", "inv:format", "next_question_pool", "xml:lang"]  # fmt: skip
VALUES = ["", "0", "1", "-1", "true", "none", "choice", "bool", "file", "Select", "a", "b c",
          "1.5", "1e9", "9" * 5000, "٣", "here"]  # fmt: skip
TAGS = ["question_pool", "question", "answer", "label", "inv:match", "inv:configuration", "page"]


@st.composite
def elements(draw: st.DrawFn, depth: int = 0) -> str:
    tag = draw(st.sampled_from(TAGS))
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=4))
    attributes = "".join(f' {name}="{draw(st.sampled_from(VALUES))}"' for name in names)
    inside = draw(st.lists(elements(depth + 1), max_size=3)) if depth < 4 else []
    words = draw(st.sampled_from(["", "x", " ", "{}"]))
    return f"<{tag}{attributes}>{words}{''.join(inside)}</{tag}>"


@given(st.lists(elements(), max_size=4))
def test_whatever_the_schema_refuses_is_reported(parts: list[str]) -> None:
    data = document("".join(parts), 'id="e"')
    seen = preview(data)
    check_balance(seen)
    assert len(seen.items) == data.count(b"<question ") + data.count(b"<question>")
    if not SCHEMA.validate(etree.fromstring(data)):
        assert seen.findings, data


@given(st.binary(max_size=300))
def test_any_bytes_give_findings_and_no_crash(data: bytes) -> None:
    check_balance(preview(data))
