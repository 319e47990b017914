from decimal import Decimal

from hypothesis import given, strategies as st
from msgspec.structs import replace

from exams.domain.answer import QuestionKind
from exams.domain.content import ChoiceContent, ExamContent, PoolContent, QuestionContent
from exams.domain.differences import Change, How, What, changes_between


def choice(key: int, text: str, **changes: object) -> ChoiceContent:
    return replace(ChoiceContent(key=key, match_key=key, text=text, html=text), **changes)


def question(number: int, **changes: object) -> QuestionContent:
    made = QuestionContent(
        id=number,
        name=f"Q{number}",
        kind=QuestionKind.CHOICE,
        prompt=f"What is {number}?",
        prompt_html="",
        choices=(choice(number * 10, "yes"), choice(number * 10 + 1, "no")),
    )
    return replace(made, **changes)


def exam(*pools: tuple[QuestionContent, ...], **changes: object) -> ExamContent:
    made = ExamContent(
        name="Trees",
        version_label="1",
        subject="",
        passing_score=Decimal(50),
        pools=tuple(
            PoolContent(id=number, name=f"Part {number}", questions=questions)
            for number, questions in enumerate(pools, start=1)
        ),
    )
    return replace(made, **changes)


def copied(content: ExamContent) -> ExamContent:
    """The same exam as a new version: every row has another id, the choices keep their keys."""
    return replace(
        content,
        pools=tuple(
            replace(
                pool,
                id=pool.id + 1000,
                next_question_pool=pool.next_question_pool and pool.next_question_pool + 1000,
                questions=tuple(replace(one, id=one.id + 1000) for one in pool.questions),
            )
            for pool in content.pools
        ),
    )


Q1, Q2, Q3, Q4 = (question(number) for number in range(1, 5))
TWO = exam((Q1, Q2), (Q3, Q4))


def test_a_copy_differs_in_nothing() -> None:
    linked = replace(TWO, pools=(replace(TWO.pools[0], next_question_pool=2), TWO.pools[1]))
    assert changes_between(linked, copied(linked)) == []


def test_a_question_that_changed_its_section_was_moved_and_not_taken_out_and_put_in() -> None:
    assert changes_between(TWO, copied(exam((Q1,), (Q3, Q2, Q4)))) == [
        Change(What.QUESTION, How.MOVED, ("Part 2", "Q2"), "place", "Part 1", "Part 2")
    ]


def test_of_questions_in_another_order_as_few_as_possible_were_moved() -> None:
    one = exam((Q1, Q2, Q3, Q4))
    changes = changes_between(one, copied(exam((Q4, Q1, Q2, Q3))))
    assert [(change.how, change.path[-1]) for change in changes] == [(How.MOVED, "Q4")]


def test_a_question_named_and_worded_anew_at_its_place_is_the_same_one() -> None:
    keys = tuple(replace(one, key=one.key + 500) for one in Q2.choices)
    anew = replace(Q2, name="Other", prompt="Why?", choices=keys)
    changes = changes_between(exam((Q1, Q2)), copied(exam((Q1, anew))))
    assert [(one.how, one.field) for one in changes] == [
        (How.CHANGED, "name"),
        (How.CHANGED, "prompt"),
    ]


def test_what_came_and_went_is_named_with_its_section() -> None:
    other = replace(Q3, choices=(choice(30, "oak"), choice(31, "elm")))
    changes = changes_between(exam((Q1, Q2)), copied(exam((Q1, other))))
    assert changes == [
        Change(What.QUESTION, How.REMOVED, ("Part 1", "Q2")),
        Change(What.QUESTION, How.ADDED, ("Part 1", "Q3")),
    ]


def test_every_attribute_is_told_before_and_after() -> None:
    changed = replace(Q1, name="New", prompt="Why?", points=Decimal(3), accept=(".pdf", ".png"))
    assert changes_between(exam((Q1,)), copied(exam((changed,)))) == [
        Change(What.QUESTION, How.CHANGED, ("Part 1", "New"), "name", "Q1", "New"),
        Change(What.QUESTION, How.CHANGED, ("Part 1", "New"), "prompt", "What is 1?", "Why?"),
        Change(What.QUESTION, How.CHANGED, ("Part 1", "New"), "points", "1", "3"),
        Change(What.QUESTION, How.CHANGED, ("Part 1", "New"), "accept", "", ".pdf .png"),
    ]


def test_choices_are_followed_by_their_keys() -> None:
    yes, no = Q1.choices
    changed = replace(
        Q1, choices=(choice(99, "perhaps"), no, replace(yes, text="sure", fraction=Decimal(100)))
    )
    changes = changes_between(exam((Q1,)), copied(exam((changed,))))
    told = [(one.how, one.path[-1], one.field, one.after) for one in changes]
    assert told[0] == (How.ADDED, "perhaps", "", "")
    assert (How.CHANGED, "sure", "text", "sure") in told
    assert (How.CHANGED, "sure", "fraction", "100") in told
    assert sum(one[0] is How.MOVED for one in told) == 1
    gone = changes_between(exam((Q1,)), copied(exam((replace(Q1, choices=(yes,)),))))
    assert [(one.how, one.path[-1]) for one in gone] == [(How.REMOVED, "no")]


def test_sections_are_followed_and_jumps_told_by_their_names() -> None:
    moved = replace(TWO, pools=(TWO.pools[1], TWO.pools[0]), passing_score=Decimal(60))
    told = [(one.what, one.how, one.field) for one in changes_between(TWO, copied(moved))]
    assert told.count((What.POOL, How.MOVED, "place")) == 1
    assert (What.EXAM, How.CHANGED, "passing_score") in told
    jump = replace(TWO, pools=(replace(TWO.pools[0], next_question_pool=2), TWO.pools[1]))
    assert changes_between(TWO, copied(jump)) == [
        Change(What.POOL, How.CHANGED, ("Part 1",), "next_question_pool", "", "Part 2")
    ]
    fewer = changes_between(TWO, copied(exam((Q1, Q2))))
    assert (What.POOL, How.REMOVED, ("Part 2",)) in [(o.what, o.how, o.path) for o in fewer]
    more = changes_between(exam((Q1, Q2)), copied(TWO))
    assert (What.POOL, How.ADDED, ("Part 2",)) in [(o.what, o.how, o.path) for o in more]


@given(st.permutations([1, 2, 3, 4, 5]), st.integers(0, 5))
def test_a_mere_order_never_takes_out_or_puts_in(order: list[int], cut: int) -> None:
    before = exam(tuple(question(number) for number in range(1, 6)), ())
    placed = tuple(question(number) for number in order)
    changes = changes_between(before, copied(exam(placed[:cut], placed[cut:])))
    assert {one.how for one in changes} <= {How.MOVED}
    assert len({one.path[-1] for one in changes}) == len(changes)
