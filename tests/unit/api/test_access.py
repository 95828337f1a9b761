"""A rule lets in whom it names, and nobody else."""

import pytest

from steelyard.api.access import covers, rule
from steelyard.core.actors import Actor, OrgKind, Role


def actor(kind: OrgKind, *roles: Role, scopes: frozenset[str] | None = None) -> Actor:
    """A person of an organisation of that kind."""
    return Actor(1, "Wang", 1, kind, "Firm", frozenset(roles), scopes)


@pytest.mark.parametrize("kind", OrgKind)
@pytest.mark.parametrize("role", Role)
def test_kind_and_role_are_both_asked_for(kind: OrgKind, role: Role) -> None:
    """Every pair: the kind must be named, and the role must be named or be the administrator's."""
    needed = rule("stock:read", kinds=[OrgKind.WAREHOUSE, OrgKind.TRADER], roles=[Role.KEEPER])
    allowed = kind.value in {"warehouse", "trader"} and role.value in {"keeper", "admin"}
    assert needed.allows(actor(kind, role)) == allowed
    assert rule("stock:read").allows(actor(kind, role))
    assert rule("stock:read", kinds=[OrgKind.MILL]).allows(actor(kind, role)) == (kind is OrgKind.MILL)
    assert rule("stock:read", roles=[Role.BUYER]).allows(actor(kind, role)) == (role in {Role.BUYER, Role.ADMIN})


def test_one_of_several_roles_is_enough() -> None:
    """A person with two roles passes by either; one without any passes where none is asked for."""
    needed = rule("stock:read", roles=[Role.KEEPER, Role.COUNTER])
    assert needed.allows(actor(OrgKind.WAREHOUSE, Role.VIEWER, Role.COUNTER))
    assert not needed.allows(actor(OrgKind.WAREHOUSE))
    assert rule("stock:read").allows(actor(OrgKind.WAREHOUSE))


@pytest.mark.parametrize(
    ("held", "needed", "enough"),
    [
        ("stock:read", "stock:read", True),
        ("stock:write", "stock:read", True),
        ("stock:read", "stock:write", False),
        ("stock:*", "stock:write", True),
        ("*", "stock:write", True),
        ("stoc:*", "stock:read", False),
        ("prices:write", "stock:read", False),
        ("", "stock:read", False),
    ],
)
def test_a_scope_covers_what_it_names(held: str, needed: str, enough: bool) -> None:
    """Writing covers reading, a star covers an area or everything, and a token never more than its scopes."""
    assert covers(frozenset({held}), needed) == enough
    token = actor(OrgKind.MILL, Role.ADMIN, scopes=frozenset({held}))
    assert rule(needed).allows(token) == enough
