"""create_from_xml and export_to_xml over HTTP, by the rules of the founding documents."""

from typing import Any

import pytest
from lxml import etree

from exams.domain.answer import QuestionKind
from exams.exchange.exam_xml_terms import XmlCode
from exams.exchange.items import MAX_BYTES
from exams.exchange.xml_reader import XmlFault
from exams.models import Exam, Question, QuestionPool
from exams.tests.api_client import Answered, Api
from exams.tests.conftest import Cast
from exams.tests.pages import draft_exam
from exams.tests.test_exchange_exam_xml import (
    BRANCHING,
    QUESTION,
    SCHEMA,
    as_facts,
    document,
    pool,
)
from kernel.models import AuditEntry

FROM_XML = "/api/v1/exams/from-xml"


def send(api: Api, data: bytes, query: str = "", kind: str = "application/xml") -> Answered:
    response = api.client.post(f"{FROM_XML}{query}", data, content_type=kind)
    return Answered(response.status_code, response.json(), response.headers.get("Content-Type", ""))


def exported(api: Api, exam_id: int) -> bytes:
    response = api.client.get(f"/api/v1/exams/{exam_id}/xml")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/xml; charset=utf-8"
    assert response["Cache-Control"] == "no-store"
    return bytes(response.content)


def codes(answered: Answered) -> list[tuple[int, str, bool]]:
    return [(one["line"], one["code"], one["drops_question"]) for one in answered.body["findings"]]


def test_create_from_xml_makes_the_exam_that_the_document_says(cast: Cast) -> None:
    made = send(Api(cast.author), BRANCHING)
    assert (made.status, made.body["imported"], made.body["reported"]) == (201, 4, 0)
    exam = made.body["exam"]
    assert (exam["name"], exam["title"], exam["state"]) == ("survey", "A survey", "draft")
    assert exam["passing_score"] == "0", "the founding documents' default"
    first, jobs, school = QuestionPool.objects.order_by("order")
    assert [first.pk, jobs.pk, school.pk] == exam["question_pools"]
    assert (first.xml_id, first.next_question_pool) == ("first", None)
    assert Question.objects.filter(kind=QuestionKind.BOOL).get().pool_id == first.pk
    entry = AuditEntry.objects.get(action="exam.imported")
    assert entry.actor_id == cast.author.pk


def test_export_to_xml_gives_a_document_that_the_schema_of_the_format_accepts(cast: Cast) -> None:
    api = Api(cast.author)
    exam_id, _pool = draft_exam(cast)
    root = etree.fromstring(exported(api, exam_id))
    assert SCHEMA.validate(root), SCHEMA.error_log
    made = send(api, BRANCHING).body["exam"]["id"]
    assert as_facts(etree.fromstring(exported(api, made))) == as_facts(etree.fromstring(BRANCHING))


def test_what_is_exported_and_created_again_is_exported_as_the_identical_document(
    cast: Cast,
) -> None:
    api = Api(cast.author)
    exam_id, _pool = draft_exam(cast)
    before = exported(api, exam_id)
    assert api.delete(f"/exams/{exam_id}").status == 204
    again = send(api, before)
    assert (again.status, again.body["findings"]) == (201, [])
    assert exported(api, again.body["exam"]["id"]) == before


def test_a_name_is_unique_among_exam_pools_questions_and_answers(cast: Cast) -> None:
    data = document(pool(QUESTION, 'id="colours"'), 'id="colours" title="Twice"')
    seen = send(Api(cast.author), data, "?dry_run=true")
    assert (2, XmlCode.DUPLICATE_ID, False) in codes(seen)


def test_a_question_pool_leads_to_a_later_one_only(cast: Cast) -> None:
    data = document(
        pool(QUESTION, 'id="one"') + pool(QUESTION, 'id="two" next_question_pool="one"'),
        'id="loop" title="Loop"',
    )
    made = send(Api(cast.author), data)
    assert made.status == 201
    assert XmlCode.BACKWARD_JUMP in [code for _line, code, _drops in codes(made)]
    assert set(QuestionPool.objects.values_list("next_question_pool", flat=True)) == {None}


def test_a_document_that_would_lose_a_question_is_refused_unless_partly_is_asked_for(
    cast: Cast,
) -> None:
    api = Api(cast.author)
    wrong = '<question type="telepathy"><label>What am I thinking?</label></question>'
    data = document(pool(QUESTION + wrong, 'title="One"'), 'id="mixed" title="Mixed"')
    refused = send(api, data)
    assert (refused.status, refused.body["code"]) == (422, "document_invalid")
    assert XmlCode.BAD_VALUE in refused.body["data"]["faults"]
    assert not Exam.objects.exists()
    seen = send(api, data, "?dry_run=true")
    assert (seen.status, seen.body["exam"]) == (200, None)
    assert (seen.body["imported"], seen.body["reported"]) == (1, 1)
    assert any(one["drops_question"] and one["message"] for one in seen.body["findings"])
    assert not Exam.objects.exists()
    partly = send(api, data, "?partly=true")
    assert (partly.status, partly.body["imported"], partly.body["reported"]) == (201, 1, 1)
    assert Question.objects.filter(pool__isnull=False).count() == 1


def test_the_name_and_version_of_an_exam_are_taken_once(cast: Cast) -> None:
    api = Api(cast.author)
    assert send(api, BRANCHING).status == 201
    again = send(api, BRANCHING)
    assert (again.status, again.body["code"]) == (409, "name_taken")
    assert Exam.objects.count() == 1


BOMB = b'<?xml version="1.0"?><!DOCTYPE exam [<!ENTITY a "aaaa">]><exam>&a;</exam>'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<exam", XmlFault.MALFORMED),
        (b"<other/>", XmlCode.NOT_AN_EXAM),
        (BOMB, XmlFault.DTD),
        (b" " * (MAX_BYTES + 1), XmlFault.TOO_LARGE),
    ],
)
def test_what_is_no_document_is_refused_and_said_to_be_so(
    cast: Cast, data: bytes, code: str
) -> None:
    for query in ("", "?partly=true"):
        refused = send(Api(cast.author), data, query)
        assert (refused.status, refused.body["code"]) == (422, "document_invalid")
        assert str(code) in refused.body["data"]["faults"]
    assert not Exam.objects.exists()


def test_only_xml_is_read(cast: Cast) -> None:
    refused = send(Api(cast.author), BRANCHING, kind="application/json")
    assert (refused.status, refused.content_type) == (415, "application/problem+json")
    unclear = send(Api(cast.author), BRANCHING, "?partly=perhaps")
    assert (unclear.status, unclear.body["code"]) == (422, "invalid_request")
    assert not Exam.objects.exists()


def test_no_outsider_and_no_student_takes_an_exam_out_or_brings_one_in(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast)
    people: list[tuple[Any, int, int]] = [
        (cast.olga, 404, 403),
        (cast.ana, 403, 403),
        (None, 401, 401),
    ]
    for who, out, into in people:
        api = Api(who)
        assert api.get(f"/exams/{exam_id}/xml").status == out
        assert send(api, BRANCHING).status == into
    assert Exam.objects.count() == 1


def test_the_documentation_names_both_with_the_type_of_their_document(cast: Cast) -> None:
    paths = Api(cast.author).get("/openapi.json").body["paths"]
    body = paths[FROM_XML]["post"]["requestBody"]["content"]
    assert "application/xml" in body
    said = paths["/api/v1/exams/{exam_id}/xml"]["get"]["responses"]["200"]["content"]
    assert "application/xml" in said
