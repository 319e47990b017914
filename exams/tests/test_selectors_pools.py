import pytest

from exams.selectors.pools import later_pools, pool_places
from exams.services import pools
from exams.tests.conftest import Cast
from exams.tests.pages import draft_exam

pytestmark = pytest.mark.django_db


def test_only_sections_that_come_later_in_the_same_exam_are_offered(cast: Cast) -> None:
    exam_id, first = draft_exam(cast, questions=False)
    second = pools.add_pool(exam_id, name="two")
    third = pools.add_pool(exam_id, name="three")
    draft_exam(cast, name="another", questions=False)
    assert later_pools(exam_id, first) == [(second, "two"), (third, "three")]
    assert later_pools(exam_id, third) == []
    assert later_pools(exam_id, None) == []
    assert [place.order for place in pool_places(exam_id)] == [1, 2, 3]
