from decimal import Decimal

import pytest
from lxml import etree

from exams.domain.answer import QuestionKind
from exams.exchange.exam_xml_fields import Fields
from exams.exchange.exam_xml_question import Place, jump_of, own_id, read_question
from exams.exchange.exam_xml_terms import OWN, SEED, XmlCode
from exams.exchange.items import ItemRefused


def question(attributes: str, body: str = "<label>x</label>") -> etree._Element:
    text = f'<question xmlns="{SEED}" xmlns:inv="{OWN}" {attributes}>{body}</question>'
    return etree.fromstring(text)


def test_what_is_left_out_has_the_meaning_of_the_founding_documents() -> None:
    place = Place(1, {}, frozenset())
    draft = read_question(question('type="char"'), place)
    assert (draft.kind, draft.required, draft.points) == (
        QuestionKind.CHAR, True, Decimal(1),
    )  # fmt: skip
    assert (draft.min_answers, draft.max_answers, draft.format) == (1, 1, "plain")
    assert place.findings == []


def test_a_jump_leads_to_a_later_pool_only() -> None:
    pools = {"one": 1, "two": 2, "three": 3}

    def lead(target: str) -> int | None:
        fields = Fields(etree.fromstring(f'<a next_question_pool="{target}"/>'))
        return jump_of(fields, pools, 2)

    assert lead(" three ") == 3
    for target, code in (
        ("one", XmlCode.BACKWARD_JUMP),
        ("two", XmlCode.BACKWARD_JUMP),
        ("four", XmlCode.DANGLING_JUMP),
    ):
        with pytest.raises(ItemRefused) as refusal:
            lead(target)
        assert refusal.value.code == code


def test_an_id_that_cannot_be_kept_is_left_out_and_one_given_twice_is_refused() -> None:
    findings: list[object] = []
    element = etree.fromstring('<a id="ª" pk="5"/>')
    fields = Fields(element)
    assert own_id(element, fields, frozenset(), findings) == ""  # type: ignore[arg-type] # collects
    assert len(findings) == 1
    assert list(fields.unread()) == []
    with pytest.raises(ItemRefused):
        own_id(element, Fields(element), frozenset({element}), [])
