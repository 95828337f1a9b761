"""The words by which pages call advices, receipts in progress and decisions; message ids."""

from inventory.states import AdviceSource, AdviceStatus, Decision, ReceiptStatus, StopKind
from steelyard.core.i18n import N_

ADVICES = {
    AdviceStatus.OPEN: N_("still to come"),
    AdviceStatus.DONE: N_("has come"),
    AdviceStatus.WITHDRAWN: N_("withdrawn"),
}
ADVICE_BADGES = {AdviceStatus.OPEN: "info", AdviceStatus.DONE: "ok"}
ADVICE_SOURCES = {
    AdviceSource.DELIVERY: N_("group purchase"),
    AdviceSource.TYPED: N_("typed in"),
    AdviceSource.FILE: N_("from a list"),
}
RECEIPTS = {
    ReceiptStatus.OPEN: N_("being received"),
    ReceiptStatus.STOPPED: N_("stopped, waits for a decision"),
    ReceiptStatus.POSTED: N_("posted"),
    ReceiptStatus.REFUSED: N_("refused, sent back"),
    ReceiptStatus.REVERSED: N_("reversed"),
}
RECEIPT_BADGES = {
    ReceiptStatus.OPEN: "info", ReceiptStatus.STOPPED: "warn", ReceiptStatus.POSTED: "ok",
    ReceiptStatus.REFUSED: "bad", ReceiptStatus.REVERSED: "bad",
}  # fmt: skip
STOPS = {
    StopKind.WEIGHT: N_("The weighbridge differs from the advised mass beyond the tolerance"),
    StopKind.THEORY: N_("The mass differs from theory beyond what the standard allows"),
    StopKind.EXTRA: N_("Bundles came that were not announced"),
}
DECISIONS = {
    Decision.ACCEPT: N_("Accept, with the advised masses"),
    Decision.ACCEPT_WEIGHED: N_("Accept, with the weighed mass"),
    Decision.REFUSE: N_("Refuse: the goods go back"),
    Decision.REOPEN: N_("Look again: a ticket or a scan is to be corrected"),
}
