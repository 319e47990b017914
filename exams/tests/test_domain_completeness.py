"""What keeps an exam from review."""

from dataclasses import replace

import pytest

from exams.domain.completeness import Gap, Section, gaps_of


def section(questions: int, drawn: int | None = None, *, shuffled: bool = True) -> Section:
    return Section(id=7, name="s", questions=questions, drawn=drawn, is_shuffled=shuffled)


@pytest.mark.parametrize(
    ("sections", "gaps"),
    [
        ([], [Gap.NO_QUESTIONS]),
        ([section(0)], [Gap.NO_QUESTIONS]),
        ([section(0), section(1)], []),
        ([section(2, shuffled=False)], []),
        ([section(2, 2)], []),
        ([section(2, 3)], [Gap.DRAWS_MORE_THAN_IT_HAS]),
        ([section(2, 0)], [Gap.DRAWS_MORE_THAN_IT_HAS]),
        ([section(2, 1, shuffled=False)], [Gap.DRAW_NEEDS_RANDOMIZE]),
        ([section(1), replace(section(1), wrong_ways=2)], [Gap.WAY_LEADS_WRONG]),
        ([section(1), section(0, 1)], [Gap.DRAWS_MORE_THAN_IT_HAS]),
    ],
)
def test_gaps(sections: list[Section], gaps: list[Gap]) -> None:
    assert [gap for gap, _section in gaps_of(sections)] == gaps


def test_a_gap_names_its_section() -> None:
    poor = section(1, 2)
    assert list(gaps_of([section(3), poor])) == [(Gap.DRAWS_MORE_THAN_IT_HAS, poor)]
