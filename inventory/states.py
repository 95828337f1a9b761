"""The words of the yard: states of goods, kinds of places, documents and findings."""

from enum import StrEnum


class State(StrEnum):
    """The state in which goods lie (货物状态); only ``available`` can be promised or issued."""

    EXPECTED = "expected"
    QUARANTINE = "quarantine"
    AVAILABLE = "available"
    RESERVED = "reserved"
    PICKED = "picked"
    DEFECTIVE = "defective"
    IN_PROCESSING = "in_processing"


class ArrivalState(StrEnum):
    """The states that a receipt may give to goods."""

    AVAILABLE = "available"
    QUARANTINE = "quarantine"


class PlaceKind(StrEnum):
    """A real place of the yard (库位), or a virtual one where goods come from and go to."""

    REAL = "real"
    MILL = "mill"
    CUSTOMER = "customer"
    SCRAP = "scrap"
    PROCESSING = "processing"
    COUNT_DIFFERENCE = "count_difference"
    MASS_DIFFERENCE = "mass_difference"


VIRTUAL_CODES: dict[PlaceKind, str] = {
    PlaceKind.MILL: "@MILL",
    PlaceKind.CUSTOMER: "@CUSTOMER",
    PlaceKind.SCRAP: "@SCRAP",
    PlaceKind.PROCESSING: "@PROCESSING",
    PlaceKind.COUNT_DIFFERENCE: "@COUNT",
    PlaceKind.MASS_DIFFERENCE: "@MASS",
}
"""The codes of a warehouse's virtual places; real places cannot have a code with an ``@``."""


class ProductKind(StrEnum):
    """Raw material or ware: tube billet (圆管坯) or pipe (钢管)."""

    BILLET = "billet"
    PIPE = "pipe"


class Condition(StrEnum):
    """Condition of delivery (交货状态): how pipe was made or treated last."""

    HOT_ROLLED = "hot_rolled"
    COLD_DRAWN = "cold_drawn"
    ANNEALED = "annealed"
    BRIGHT_ANNEALED = "bright_annealed"
    NORMALISED = "normalised"
    NORMALISED_TEMPERED = "normalised_tempered"
    QUENCHED_TEMPERED = "quenched_tempered"

    @property
    def letters(self) -> str:
        """The letters by which the condition stands behind a standard: HR, CD, A, BA, N, N+T, Q+T."""
        return _LETTERS[self]


_LETTERS = dict(zip(Condition, ("HR", "CD", "A", "BA", "N", "N+T", "Q+T"), strict=True))


class LengthKind(StrEnum):
    """Fixed (定尺), multiple (倍尺) or random (不定尺) length."""

    FIXED = "fixed"
    MULTIPLE = "multiple"
    RANDOM = "random"


class ReceiptSource(StrEnum):
    """Whether the goods were announced by an advice, or came blind."""

    ANNOUNCED = "announced"
    BLIND = "blind"


class ReceiptStatus(StrEnum):
    """The life of a receipt: bundles are scanned while it is open; stopped, it waits for another person's decision."""

    OPEN = "open"
    STOPPED = "stopped"
    POSTED = "posted"
    REFUSED = "refused"
    REVERSED = "reversed"


class AdviceSource(StrEnum):
    """Where an advice came from: a group purchase's delivery, a form or the API, a file."""

    DELIVERY = "delivery"
    TYPED = "typed"
    FILE = "file"


class AdviceStatus(StrEnum):
    """The life of an advice: open until all of it has come, or until it is withdrawn."""

    OPEN = "open"
    DONE = "done"
    WITHDRAWN = "withdrawn"


class StopKind(StrEnum):
    """What stops a receipt: mass against the advice, mass against theory, goods that were not announced."""

    WEIGHT = "weight"
    THEORY = "theory"
    EXTRA = "extra"


class Decision(StrEnum):
    """On a receipt that stopped: accept the advised masses or the weighed ones, refuse the goods, or look again."""

    ACCEPT = "accept"
    ACCEPT_WEIGHED = "accept_weighed"
    REFUSE = "refuse"
    REOPEN = "reopen"


class IssueStatus(StrEnum):
    """The life of an issue: bundles are added while it is open; posted, the lorry has left."""

    OPEN = "open"
    POSTED = "posted"


class StocktakeStatus(StrEnum):
    """The life of a stocktake."""

    OPEN = "open"
    CLOSED = "closed"
    POSTED = "posted"
    CANCELLED = "cancelled"


STOCKTAKE_STEPS: dict[StocktakeStatus, frozenset[StocktakeStatus]] = {
    StocktakeStatus.OPEN: frozenset({StocktakeStatus.CLOSED, StocktakeStatus.CANCELLED}),
    StocktakeStatus.CLOSED: frozenset({StocktakeStatus.OPEN, StocktakeStatus.POSTED, StocktakeStatus.CANCELLED}),
    StocktakeStatus.POSTED: frozenset(),
    StocktakeStatus.CANCELLED: frozenset(),
}


class Finding(StrEnum):
    """What a stocktake says of one bundle or tag."""

    MATCHED = "matched"
    MISSING = "missing"
    MISPLACED = "misplaced"
    PIECES = "pieces"
    WITHIN = "within_tolerance"
    FOUND = "found"
    UNEXPECTED = "unexpected"
    UNSEEN = "unseen"
    UNKNOWN = "unknown"
    DISPUTED = "disputed"


class Resolution(StrEnum):
    """What became of a line of the variance: posted, overtaken by a later move, or kept to be looked into.

    What was looked into was received as found goods, linked to the bundle that had lost its tag, moved on request, or
    dismissed with a reason.
    """

    POSTED = "posted"
    SUPERSEDED = "superseded"
    TO_LOOK_INTO = "to_look_into"
    RECEIVED = "received"
    LINKED = "linked"
    MOVED = "moved"
    DISMISSED = "dismissed"


SETTLED = frozenset({Resolution.RECEIVED, Resolution.LINKED, Resolution.MOVED, Resolution.DISMISSED})
"""The resolutions that people gave a line one by one; posting leaves them alone."""


class EncumbranceKind(StrEnum):
    """Why a bundle may not leave: pledge (质押), court order (查封), quality hold (质量冻结)."""

    PLEDGE = "pledge"
    COURT = "court"
    QUALITY = "quality"


class Document(StrEnum):
    """The kinds of documents that a move may stand on."""

    RECEIPT = "receipt"
    ISSUE = "issue"
    TRANSFER = "transfer"
    STOCKTAKE = "stocktake"
    SCAN = "scan"
    PROCESS = "process"
    TITLE = "title"
    QUALITY = "quality"
    DELIVERY = "delivery"


class ProcessKind(StrEnum):
    """What makes new bundles of old ones; the first three touch no steel."""

    SPLIT = "split"
    MERGE = "merge"
    RETAG = "retag"
    CUT = "cut"
    HEAT_TREATMENT = "heat_treatment"
    THREADING = "threading"
    COATING = "coating"
    REWORK = "rework"


class WorkKind(StrEnum):
    """The processes that work on the steel (加工): cutting to length, heat treatment, threading, coating, rework."""

    CUT = "cut"
    HEAT_TREATMENT = "heat_treatment"
    THREADING = "threading"
    COATING = "coating"
    REWORK = "rework"


PIECES_STAY = frozenset(ProcessKind) - {ProcessKind.CUT, ProcessKind.REWORK}
"""Processes after which as many pieces are there as before, less those named as lost."""


class LossKind(StrEnum):
    """What becomes of steel that is in no new bundle: kerf (锯口), scrap (切头废料), scale (氧化皮), sample (试样)."""

    KERF = "kerf"
    SCRAP = "scrap"
    SCALE = "scale"
    SAMPLE = "sample"


COATING_ADDED = "coating"
"""The kind under which mass that a coating added is kept beside the losses."""


class Treatment(StrEnum):
    """Heat treatments: quenched (淬火), tempered (回火), annealed (退火), normalised (正火).

    Quenching and tempering (调质) are two heatings of one charge.
    """

    QUENCH = "quench"
    TEMPER = "temper"
    ANNEAL = "anneal"
    NORMALISE = "normalise"


class Medium(StrEnum):
    """In what the steel was cooled (冷却介质)."""

    WATER = "water"
    OIL = "oil"
    POLYMER = "polymer"
    AIR = "air"
    FURNACE = "furnace"
    GAS = "gas"


class TitleStatus(StrEnum):
    """The life of a title transfer: ordered by the owner, then confirmed or refused by the yard."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


PROMISED = frozenset({State.RESERVED, State.PICKED})
"""The states of goods that are kept for a delivery order."""


class DeliveryStatus(StrEnum):
    """The life of an owner's delivery order: goods are allocated to it, leave on it, or it is cancelled."""

    PLACED = "placed"
    ALLOCATED = "allocated"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class AllocationState(StrEnum):
    """What becomes of a bundle that is kept for an order."""

    RESERVED = "reserved"
    PICKED = "picked"
    ISSUED = "issued"
    RELEASED = "released"


class Rest(StrEnum):
    """What becomes of goods that are kept for an order when the lorry leaves without them."""

    KEEP = "keep"
    RELEASE = "release"


class OperationKind(StrEnum):
    """What a scanner may ask for."""

    MOVE = "move"
    ISSUE = "issue"
    COUNT = "count"
    PICK = "pick"
    RECEIVE = "receive"
    PUT_AWAY = "put_away"
    DEFECT = "defect"


class Outcome(StrEnum):
    """Whether an operation was done or refused."""

    DONE = "done"
    REFUSED = "refused"


class Direction(StrEnum):
    """Whether a lorry on the weighbridge brings goods, full first, or fetches them, empty first."""

    IN = "in"
    OUT = "out"


class TicketStatus(StrEnum):
    """The life of a ticket of which one weight is known: open, completed by the other, or withdrawn."""

    OPEN = "open"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"


class LabelLayout(StrEnum):
    """How labels are printed: one to a page, eight to a sheet of A4, or for a label printer that reads ZPL."""

    SINGLE = "single"
    SHEET = "sheet"
    ZPL = "zpl"


class LabelSymbol(StrEnum):
    """The code on a label: QR code or Data Matrix."""

    QR = "qr"
    DATA_MATRIX = "data_matrix"
