"""The forms of marking: rules, picked levels, rubric rows."""

from dataclasses import replace
from decimal import Decimal

from exams.domain.answer import QuestionKind
from exams.domain.marking import AgreementRule, MarkingRules
from exams.forms_marking import PickForm, PlanForm, RubricEditor
from exams.tests.test_services_markings import RUBRIC


def test_the_rules_of_marking_are_what_was_chosen() -> None:
    chosen = {"blind": "on", "tolerance_percent": "0", "agreement": "higher"}
    form = PlanForm(chosen)
    assert form.is_valid()
    rules = MarkingRules(blind=True, tolerance_percent=0, agreement=AgreementRule.HIGHER)
    assert form.rules() == replace(rules, show_criteria=False)
    told = PlanForm({**chosen, "show_criteria": "on"})
    assert told.is_valid()
    assert told.rules() == rules
    assert not PlanForm({"tolerance_percent": "-1", "agreement": "higher"}).is_valid()


def test_one_level_of_each_criterion_is_picked() -> None:
    form = PickForm(RUBRIC, {"level-0": "1", "level-1": "0", "remark-1": "Clear"})
    assert form.is_valid()
    assert (form.levels(), form.remarks()) == ({0: 1, 1: 0}, {0: "", 1: "Clear"})
    assert len(form.criteria()) == 2
    for bad in ({"level-0": "1"}, {"level-0": "3", "level-1": "0"}):
        assert not PickForm(RUBRIC, bad).is_valid()


def test_whoever_writes_a_remark_is_told_who_reads_it() -> None:
    assert PickForm(RUBRIC)["remark-0"].label == "Remark for the student"
    assert PickForm(RUBRIC, is_read=False)["remark-0"].label == "Remark, for markers only"


def test_a_stored_rubric_fills_its_rows_and_comes_back_the_same() -> None:
    editor = RubricEditor(QuestionKind.TEXT, Decimal(4), RUBRIC)
    data = {"guidance": RUBRIC.guidance}
    for row in [editor.rows.management_form, *editor.rows]:
        for field in row:
            data[field.html_name] = "" if field.value() is None else str(field.value())
    again = RubricEditor(QuestionKind.TEXT, Decimal(4), RUBRIC, data)
    assert again.is_valid()
    assert again.rubric == RUBRIC


def test_more_rows_than_allowed_are_refused() -> None:
    data = {"criteria-TOTAL_FORMS": "21", "criteria-INITIAL_FORMS": "0"}
    assert not RubricEditor(QuestionKind.TEXT, Decimal(4), None, data).is_valid()
