import json

import pytest

from exams.domain.draft import ChoiceDraft
from exams.services import pools
from exams.services.questions import add_question
from exams.tests.conftest import Cast, drafts
from exams.tests.pages import client_of, draft_exam, page_of, questions_of
from exams.tests.test_selectors_walks import answer, branching_exam, choice_question

pytestmark = pytest.mark.django_db


def step(closed: int, answers: dict[int, object]) -> dict[str, object]:
    return {"seed": "1", "closed": closed, "answers": {str(k): v for k, v in answers.items()}}


def test_the_picture_and_the_table_say_the_same(cast: Cast) -> None:
    exam_id = branching_exam(cast)
    page = page_of(client_of(cast.author).get(f"/exams/{exam_id}/ways/"))
    assert page.count('class="node') == 4
    assert "by “hard” to “gate-" in page
    assert "at once: “Three”" in page
    assert "otherwise, as the section says, “Three”" in page
    assert "out of reach" not in page


def test_a_section_out_of_reach_is_marked_by_shape_and_word_and_linked(cast: Cast) -> None:
    exam_id, first = draft_exam(cast, questions=False)
    lost = pools.add_pool(exam_id, name="Lost")
    last = pools.add_pool(exam_id, name="Last")
    for pool_id in (first, lost, last):
        add_question(pool_id, drafts()[1])
    pools.update_pool(
        first, name="A", randomize_questions=False, number_to_answer=None, next_question_pool=last
    )
    page = page_of(client_of(cast.author).get(f"/exams/{exam_id}/ways/"))
    assert "out of reach" in page
    assert 'class="node lost"' in page
    assert f'href="/exams/{exam_id}/sections/{lost}/"' in page
    exam_page = page_of(client_of(cast.author).get(f"/exams/{exam_id}/"))
    assert f'href="/exams/{exam_id}/ways/"' in exam_page


def test_an_exam_without_sections_says_so(cast: Cast) -> None:
    exam_id, first = draft_exam(cast, questions=False)
    pools.delete_pool(first)
    assert "No sections yet" in page_of(client_of(cast.author).get(f"/exams/{exam_id}/ways/"))


def test_a_walk_shows_pages_reasons_and_the_end(cast: Cast) -> None:
    exam_id = branching_exam(cast)
    client = client_of(cast.author)
    page_of(client.get(f"/exams/{exam_id}/walk/?seed=2"))
    path = f"/exams/{exam_id}/walk/step/"

    def said(closed: int, answers: dict[int, object]) -> dict[str, list[str]]:
        body = json.dumps(step(closed, answers))
        found: dict[str, list[str]] = client.post(path, body, "application/json").json()
        return found

    assert len(said(0, {})["questions"]) == 1
    hard = said(1, answer(exam_id, "hard"))
    assert hard["trail"][0].startswith("“Part one” ended at once by the answer")
    assert "→ “Three”, by “hard”" in hard["trail"][1]
    over = said(99, answer(exam_id, "hard"))
    assert over["end"][:2] == ["1 of 2 points", "Passed"]
    assert "2 questions were asked" in over["end"][2]


def test_a_walk_without_points_neither_passes_nor_fails(cast: Cast) -> None:
    exam_id, pool_id = draft_exam(cast, questions=False)
    add_question(pool_id, choice_question("survey", ChoiceDraft("a"), ChoiceDraft("b")))
    body = json.dumps(step(9, {}))
    path = f"/exams/{exam_id}/walk/step/"
    end = client_of(cast.author).post(path, body, "application/json").json()["end"]
    assert end[0].startswith("Nothing on this way is marked")
    add_question(pool_id, drafts()[3])
    essay = step(9, {questions_of(exam_id)[1]: "words"})
    end = client_of(cast.author).post(path, json.dumps(essay), "application/json").json()["end"]
    assert end[0] == "Some answers wait for a person."


def test_nonsense_is_refused_and_outsiders_see_nothing(cast: Cast) -> None:
    exam_id = branching_exam(cast)
    path = f"/exams/{exam_id}/walk/step/"
    bad = client_of(cast.author).post(path, '{"closed": -1}', "application/json")
    assert bad.status_code == 400
    for who, status in ((cast.olga, 404), (cast.ana, 403)):
        client = client_of(who)
        for address in ("ways/", "walk/"):
            assert client.get(f"/exams/{exam_id}/{address}").status_code == status
        assert client.post(path, json.dumps(step(0, {})), "application/json").status_code == status
