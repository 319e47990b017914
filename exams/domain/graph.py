"""A picture of the ways through an exam: where each section and each line stands (pure).

Sections stand in one row in their order, so every way leads on; ways that pass over sections are
arcs above the row, each on its own height. Coordinates are in the units of an SVG's view box.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from exams.domain.paths import EdgeKind, PathEdge, PathNode

WIDTH: Final = 150
HEIGHT: Final = 58
GAP: Final = 54
MARGIN: Final = 16
END_WIDTH: Final = 76
RISE: Final = 26  # between two arcs, one above the other
MOST_ARCS: Final = 12  # heights; beyond these arcs share the highest one


@dataclass(frozen=True, slots=True)
class Box:
    """A section, or the end of the exam (`id` None), by its left upper corner."""

    id: int | None
    x: int
    y: int
    width: int
    node: PathNode | None = None

    @property
    def middle_x(self) -> int:
        """Where its words are centred."""
        return self.x + self.width // 2

    @property
    def middle_y(self) -> int:
        """Half of its height."""
        return self.y + HEIGHT // 2


@dataclass(frozen=True, slots=True)
class Line:
    """All ways from one section to the same next one.

    Attributes:
        path: As in the attribute `d` of an SVG path.
        by_answer: Whether only answers lead this way.
        ways: How many answers lead this way.
        label_x: Where the number of answers stands.
        label_y: Its baseline.
    """

    path: str
    by_answer: bool
    ways: int
    label_x: int
    label_y: int


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything to draw, with the size of the view box."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def picture_of(
    nodes: Sequence[PathNode], edges: Sequence[PathEdge], *, mirrored: bool = False
) -> Picture:
    """Return the picture of a graph, from left to right, or mirrored for scripts that run so."""
    places: dict[int | None, int] = {node.id: place for place, node in enumerate(nodes)}
    places[None] = len(nodes)
    ways: dict[tuple[int, int], list[PathEdge]] = {}
    for edge in edges:
        ways.setdefault((places[edge.source], places[edge.target]), []).append(edge)
    heights = _heights(list(ways))
    top = MARGIN + RISE * (max(heights.values(), default=0) + 1)
    width = 2 * MARGIN + len(nodes) * (WIDTH + GAP) + END_WIDTH
    boxes = tuple(_box(place, node, top) for place, node in enumerate([*nodes, None]))
    if mirrored:
        boxes = tuple(_mirrored(box, width) for box in boxes)
    lines = tuple(
        _line(boxes[start], boxes[end], edges_of, heights.get((start, end), 0), mirrored=mirrored)
        for (start, end), edges_of in ways.items()
    )
    return Picture(width, top + HEIGHT + MARGIN, boxes, lines)


def _box(place: int, node: PathNode | None, top: int) -> Box:
    x = MARGIN + place * (WIDTH + GAP)
    return Box(node.id if node else None, x, top, WIDTH if node else END_WIDTH, node)


def _mirrored(box: Box, width: int) -> Box:
    return Box(box.id, width - box.x - box.width, box.y, box.width, box.node)


def _heights(ways: Sequence[tuple[int, int]]) -> Mapping[tuple[int, int], int]:
    """Return the height of each arc, from 1; short ones lie under the long ones they share with."""
    heights: dict[tuple[int, int], int] = {}
    for start, end in sorted(ways, key=lambda way: (way[1] - way[0], way)):
        if end - start == 1:
            continue
        taken = {heights[one] for one in heights if one[0] < end and start < one[1]}
        free = [height for height in range(1, MOST_ARCS) if height not in taken]
        heights[start, end] = free[0] if free else MOST_ARCS
    return heights


def _line(start: Box, end: Box, edges: Sequence[PathEdge], height: int, *, mirrored: bool) -> Line:
    answers = [edge for edge in edges if edge.kind is EdgeKind.ANSWER]
    if not height:
        left = start.x if mirrored else start.x + start.width
        right = end.x + end.width if mirrored else end.x
        y = start.middle_y
        return Line(
            f"M{left} {y}H{right}",
            len(answers) == len(edges),
            len(answers),
            (left + right) // 2,
            y - 6,
        )
    # Arcs of one section leave and arrive beside each other.
    shift = (-1 if mirrored else 1) * min(6 * height, WIDTH // 2 - 12)
    x1, x2 = start.middle_x + shift // 2, end.middle_x - shift // 2
    if end.id is None:
        x2 = end.middle_x
    y = start.y - RISE * height
    return Line(
        f"M{x1} {start.y}C{x1} {y} {x1} {y} {(x1 + x2) // 2} {y}S{x2} {y} {x2} {end.y}",
        len(answers) == len(edges),
        len(answers),
        (x1 + x2) // 2,
        y - 4,
    )
