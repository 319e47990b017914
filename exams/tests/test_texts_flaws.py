from exams.domain.images import ImageFlaw
from exams.domain.paths import Flaw
from exams.texts_flaws import IMAGE_FLAWS, WAY_FLAWS


def test_every_flaw_has_its_words_on_the_checklist() -> None:
    assert set(WAY_FLAWS) == set(Flaw)
    assert set(IMAGE_FLAWS) == set(ImageFlaw)
