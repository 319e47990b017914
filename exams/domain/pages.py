"""The pages of a paper: what is shown together and closed together (pure).

Free navigation through an exam that never branches is one page. Otherwise each section is a page,
cut after each question that can end its section; or, one question at a time, each question is.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from exams.domain.content import ExamContent, QuestionContent
from exams.domain.policy import Navigation


def sizes_of(
    content: ExamContent, asked: Sequence[QuestionContent], navigation: Navigation
) -> tuple[int, ...]:
    """Return how many of the asked questions, in their order, each page holds; none is one page.

    Args:
        content: Says where sections end and which answers branch.
        asked: The questions of one paper, in order.
        navigation: As the sitting allows it; an exam that branches is never wholly free.
    """
    if navigation is Navigation.FREE and not content.branches:
        return ()
    pools = {question.id: pool.id for pool in content.pools for question in pool.questions}
    groups = (list(group) for _, group in groupby(asked, key=lambda one: pools[one.id]))
    linear = navigation is Navigation.LINEAR
    return tuple(size for group in groups for size in _cut(group, linear=linear))


def _cut(group: Sequence[QuestionContent], *, linear: bool) -> Iterator[int]:
    """Cut one section's questions; what only informs goes with the question after it."""
    sizes, size = [0], 0
    for question in group:
        size += 1
        sizes[-1] = size
        if question.is_answerable and (linear or question.is_gate):
            sizes.append(0)
            size = 0
    return (one for one in _without_tail(sizes, group) if one)


def _without_tail(sizes: list[int], questions: Sequence[QuestionContent]) -> list[int]:
    """Let information after the last question stay with it, unless that one is a gate."""
    tail = sizes[-1]
    before = questions[: len(questions) - tail]
    is_plain = not any(one.is_answerable for one in questions[len(before) :])
    if tail and before and is_plain and not before[-1].is_gate:
        return [*sizes[:-2], sizes[-2] + tail]
    return sizes


def start_of(sizes: Sequence[int], index: int) -> int:
    """Return how many questions lie before a page."""
    return sum(sizes[:index])
