"""Drawing a paper: the same seed gives the same paper; order and number follow the pools."""

from collections import Counter
from decimal import Decimal

from hypothesis import given, strategies as st

from exams.domain import paper as papers
from exams.domain.answer import QuestionKind
from exams.domain.content import ChoiceContent, ExamContent, PoolContent, QuestionContent
from exams.domain.paper import draw, shuffled


def choice(key: int) -> ChoiceContent:
    return ChoiceContent(
        key=key, text=f"c{key}", html="", match_key=key + 500, match=f"m{key}", match_html=""
    )


def question(
    number: int, kind: QuestionKind = QuestionKind.CHOICE, *, shuffle: bool = True
) -> QuestionContent:
    return QuestionContent(
        id=number,
        name="",
        kind=kind,
        prompt="p",
        prompt_html="p",
        shuffle_choices=shuffle,
        choices=tuple(choice(key) for key in range(1, 7)),
    )


def exam(*pools: PoolContent) -> ExamContent:
    return ExamContent(
        name="", version_label="1", subject="", passing_score=Decimal(50), pools=pools
    )


def pool(*numbers: int, draws: int | None = None, mixes: bool = False) -> PoolContent:
    return PoolContent(
        id=1,
        name="",
        randomize_questions=mixes,
        number_to_answer=draws,
        questions=tuple(question(number) for number in numbers),
    )


@given(st.text(), st.lists(st.integers(), unique=True))
def test_a_shuffle_keeps_everything_and_depends_only_on_the_seed(seed: str, ids: list[int]) -> None:
    assert sorted(shuffled(seed, "x", ids)) == sorted(ids)
    assert shuffled(seed, "x", ids) == shuffled(seed, "x", reversed(ids))


def test_a_shuffle_is_fair_enough() -> None:
    """Each of 4 ids comes first in about a quarter of 2000 seeds."""
    firsts = Counter(shuffled(str(seed), "x", range(4))[0] for seed in range(2000))
    assert all(400 < firsts[one] < 600 for one in range(4))


def test_an_ordered_pool_keeps_its_order_and_asks_everything() -> None:
    drawn = draw(exam(pool(3, 1, 2, draws=2)), "seed")
    assert drawn.question_ids() == [3, 1, 2]


def test_a_random_pool_asks_the_wanted_number_and_differs_by_seed() -> None:
    content = exam(pool(*range(1, 11), draws=3, mixes=True))
    papers_ = {tuple(draw(content, str(seed)).question_ids()) for seed in range(10)}
    assert all(len(set(one)) == 3 for one in papers_)
    assert len(papers_) > 5


def test_pools_keep_their_order() -> None:
    second = PoolContent(id=2, name="", questions=(question(20),))
    drawn = draw(exam(pool(10, 11, mixes=True), second), "seed")
    assert drawn.question_ids()[2] == 20


def test_choices_are_shuffled_only_where_asked() -> None:
    fixed = PoolContent(id=1, name="", questions=(question(1, shuffle=False), question(2)))
    orders = [draw(exam(fixed), str(seed)).questions for seed in range(10)]
    assert all(one[0].choices == (1, 2, 3, 4, 5, 6) for one in orders)
    assert len({one[1].choices for one in orders}) > 5


def test_the_right_hand_sides_of_a_match_never_stand_in_authored_order_by_rule() -> None:
    matching = PoolContent(
        id=1, name="", questions=(question(1, QuestionKind.MATCHING, shuffle=False),)
    )
    orders = {draw(exam(matching), str(seed)).questions[0].choices for seed in range(10)}
    assert len(orders) > 5
    assert all(sorted(order) == [501, 502, 503, 504, 505, 506] for order in orders)


def test_a_paper_survives_being_stored() -> None:
    drawn = draw(exam(pool(1, 2, 3, mixes=True)), "seed")
    assert papers.from_json(papers.to_json(drawn)) == drawn
