"""What was corrected in a sitting: the newest version holds, for that sitting alone."""

from exams.domain.corrections import Correction, Remedy
from exams.models import KeyCorrection, RegradeRun
from exams.selectors.corrections import corrections_of
from exams.tests.conftest import Taking


def test_the_newest_version_holds(running: Taking) -> None:
    assert corrections_of(running.sitting_id) == {}
    for version, remedy in enumerate(("void", "full"), start=1):
        run = RegradeRun.objects.create(
            sitting_id=running.sitting_id,
            reason="x",
            state="applied",
            created_by=running.cast.grader,
        )
        KeyCorrection.objects.create(
            sitting_id=running.sitting_id,
            version=version,
            document={"7": {"remedy": remedy}},
            run=run,
        )
    assert corrections_of(running.sitting_id) == {7: Correction(remedy=Remedy.FULL)}
    assert corrections_of(10**9) == {}
