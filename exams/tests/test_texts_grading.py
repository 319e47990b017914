"""Every state and fault of marking and regrading has its words."""

from exams import texts_grading as texts
from exams.domain.corrections import CorrectionFault, Remedy
from exams.domain.marking import AgreementRule, MarkingState
from exams.domain.regrade import Crossing, RegradeState
from exams.domain.rubric import RubricFault


def test_each_value_has_its_words() -> None:
    assert set(texts.REGRADE_STATES) == set(RegradeState)
    assert set(texts.MARKING_STATES) == set(MarkingState)
    assert set(texts.REMEDIES) == set(texts.REMEDIES_TOLD) == set(Remedy)
    assert set(texts.CORRECTION_FAULTS) == set(CorrectionFault)
    assert set(texts.AGREEMENT_RULES) == set(AgreementRule)
    assert set(texts.RUBRIC_FAULTS) == set(RubricFault)
    assert set(texts.CROSSINGS) == set(Crossing) - {Crossing.NONE}
