from dataclasses import replace

import pytest

from exams.selectors.exams import pools_of_exam, question_draft
from exams.services import questions, review
from exams.tests.conftest import Cast
from exams.tests.pages import client_of, draft_exam, page_of, questions_of

pytestmark = pytest.mark.django_db


def two_versions(cast: Cast) -> tuple[int, int]:
    old, _pool = draft_exam(cast)
    review.send_to_review(old, actor_id=cast.author.pk)
    review.approve_exam(old, actor_id=cast.admin.pk)
    new = review.new_version(old, version_label="2", actor_id=cast.author.pk)
    first, second, *_rest = questions_of(new)
    questions.update_question(first, replace(question_draft(first), prompt="Another question?"))
    questions.delete_question(second)
    return old, new


def test_two_versions_are_compared_in_words(cast: Cast) -> None:
    old, new = two_versions(cast)
    page = page_of(client_of(cast.author).get(f"/exams/{new}/versions/"))
    assert "canary-prompt-one" in page
    assert "Another question?" in page
    assert "canary-name-two" in page
    assert "canary-name-three" not in page
    same = page_of(client_of(cast.author).get(f"/exams/{new}/versions/?from={new}&to={new}"))
    assert "Choose two different versions" in same
    back = page_of(client_of(cast.author).get(f"/exams/{new}/versions/?from={new}&to={old}"))
    assert back.index("Another question?") < back.index("canary-prompt-one")


def test_a_single_version_is_compared_with_nothing(cast: Cast) -> None:
    only, _pool = draft_exam(cast)
    assert "What changed" not in page_of(client_of(cast.author).get(f"/exams/{only}/versions/"))


def test_an_old_version_comes_back_as_a_new_draft(cast: Cast) -> None:
    old, new = two_versions(cast)
    client = client_of(cast.author)
    made = client.post(f"/exams/{new}/versions/", {"source": str(old), "version_label": "3"})
    restored = int(made.headers["Location"].split("/")[2])
    assert restored not in {old, new}
    names = [question.name for pool in pools_of_exam(restored) for question in pool.questions]
    assert "canary-name-two" in names
    page = page_of(client.get(f"/exams/{restored}/versions/?from={old}&to={restored}"))
    assert "canary-name" not in page
    taken = client.post(f"/exams/{new}/versions/", {"source": str(old), "version_label": "3"})
    assert "of this name already" in page_of(taken)


def test_versions_of_other_exams_are_neither_compared_nor_copied(cast: Cast) -> None:
    _old, new = two_versions(cast)
    other, _pool = draft_exam(cast, name="Another exam")
    client = client_of(cast.author)
    page = page_of(client.get(f"/exams/{new}/versions/?from={other}&to=x"))
    assert f'value="{other}"' not in page
    made = client.post(f"/exams/{new}/versions/", {"source": str(other), "version_label": "9"})
    copy = int(made.headers["Location"].split("/")[2])
    assert "canary-name-two" not in [q.name for p in pools_of_exam(copy) for q in p.questions]


def test_an_outsider_sees_no_versions(cast: Cast) -> None:
    _old, new = two_versions(cast)
    for who, status in ((cast.olga, 404), (cast.ana, 403)):
        assert client_of(who).get(f"/exams/{new}/versions/").status_code == status
