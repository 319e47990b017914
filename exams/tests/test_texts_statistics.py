"""Every reason and every doubt has its words."""

from exams.domain.doubts import Doubt
from exams.domain.reliability import Undefined
from exams.texts_statistics import DOUBTS, UNDEFINED


def test_nothing_is_without_words() -> None:
    assert set(DOUBTS) == set(Doubt)
    assert set(UNDEFINED) == set(Undefined)
