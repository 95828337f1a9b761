"""The words by which pages call processes, losses, treatments and title transfers; message ids."""

from inventory.states import COATING_ADDED, LossKind, Medium, ProcessKind, TitleStatus, Treatment
from steelyard.core.i18n import N_

PROCESSES = {
    ProcessKind.SPLIT: N_("Split"),
    ProcessKind.MERGE: N_("Merge"),
    ProcessKind.RETAG: N_("New tag"),
    ProcessKind.CUT: N_("Cut to length"),
    ProcessKind.HEAT_TREATMENT: N_("Heat treatment"),
    ProcessKind.THREADING: N_("Threading"),
    ProcessKind.COATING: N_("Coating"),
    ProcessKind.REWORK: N_("Rework"),
}
WORK = {kind: PROCESSES[kind] for kind in ProcessKind if kind not in {"split", "merge", "retag"}}
LOSSES = {
    LossKind.KERF: N_("Kerf"),
    LossKind.SCRAP: N_("Scrap ends"),
    LossKind.SCALE: N_("Mill scale"),
    LossKind.SAMPLE: N_("Samples"),
}
ALL_LOSSES = {kind.value: word for kind, word in LOSSES.items()} | {COATING_ADDED: N_("Added by coating")}
BALANCE = {
    "received": N_("Received in all"),
    "joined": N_("Joined from other bundles, less what went into others"),
    "coating": N_("Added by coating"),
    "in_stock": N_("In stock"),
    "issued": N_("Issued in all"),
    **ALL_LOSSES,
    "scrapped": N_("Scrapped otherwise"),
    "count_difference": N_("Count difference"),
    "mass_difference": N_("Weighing difference"),
}
"""The lines of a balance."""
TREATMENTS = {
    Treatment.QUENCH: N_("quenched"),
    Treatment.TEMPER: N_("tempered"),
    Treatment.ANNEAL: N_("annealed"),
    Treatment.NORMALISE: N_("normalised"),
}
MEDIA = {
    Medium.WATER: N_("water"),
    Medium.OIL: N_("oil"),
    Medium.POLYMER: N_("polymer"),
    Medium.AIR: N_("air"),
    Medium.FURNACE: N_("in the furnace"),
    Medium.GAS: N_("protective gas"),
}
TITLES = {
    TitleStatus.REQUESTED: N_("waits for the yard"),
    TitleStatus.CONFIRMED: N_("carried out"),
    TitleStatus.REFUSED: N_("refused"),
}
TITLE_BADGES = {TitleStatus.REQUESTED: "warn", TitleStatus.CONFIRMED: "ok", TitleStatus.REFUSED: "bad"}
