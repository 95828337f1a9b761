"""The plan of cycle counts: what holds most is counted most often, what was never counted by the age of its goods."""

from datetime import date, timedelta

from inventory.cycles import CycleClass, Held, plan, worth

TODAY = date(2026, 11, 23)


def held(id_: int, mass: int, counted: int | None = None, oldest: int | None = None) -> Held:
    """A place, the days since it was counted and since its oldest goods came."""
    days = (None if ago is None else TODAY - timedelta(days=ago) for ago in (counted, oldest))
    return Held(id_, f"P{id_}", 1, mass, *days)


def test_places_are_classed_by_their_share_and_due_by_their_class() -> None:
    found = plan([held(1, 70, 31), held(2, 20, 31), held(3, 6, 10), held(4, 4, 121)], TODAY)
    classes = {due.held.place_id: due.cycle_class for due in found}
    assert classes == {1: CycleClass.A, 2: CycleClass.A, 3: CycleClass.B, 4: CycleClass.C}
    assert [(due.held.place_id, (TODAY - due.due_on).days) for due in found] == [(1, 1), (2, 1), (4, 1), (3, -50)]


def test_what_was_never_counted_goes_by_its_oldest_goods_and_what_is_empty_is_not_planned() -> None:
    empty = Held(9, "P9", 0, 0, None, None)
    found = plan([held(1, 70, None, 5), held(2, 70, None, 200), held(3, 70), empty], TODAY)
    assert [(due.held.place_id, due.due_on <= TODAY) for due in found] == [(2, True), (3, True), (1, False)]


def test_values_decide_before_mass_and_old_goods_are_counted_as_often_as_the_class_above() -> None:
    light, heavy = Held(1, "P1", 1, 10, None, None, 90), Held(2, "P2", 1, 1000, None, None, 10)
    assert [due.held.place_id for due in plan([light, heavy], TODAY) if due.cycle_class is CycleClass.A] == [1]
    old = held(3, 1, 10, 181)
    found = {due.held.place_id: due.cycle_class for due in plan([held(1, 970, 10), old, held(4, 1, 10, 180)], TODAY)}
    assert found == {1: CycleClass.A, 3: CycleClass.B, 4: CycleClass.C}


def test_a_product_without_a_value_counts_as_the_others_do_on_average() -> None:
    masses = [(1, 7, 2_000_000), (1, 8, 1_000_000), (2, 9, 500_000)]
    assert worth(masses, {7: 400_000, 8: 700_000}) == {1: 1_500_000, 2: 250_000}
    assert worth(masses, {}) == {1: 0, 2: 0}
