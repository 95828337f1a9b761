"""What may be put together: prices with tax, prices without, plain figures, and amounts of money; pure."""

from enum import StrEnum

from pricing.formulas.errors import MixedTax, SettlementInside, TwiceBare, TwoPrices
from pricing.formulas.tree import Average, Bare, Binary, Bounded, Freight, Negative, Node, Number, Settlement, children


class Kind(StrEnum):
    """What a part stands for. A plain number takes the kind of what it is added to."""

    NUMBER = "number"
    TAXED = "taxed"
    BARE = "bare"
    MONEY = "money"


def check(node: Node) -> Kind:
    """The kind of a whole formula; raises a kind of `FormulaMixesKinds`."""
    if isinstance(node, Settlement):
        _added(node, *(_kind(part) for part in children(node)))
        return Kind.MONEY
    return _kind(node)


def _kind(node: Node) -> Kind:
    match node:
        case Number():
            return Kind.NUMBER
        case Average():
            return Kind.TAXED
        case Binary(sign="*" | "/"):
            return _scaled(node)
        case Binary() | Bounded():
            return _added(node, *(_kind(part) for part in children(node)))
        case Bare():
            if _kind(node.part) is Kind.BARE:
                raise TwiceBare(position=node.at + 1)
            return Kind.BARE
        case Freight():
            return _kind(node.amount)
        case Settlement():
            raise SettlementInside(position=node.at + 1)
        case Negative() | _:
            return _kind(next(children(node)))


def _scaled(node: Binary) -> Kind:
    left, right = _kind(node.left), _kind(node.right)
    if right is not Kind.NUMBER and (node.sign == "/" or left is not Kind.NUMBER):
        raise TwoPrices(position=node.at + 1)
    return left if right is Kind.NUMBER else right


def _added(node: Node, *kinds: Kind) -> Kind:
    prices = {kind for kind in kinds if kind is not Kind.NUMBER}
    if len(prices) > 1:
        raise MixedTax(position=node.at + 1)
    return prices.pop() if prices else Kind.NUMBER
