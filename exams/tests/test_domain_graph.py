from itertools import pairwise

from hypothesis import given, strategies as st

from exams.domain.graph import Box, picture_of
from exams.domain.paths import EdgeKind, PathEdge, PathNode


def node(number: int) -> PathNode:
    return PathNode(number, f"Part {number}", 2, 2, is_reachable=True)


NODES = [node(1), node(2), node(3)]
EDGES = [
    PathEdge(1, 2, EdgeKind.ORDER),
    PathEdge(1, 3, EdgeKind.ANSWER, "Q", "yes"),
    PathEdge(1, 3, EdgeKind.ANSWER, "Q", "perhaps"),
    PathEdge(1, None, EdgeKind.ANSWER, "Q", "no"),
    PathEdge(2, 3, EdgeKind.ORDER),
    PathEdge(3, None, EdgeKind.ORDER),
]


def test_sections_stand_in_their_order_and_the_end_stands_last() -> None:
    picture = picture_of(NODES, EDGES)
    assert [box.id for box in picture.boxes] == [1, 2, 3, None]
    places = [box.x for box in picture.boxes]
    assert places == sorted(places)
    assert len({box.y for box in picture.boxes}) == 1


def test_ways_to_the_same_section_are_one_line_that_counts_its_answers() -> None:
    lines = picture_of(NODES, EDGES).lines
    assert sorted(line.ways for line in lines) == [0, 0, 0, 1, 2]
    assert [line.by_answer for line in lines] == [False, True, True, False, False]


def test_the_mirrored_picture_has_the_same_places_from_the_right() -> None:
    plain, mirrored = picture_of(NODES, EDGES), picture_of(NODES, EDGES, mirrored=True)
    assert [box.x for box in mirrored.boxes] == [
        plain.width - box.x - box.width for box in plain.boxes
    ]
    assert len(mirrored.lines) == len(plain.lines)


def test_an_exam_without_sections_is_only_its_end() -> None:
    picture = picture_of([], [])
    assert [box.id for box in picture.boxes] == [None]
    assert picture.lines == ()


@given(
    st.integers(1, 12).flatmap(
        lambda count: st.tuples(
            st.just(count),
            st.lists(
                st.tuples(st.integers(1, count), st.integers(2, count + 1)).filter(
                    lambda way: way[0] < way[1]
                ),
                max_size=30,
            ),
        )
    )
)
def test_every_picture_keeps_its_boxes_apart_and_its_arcs_inside(
    graph: tuple[int, list[tuple[int, int]]],
) -> None:
    count, ways = graph
    edges = [PathEdge(a, b if b <= count else None, EdgeKind.ANSWER, "Q", "x") for a, b in ways]
    picture = picture_of([node(number + 1) for number in range(count)], edges)
    boxes = sorted(picture.boxes, key=lambda box: box.x)
    assert all(left.x + left.width < right.x for left, right in pairwise(boxes))
    assert all(fits(box, picture.width, picture.height) for box in boxes)
    assert all(0 < line.label_y < picture.height for line in picture.lines)
    assert len(picture.lines) == len(set(ways))


def fits(box: Box, width: int, height: int) -> bool:
    return box.x >= 0 and box.x + box.width <= width and 0 <= box.y < height
