"""The words of quality: how grave defects are, what is decided of them, how papers stand. Imports no other room."""

from enum import StrEnum


class Severity(StrEnum):
    """How grave a defect is (严重程度): it spoils the look, the use, or it endangers people."""

    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class DefectStatus(StrEnum):
    """The life of a report: open until an approved disposition settles it."""

    OPEN = "open"
    SETTLED = "settled"


class DispositionKind(StrEnum):
    """What is done with defective goods (处置).

    ``release`` where a second look finds them sound, ``concession`` (让步接收) where they are used as they are,
    ``downgrade`` (降级) where they become another product.
    """

    REWORK = "rework"
    DOWNGRADE = "downgrade"
    CONCESSION = "concession"
    SCRAP = "scrap"
    RETURN_TO_MILL = "return_to_mill"
    RELEASE = "release"


class DispositionStatus(StrEnum):
    """A disposition is proposed by one person, and approved or rejected by another."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"


class ClaimStatus(StrEnum):
    """The life of a claim to the mill (质量异议)."""

    SENT = "sent"
    ANSWERED = "answered"
    SETTLED = "settled"


FREEING = frozenset({DispositionKind.RELEASE, DispositionKind.CONCESSION, DispositionKind.DOWNGRADE})
"""After these the goods can be promised again."""
LEAVING = frozenset({DispositionKind.SCRAP, DispositionKind.RETURN_TO_MILL})
"""After these the goods are no longer in the yard."""
