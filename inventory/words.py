"""The words by which pages call states, findings and kinds; message ids, translated in the templates."""

from inventory.certificates.judging import Family, Verdict
from inventory.certificates.limits import Direction
from inventory.states import (
    ArrivalState,
    Condition,
    EncumbranceKind,
    Finding,
    IssueStatus,
    LabelLayout,
    LabelSymbol,
    LengthKind,
    PlaceKind,
    ProductKind,
    ReceiptSource,
    Resolution,
    State,
    StocktakeStatus,
)
from inventory.steps import StepKind
from steelyard.core.i18n import N_

STATES = {
    State.EXPECTED: N_("expected"),
    State.QUARANTINE: N_("in quarantine"),
    State.AVAILABLE: N_("available"),
    State.RESERVED: N_("reserved"),
    State.PICKED: N_("picked"),
    State.DEFECTIVE: N_("defective"),
    State.IN_PROCESSING: N_("in processing"),
}
STATE_BADGES = {State.AVAILABLE: "ok", State.QUARANTINE: "warn", State.DEFECTIVE: "bad"}
ARRIVALS = {ArrivalState.AVAILABLE: N_("available"), ArrivalState.QUARANTINE: N_("in quarantine")}
LAYOUTS = {
    LabelLayout.SINGLE: N_("one to a page, 100 × 70 mm"),
    LabelLayout.SHEET: N_("eight to a sheet of A4"),
    LabelLayout.ZPL: N_("label printer (ZPL)"),
}
SYMBOLS = {LabelSymbol.QR: N_("QR code"), LabelSymbol.DATA_MATRIX: N_("Data Matrix")}
PLACES = {
    PlaceKind.MILL: N_("Mill"),
    PlaceKind.CUSTOMER: N_("Customer"),
    PlaceKind.SCRAP: N_("Scrap"),
    PlaceKind.PROCESSING: N_("Processing"),
    PlaceKind.COUNT_DIFFERENCE: N_("Count difference"),
    PlaceKind.MASS_DIFFERENCE: N_("Weighing difference"),
}
KINDS = {ProductKind.PIPE: N_("Pipe"), ProductKind.BILLET: N_("Tube billet")}
CONDITIONS = {
    Condition.HOT_ROLLED: N_("hot-rolled"),
    Condition.COLD_DRAWN: N_("cold-drawn"),
    Condition.ANNEALED: N_("annealed"),
    Condition.BRIGHT_ANNEALED: N_("bright annealed"),
    Condition.NORMALISED: N_("normalised"),
    Condition.NORMALISED_TEMPERED: N_("normalised and tempered"),
    Condition.QUENCHED_TEMPERED: N_("quenched and tempered"),
}
LENGTHS = {
    LengthKind.RANDOM: N_("random length"),
    LengthKind.FIXED: N_("fixed length"),
    LengthKind.MULTIPLE: N_("multiple length"),
}
SOURCES = {ReceiptSource.ANNOUNCED: N_("announced"), ReceiptSource.BLIND: N_("not announced")}
ISSUES = {IssueStatus.OPEN: N_("being loaded"), IssueStatus.POSTED: N_("has left")}
STOCKTAKES = {
    StocktakeStatus.OPEN: N_("being counted"),
    StocktakeStatus.CLOSED: N_("waits for approval"),
    StocktakeStatus.POSTED: N_("posted"),
    StocktakeStatus.CANCELLED: N_("cancelled"),
}
STATUS_BADGES = {"open": "info", "closed": "warn", "posted": "ok"}
FINDINGS = {
    Finding.MATCHED: N_("as booked"),
    Finding.MISSING: N_("missing"),
    Finding.MISPLACED: N_("at another place"),
    Finding.PIECES: N_("pieces differ"),
    Finding.WITHIN: N_("within the tolerance"),
    Finding.FOUND: N_("found again"),
    Finding.UNEXPECTED: N_("booked out, yet here"),
    Finding.UNSEEN: N_("moved meanwhile, not counted"),
    Finding.UNKNOWN: N_("unknown tag"),
    Finding.DISPUTED: N_("counted differently, to be counted again"),
}
FINDING_BADGES = {
    Finding.MATCHED: "ok",
    Finding.WITHIN: "ok",
    Finding.MISSING: "bad",
    Finding.UNKNOWN: "bad",
    Finding.UNEXPECTED: "bad",
    Finding.DISPUTED: "bad",
}
RESOLUTIONS = {
    Resolution.POSTED: N_("posted"),
    Resolution.SUPERSEDED: N_("overtaken by a later move"),
    Resolution.TO_LOOK_INTO: N_("to be looked into"),
    Resolution.RECEIVED: N_("received as found goods"),
    Resolution.LINKED: N_("is a bundle that had lost its tag"),
    Resolution.MOVED: N_("moved on request"),
    Resolution.DISMISSED: N_("dismissed"),
}
HOLDS = {
    EncumbranceKind.PLEDGE: N_("pledge"),
    EncumbranceKind.COURT: N_("court order"),
    EncumbranceKind.QUALITY: N_("quality hold"),
}
STEPS = {
    StepKind.RECEIVED: N_("received"),
    StepKind.MOVED: N_("moved"),
    StepKind.ISSUED: N_("issued"),
    StepKind.LOST: N_("missing at a count"),
    StepKind.FOUND: N_("found at a count"),
    StepKind.PROCESSED: N_("processed"),
    StepKind.SCRAPPED: N_("scrapped"),
    StepKind.RETURNED: N_("returned to the mill"),
    StepKind.WEIGHED: N_("weighed"),
    StepKind.REVERSED: N_("reversed"),
}
BIZ_STEPS = {
    "accepting": N_("accepted"),
    "arriving": N_("arrived"),
    "commissioning": N_("made"),
    "departing": N_("departed"),
    "destroying": N_("destroyed"),
    "inspecting": N_("inspected"),
    "installing": N_("installed"),
    "loading": N_("loaded"),
    "picking": N_("picked"),
    "receiving": N_("received"),
    "repairing": N_("reworked"),
    "shipping": N_("shipped"),
    "stock_taking": N_("counted"),
    "storing": N_("stored"),
    "transporting": N_("in transport"),
    "unloading": N_("unloaded"),
}
"""What partners' events call a step, in the words of the Core Business Vocabulary."""
FAMILIES = {
    Family.CHEMICAL: N_("Chemical composition"),
    Family.MECHANICAL: N_("Mechanical properties"),
    Family.PHYSICAL: N_("Physical properties"),
    Family.SUPPLEMENTARY: N_("Other tests"),
}
VERDICTS = {
    Verdict.WITHIN: N_("within the limit"),
    Verdict.OUTSIDE: N_("outside the limit"),
    Verdict.NO_LIMIT: N_("no limit"),
    Verdict.UNCLEAR: N_("depends on what is not stated"),
}
VERDICT_BADGES = {Verdict.WITHIN: "ok", Verdict.OUTSIDE: "bad", Verdict.NO_LIMIT: "", Verdict.UNCLEAR: "warn"}
DIRECTIONS = {Direction.LONGITUDINAL: N_("longitudinal"), Direction.TRANSVERSE: N_("transverse")}
