import pytest

from exams.selectors.submissions import stored_attempts


@pytest.mark.django_db
def test_a_sitting_without_attempts_has_nothing_stored() -> None:
    assert stored_attempts(4711) == []
