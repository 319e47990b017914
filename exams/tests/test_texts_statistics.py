"""Every reason and every doubt has its words."""

from exams.domain.doubts import Doubt
from exams.domain.reliability import Undefined
from exams.texts_statistics import DOUBTS, OUTCOMES, UNDEFINED
from exams.views.overview import Outcome


def test_nothing_is_without_words() -> None:
    assert set(DOUBTS) == set(Doubt)
    assert set(UNDEFINED) == set(Undefined)
    assert set(OUTCOMES) == set(Outcome)
