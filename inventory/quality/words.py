"""The words by which pages call what quality knows; message ids, translated in the templates."""

from inventory.quality.kinds import ClaimStatus, DefectKind, DefectStatus, DispositionKind, DispositionStatus, Severity
from steelyard.core.i18n import N_

KINDS = {
    DefectKind.CRACK: N_("crack"),
    DefectKind.FOLD: N_("fold"),
    DefectKind.LAMINATION: N_("lamination"),
    DefectKind.SCAB: N_("scab"),
    DefectKind.PIT: N_("pit"),
    DefectKind.WALL_UNEVEN: N_("uneven wall"),
    DefectKind.OUT_OF_ROUND: N_("out of round"),
    DefectKind.BENT: N_("bent"),
    DefectKind.DIMENSION: N_("diameter or wall out of tolerance"),
    DefectKind.LENGTH: N_("length out of tolerance"),
    DefectKind.END_DAMAGE: N_("damaged end"),
    DefectKind.THREAD_DAMAGE: N_("damaged thread"),
    DefectKind.RUST: N_("rust"),
    DefectKind.SCRATCH: N_("scratch"),
    DefectKind.DENT: N_("dent"),
    DefectKind.COATING: N_("damaged coating"),
    DefectKind.CHEMISTRY: N_("chemical composition"),
    DefectKind.PROPERTIES: N_("mechanical properties"),
    DefectKind.MIXED_HEATS: N_("mixed heats"),
    DefectKind.MARKING: N_("wrong or missing marking"),
    DefectKind.OTHER: N_("another defect"),
}
SEVERITIES = {Severity.MINOR: N_("minor"), Severity.MAJOR: N_("major"), Severity.CRITICAL: N_("critical")}
SEVERITY_BADGES = {Severity.MINOR: "info", Severity.MAJOR: "warn", Severity.CRITICAL: "bad"}
STATUSES = {DefectStatus.OPEN: N_("open"), DefectStatus.SETTLED: N_("settled")}
STATUS_BADGES = {DefectStatus.OPEN: "warn", DefectStatus.SETTLED: "ok"}
DISPOSITIONS = {
    DispositionKind.RELEASE: N_("release: sound"),
    DispositionKind.CONCESSION: N_("use as it is"),
    DispositionKind.DOWNGRADE: N_("downgrade to another product"),
    DispositionKind.REWORK: N_("rework"),
    DispositionKind.RETURN_TO_MILL: N_("return to the mill"),
    DispositionKind.SCRAP: N_("scrap"),
}
DECISIONS = {
    DispositionStatus.PROPOSED: N_("waits for a decision"),
    DispositionStatus.APPROVED: N_("approved"),
    DispositionStatus.REJECTED: N_("rejected"),
}
DECISION_BADGES = {DispositionStatus.PROPOSED: "warn", DispositionStatus.APPROVED: "ok", DispositionStatus.REJECTED: ""}
CLAIMS = {
    ClaimStatus.SENT: N_("sent to the mill"),
    ClaimStatus.ANSWERED: N_("answered by the mill"),
    ClaimStatus.SETTLED: N_("settled"),
}
