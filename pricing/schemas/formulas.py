"""What the API of formula prices takes and gives. Prices are fen per tonne; exact figures are text."""

from enum import StrEnum

from marshmallow import fields

from pricing.derived_models import TITLE
from pricing.formulas.grammar import LONGEST
from pricing.formulas.kinds import Kind
from pricing.formulas.sheets import State
from steelyard.api.fields import Choice, Day, Flag, IdField, Int, ListOf, Nested, Text, Timestamp
from steelyard.api.schemas import QuerySchema, Schema

MONTH = r"[0-9]{4}-(0[1-9]|1[0-2])"
MOST_FEN = 10**15


class Sense(StrEnum):
    """What a formula gives: a price with tax, one without, or an amount of money."""

    TAXED = Kind.TAXED
    BARE = Kind.BARE
    MONEY = Kind.MONEY


class FormulaQuery(QuerySchema):
    """A formula to be checked."""

    text = Text(max=LONGEST, multiline=True, required=True)


class ValueQuery(FormulaQuery):
    """A formula to be priced; `month` is the delivery month where the formula speaks of one."""

    as_of = Timestamp()
    month = Text(max=7, pattern=MONTH)


class FormulaOut(Schema):
    """A formula as it is understood, in both languages, with the series that it reads."""

    formula = fields.String(required=True)
    formula_zh = fields.String(required=True)
    language = Int(required=True)
    series = ListOf(fields.String(), required=True)
    asks_month = Flag(required=True)


class FormulaDayOut(Schema):
    """What became of one day; `used` entered the mean, `taken_from` names another day whose figure stands in."""

    series = fields.String(required=True)
    day = Day(required=True)
    state = Choice(State, required=True)
    value = fields.String(required=True, allow_none=True)
    used = fields.String(required=True, allow_none=True)
    taken_from = Day(required=True, allow_none=True)
    edition = fields.String(required=True, allow_none=True)
    revision = Int(required=True, allow_none=True)
    document_id = IdField(required=True, allow_none=True)
    known_from = Timestamp(required=True, allow_none=True)
    assumed = Flag(required=True)


class FormulaStepOut(Schema):
    """One step of the arithmetic; `exact` is a fraction, `source` the text behind a legal rate."""

    part = fields.String(required=True)
    part_zh = fields.String(required=True)
    figures = fields.String(required=True)
    value = fields.String(required=True)
    exact = fields.String(required=True)
    source = fields.String(required=True)


class FormulaSessionsOut(Schema):
    """The sessions that counted for one series and window."""

    series = fields.String(required=True)
    first = Day(required=True, allow_none=True)
    last = Day(required=True)
    count = Int(required=True, allow_none=True)
    moment = Timestamp(required=True)
    calendar = fields.String(required=True)
    unit = fields.String(required=True)
    sessions = ListOf(Day(), required=True)


class FormulaAnswerOut(Schema):
    """A price with every day and step that led to it."""

    formula = fields.String(required=True)
    formula_zh = fields.String(required=True)
    language = Int(required=True)
    methodology = fields.String(required=True)
    as_of = Timestamp(required=True)
    month = fields.String(required=True, allow_none=True)
    kind = Choice(Sense, required=True)
    fen = Int(min=-MOST_FEN, max=MOST_FEN, required=True)
    provisional = Flag(required=True)
    days = ListOf(Nested(FormulaDayOut), max=10_000, required=True)
    steps = ListOf(Nested(FormulaStepOut), max=200, required=True)
    sessions = ListOf(Nested(FormulaSessionsOut), max=100, required=True)


class ContractIn(Schema):
    """A contract to be kept; signed now where `signed_at` is not given."""

    title = Text(max=TITLE, required=True)
    counterparty = Text(max=TITLE)
    formula = Text(max=LONGEST, multiline=True, required=True)
    signed_at = Timestamp()


class ContractSeriesOut(Schema):
    """A series that a contract reads."""

    id = IdField(required=True)
    code = fields.String(required=True)


class ContractOut(Schema):
    """A contract priced by formula."""

    id = IdField(required=True)
    number = fields.String(required=True)
    title = fields.String(required=True)
    counterparty = fields.String(required=True, allow_none=True)
    formula = fields.String(required=True)
    typed = fields.String(required=True)
    language = Int(required=True)
    methodology = fields.String(required=True)
    series = ListOf(Nested(ContractSeriesOut), required=True)
    signed_at = Timestamp(required=True)
    created_at = Timestamp(required=True)


class QuoteIn(Schema):
    """When and for which month a contract is to be priced; now where `as_of` is not given."""

    as_of = Timestamp()
    month = Text(max=7, pattern=MONTH)


class QuoteOut(Schema):
    """What a contract cost as of a moment; `digest` is the SHA-256 of the whole answer."""

    id = IdField(required=True)
    contract_id = IdField(required=True)
    as_of = Timestamp(required=True)
    month = fields.String(required=True, allow_none=True)
    kind = Choice(Sense, required=True)
    fen = Int(min=-MOST_FEN, max=MOST_FEN, required=True)
    provisional = Flag(required=True)
    digest = fields.String(required=True)
    made_at = Timestamp(required=True)


class QuoteWholeOut(QuoteOut):
    """A price with every day and step."""

    answer = Nested(FormulaAnswerOut, required=True)


class ReplayQuery(QuerySchema):
    """As of which moment to work a price out again; its own where none is given."""

    as_of = Timestamp()


class FormulaReadOut(Schema):
    """How a day read."""

    state = Choice(State, required=True)
    value = fields.String(required=True, allow_none=True)
    used = fields.String(required=True, allow_none=True)
    edition = fields.String(required=True, allow_none=True)
    revision = Int(required=True, allow_none=True)
    document_id = IdField(required=True, allow_none=True)


class FormulaDifferenceOut(Schema):
    """A day that reads otherwise."""

    series = fields.String(required=True)
    day = Day(required=True)
    before = Nested(FormulaReadOut, required=True, allow_none=True)
    after = Nested(FormulaReadOut, required=True, allow_none=True)


class ReplayOut(Schema):
    """A kept price worked out again: `same` says that nothing at all differs, the digest included."""

    quote_id = IdField(required=True)
    as_of = Timestamp(required=True)
    kept_fen = Int(min=-MOST_FEN, max=MOST_FEN, required=True)
    fen = Int(min=-MOST_FEN, max=MOST_FEN, required=True)
    same = Flag(required=True)
    differences = ListOf(Nested(FormulaDifferenceOut), max=10_000, required=True)
    answer = Nested(FormulaAnswerOut, required=True)
