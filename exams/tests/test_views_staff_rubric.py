"""Authors write a rubric: criteria with levels that add up to the points of the question."""

from decimal import Decimal

from exams.domain.answer import QuestionKind
from exams.domain.draft import QuestionDraft
from exams.domain.rubric import RubricContent
from exams.models import Level, Rubric
from exams.selectors.exams import pools_of_exam
from exams.selectors.rubrics import rubric_of
from exams.services import questions, review, rubrics
from exams.tests.conftest import Cast
from exams.tests.pages import client_of, draft_exam, page_of
from exams.tests.test_services_markings import RUBRIC


def essay_of(cast: Cast) -> tuple[int, int]:
    exam_id, pool_id = draft_exam(cast, questions=False)
    draft = QuestionDraft(name="essay", kind=QuestionKind.TEXT, prompt="Write", points=Decimal(4))
    return exam_id, questions.add_question(pool_id, draft)


def written(**changes: str) -> dict[str, str]:
    blank = {f"criteria-{row}-name": "" for row in range(2)} | {
        f"criteria-{row}-{field}_{level}": ""
        for row in range(2)
        for level in range(6)
        for field in ("points", "text")
    }
    rows = {
        "criteria-TOTAL_FORMS": "2",
        "criteria-INITIAL_FORMS": "0",
        "criteria-0-name": "Idea",
        "criteria-0-points_0": "0",
        "criteria-0-text_0": "None",
        "criteria-0-points_1": "۴",
        "criteria-0-text_1": "A new one",
        "guidance": "Read twice",
    }
    return blank | rows | {name.replace("__", "-"): value for name, value in changes.items()}


def test_a_rubric_is_written_and_taken_away_again(cast: Cast) -> None:
    _exam, question_id = essay_of(cast)
    client, path = client_of(cast.author), f"/questions/{question_id}/rubric/"
    assert f'href="{path}"' in page_of(client.get(f"/questions/{question_id}/"))
    bad = written() | {"criteria-0-points_1": "3"}
    assert "add up to the points" in page_of(client.post(path, bad), 422)
    nameless = written() | {"criteria-0-name": ""}
    assert "needs a name" in page_of(client.post(path, nameless), 422)
    assert "was saved" in page_of(client.post(path, written(), follow=True))
    stored = rubric_of(question_id)
    assert stored is not None
    assert (stored.guidance, stored.criteria[0].name) == ("Read twice", "Idea")
    assert [level.points for level in stored.criteria[0].levels] == [0, 4]
    assert "A new one" in page_of(client.get(path))
    more = page_of(client.post(path, written() | {"more": "1"}))
    assert 'name="criteria-2-name"' in more
    assert "Read twice" in more
    empty = written() | {f"criteria-0-{name}": "" for name in ("name", "points_0", "points_1")}
    page_of(client.post(path, empty, follow=True))
    assert not Rubric.objects.exists()


def test_a_rubric_goes_with_copies_of_its_question(cast: Cast) -> None:
    exam_id, question_id = essay_of(cast)
    rubrics.write_rubric(question_id, RUBRIC)
    copy_id = review.new_version(exam_id, version_label="2", actor_id=cast.author.pk)
    (copied,) = pools_of_exam(copy_id)[0].questions
    assert rubric_of(copied.id) == RUBRIC
    rubrics.write_rubric(question_id, RubricContent(criteria=()))
    assert rubric_of(copied.id) == RUBRIC
    assert Level.objects.count() == 5


def test_only_authors_write_rubrics_and_only_for_what_a_person_marks(cast: Cast) -> None:
    _exam, question_id = essay_of(cast)
    path = f"/questions/{question_id}/rubric/"
    for who, status in ((cast.grader, 403), (cast.ana, 403), (cast.olga, 404)):
        assert client_of(who).get(path).status_code == status
        assert client_of(who).post(path, written()).status_code == status
    _other, pool_id = draft_exam(cast, name="Numbers", questions=False)
    number = QuestionDraft(name="n", kind=QuestionKind.BOOL, prompt="?")
    asked = questions.add_question(pool_id, number)
    assert client_of(cast.author).get(f"/questions/{asked}/rubric/").status_code == 404
