"""Names of what processes make: tags after the first input, mixtures after their heats."""

import pytest

from inventory.errors import TagRepeated
from inventory.making import Line, Order, Output, mixed_name, name_tags
from inventory.states import ProcessKind


def test_parts_are_numbered_after_the_bundle_and_take_no_tag_that_is_borne() -> None:
    assert name_tags("T1", [None, "T1-2", None], {"T1-1"}, 60) == ["T1-3", "T1-2", "T1-4"]


def test_a_long_tag_is_cut_so_that_the_number_fits() -> None:
    (tag,) = name_tags("A" * 60, [None], {"A" * 58 + "-1"}, 60)
    assert tag == "A" * 58 + "-2"


def test_a_mixture_is_called_by_its_heats_whatever_their_order() -> None:
    assert mixed_name([("H2", "Mill"), ("H1", "Mill")]) == ("H1+H2", "Mill")
    assert mixed_name([("H1", "B"), ("H1", "A")]) == ("H1+H1", "A / B")


def test_a_mixture_of_many_heats_is_named_by_one_and_a_mark_of_all() -> None:
    parts = [(f"26-{number:05}", "Mill") for number in range(40)]
    number, mill = mixed_name(parts)
    assert len(number) <= 80
    assert (number[:10], mill) == ("26-00000+…", "Mill")
    assert mixed_name(parts[1:])[0] != number


def test_a_tag_is_named_once_in_an_order_whether_it_goes_in_or_comes_out() -> None:
    with pytest.raises(TagRepeated):
        Order(ProcessKind.SPLIT, [Line(["T1"], [Output(5, "A"), Output(5, "A")])]).check()
