"""The words of quality: kinds of defects, what is decided of them, how papers stand. Imports no other room."""

from enum import StrEnum


class DefectKind(StrEnum):
    """What is wrong with goods (不良原因), in the trade's words for tube and billet."""

    CRACK = "crack"
    FOLD = "fold"
    LAMINATION = "lamination"
    SCAB = "scab"
    PIT = "pit"
    WALL_UNEVEN = "wall_uneven"
    OUT_OF_ROUND = "out_of_round"
    BENT = "bent"
    DIMENSION = "dimension"
    LENGTH = "length"
    END_DAMAGE = "end_damage"
    THREAD_DAMAGE = "thread_damage"
    RUST = "rust"
    SCRATCH = "scratch"
    DENT = "dent"
    COATING = "coating"
    CHEMISTRY = "chemistry"
    PROPERTIES = "properties"
    MIXED_HEATS = "mixed_heats"
    MARKING = "marking"
    OTHER = "other"


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
