"""Generations, tree and picture of a descent."""

from inventory.descent import COLUMN, Branch, generations, picture, tree

SPLIT_AND_MERGED = [(1, 2), (1, 3), (2, 4), (3, 4), (4, 5)]


def test_a_child_stands_behind_its_latest_parent() -> None:
    assert generations([1, 2, 3, 4, 5, 6], [*SPLIT_AND_MERGED, (1, 4)]) == {1: 0, 2: 1, 3: 1, 4: 2, 5: 3, 6: 0}


def test_the_tree_shows_the_children_of_a_merged_bundle_once() -> None:
    assert list(tree([1, 2, 3, 4, 5], SPLIT_AND_MERGED)) == [
        Branch(1, 0), Branch(2, 1), Branch(4, 2), Branch(5, 3), Branch(3, 1), Branch(4, 2, again=True),
    ]  # fmt: skip


def test_a_descent_that_is_cut_off_above_begins_where_it_is_seen() -> None:
    assert [branch.bundle_id for branch in tree([4, 5], [(4, 5)])] == [4, 5]
    assert generations([4, 5], [(3, 4), (4, 5)]) == {4: 0, 5: 1}


def test_a_chain_of_many_generations_needs_no_recursion() -> None:
    chain = [(number, number + 1) for number in range(5000)]
    assert sum(1 for _ in tree(range(5001), chain)) == 5001
    assert generations(range(5001), chain)[5000] == 5000


def test_the_picture_has_a_column_for_each_generation() -> None:
    found = picture([1, 2, 3, 4, 5], SPLIT_AND_MERGED)
    assert sorted({box.x // COLUMN for box in found.boxes}) == [0, 1, 2, 3]
    assert len({(box.x, box.y) for box in found.boxes}) == 5
    assert len(found.lines) == 5
    assert all(x1 < x2 <= found.width for x1, _, x2, _ in found.lines)
