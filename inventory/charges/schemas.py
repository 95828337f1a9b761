"""Bodies, filters and answers of the reckoning of storage and handling."""

from inventory.charges.arithmetic import ChargeKind
from steelyard.api.fields import Choice, Day, Fen, IdField, Int, ListOf, Nested, Text, Timestamp
from steelyard.api.schemas import PageQuery, QuerySchema, Schema

_MOST = 10**8
_SIGNED = -(10**18)
MOST_FREE_DAYS = 3650
MONTH = r"20[0-9]{2}-(0[1-9]|1[0-2])"


class TariffIn(Schema):
    """A new version of the tariff, in fen per tonne and day, and per tonne; the minimum is that of a month."""

    valid_from = Day(required=True)
    valid_to = Day()
    storage_fen_per_t_day = Fen(max=_MOST, required=True)
    free_days = Int(max=MOST_FREE_DAYS, required=True)
    in_fen_per_t = Fen(max=_MOST, required=True)
    out_fen_per_t = Fen(max=_MOST, required=True)
    minimum_fen = Fen(required=True)
    remark = Text(max=200)


class TariffOut(TariffIn):
    """A version of the tariff."""

    id = IdField(required=True)
    warehouse_id = IdField(required=True)
    valid_to = Day(required=True, allow_none=True)
    remark = Text(max=200, required=True, allow_none=True)
    set_at = Timestamp(required=True)


class MonthQuery(QuerySchema):
    """A month, ``2026-11``; by default the present one."""

    month = Text(max=7, pattern=MONTH)


class ChargesQuery(PageQuery, MonthQuery):
    """A month, and which page of owners."""


class ChargesOut(Schema):
    """What an owner is asked for in a month."""

    owner_org_id = IdField(required=True)
    owner_name = Text(max=120, required=True)
    month = Text(max=7, required=True)
    last_day = Day(required=True)
    total_fen = Int(min=_SIGNED, required=True)


class ChargeLineOut(Schema):
    """A line: quantity (gram-days, or grams) × rate (fen per tonne and day, or per tonne) = amount, rounded once.

    ``rate_fen`` is null where no tariff held. The line of the minimum has no quantity.
    """

    kind = Choice(ChargeKind, required=True)
    first = Day(required=True)
    last = Day(required=True)
    quantity = Int(min=_SIGNED, required=True, allow_none=True)
    rate_fen = Int(required=True, allow_none=True)
    amount_fen = Int(min=_SIGNED, required=True)
    tariff_id = IdField(required=True, allow_none=True)


class StatementIssueIn(Schema):
    """The month of which a statement is issued, ``2026-10``."""

    month = Text(max=7, pattern=MONTH, required=True)


class CorrectionIn(Schema):
    """Why a statement that was issued is set right."""

    reason = Text(max=200, required=True)


class IssuedQuery(PageQuery, MonthQuery):
    """Which of the statements that were issued."""

    warehouse_id = IdField()
    owner_org_id = IdField()


class IssuedHeadOut(Schema):
    """The head of a statement as it was issued; ``corrects_id`` is the one in whose place it stands."""

    id = IdField(required=True)
    number = Text(max=24, required=True)
    warehouse_id = IdField(required=True)
    owner_org_id = IdField(required=True, attribute="owner_id")
    owner_name = Text(max=120, required=True)
    month = Day(required=True)
    last_day = Day(required=True)
    total_fen = Int(min=_SIGNED, required=True)
    corrects_id = IdField(required=True, allow_none=True)
    reason = Text(max=200, required=True, allow_none=True)
    issued_at = Timestamp(required=True)


class StatementOut(ChargesOut):
    """A statement with its lines."""

    lines = ListOf(Nested(ChargeLineOut), required=True)


class IssuedOut(IssuedHeadOut):
    """A statement as it was issued; ``later_id`` is the one that stands in its place now."""

    later_id = IdField(required=True, allow_none=True)
    difference_fen = Int(min=_SIGNED, required=True, allow_none=True)
    lines = ListOf(Nested(ChargeLineOut), required=True)
