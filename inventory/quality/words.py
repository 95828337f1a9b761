"""The words by which pages call what quality knows; message ids, translated in the templates."""

from inventory.quality.kinds import ClaimStatus, DefectStatus, DispositionKind, DispositionStatus, Severity
from steelyard.core.i18n import N_

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
