"""Who descends from whom, drawn: generations, a tree, places in a picture. Imports neither flask nor sqlalchemy."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

Edge = tuple[int, int]
"""A parent and its child."""

COLUMN, ROW, WIDTH, HEIGHT = 190, 56, 150, 40
"""Distances between the boxes of the picture and their size, in the units of its view box."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A line of the tree: the bundle, how deep it stands, and whether it was shown before under another parent."""

    bundle_id: int
    depth: int
    again: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A bundle in the picture: its upper left corner."""

    bundle_id: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Picture:
    """The boxes of a picture, the lines between them, and how large it is."""

    boxes: Sequence[Box]
    lines: Sequence[tuple[int, int, int, int]]
    width: int
    height: int


def generations(bundles: Iterable[int], edges: Iterable[Edge]) -> dict[int, int]:
    """The generation of each bundle: 0 without a parent, else one after its latest parent.

    Children have higher ids than their parents, because they are made of them.
    """
    found = dict.fromkeys(sorted(bundles), 0)
    for parent, child in sorted(set(edges), key=lambda edge: edge[1]):
        if parent in found and child in found:
            found[child] = max(found[child], found[parent] + 1)
    return found


def tree(bundles: Iterable[int], edges: Iterable[Edge]) -> Iterator[Branch]:
    """The bundles with their children below them; one with several parents has its own children under the first."""
    known = sorted(bundles)
    children: dict[int, list[int]] = {}
    below: set[int] = set()
    for parent, child in sorted(set(edges)):
        if parent != child:
            children.setdefault(parent, []).append(child)
            below.add(child)
    met: set[int] = set()
    waiting = [(bundle_id, 0) for bundle_id in reversed(known) if bundle_id not in below]
    while waiting:
        bundle_id, depth = waiting.pop()
        again = bundle_id in met
        yield Branch(bundle_id, depth, again)
        met.add(bundle_id)
        if not again:
            waiting += [(child, depth + 1) for child in reversed(children.get(bundle_id, []))]


def picture(bundles: Iterable[int], edges: Sequence[Edge]) -> Picture:
    """Place each generation in a column of its own, from left to right, and join parents with children."""
    depth_of = generations(bundles, edges)
    rows: dict[int, int] = {}
    boxes: dict[int, Box] = {}
    for bundle_id, depth in depth_of.items():
        row = rows.get(depth, 0)
        rows[depth] = row + 1
        boxes[bundle_id] = Box(bundle_id, depth * COLUMN + 5, row * ROW + 5)
    lines = [_line(boxes, edge) for edge in sorted(set(edges)) if edge[0] in boxes and edge[1] in boxes]
    width = max(depth_of.values(), default=0) * COLUMN + WIDTH + 10
    return Picture(list(boxes.values()), lines, width, max(rows.values(), default=0) * ROW + 10)


def _line(boxes: Mapping[int, Box], edge: Edge) -> tuple[int, int, int, int]:
    parent, child = boxes[edge[0]], boxes[edge[1]]
    return parent.x + WIDTH, parent.y + HEIGHT // 2, child.x, child.y + HEIGHT // 2
