"""Document numbers: ``<prefix>-<yyyymmdd>-<4+ digits>``, unique for ever, gaps allowed."""

from datetime import date

from sqlalchemy import Integer, String, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from steelyard.core.models import Base

_TAKE = text(
    "INSERT INTO document_counter (series, last) VALUES (:series, :count) "
    "ON CONFLICT (series) DO UPDATE SET last = document_counter.last + :count RETURNING last"
)


class DocumentCounter(Base):
    """The last number given in each series, such as ``JC-20261123``."""

    __tablename__ = "document_counter"
    series: Mapped[str] = mapped_column(String(24), primary_key=True)
    last: Mapped[int] = mapped_column(Integer, nullable=False)


def next_number(session: Session, prefix: str, day: date) -> str:
    """Take the next number of ``prefix`` (``JC``, ``RK``, … of the list of documents) on business day ``day``."""
    return next_numbers(session, prefix, day, 1)[0]


def next_numbers(session: Session, prefix: str, day: date, count: int) -> list[str]:
    """Take ``count`` consecutive numbers in one statement. The counter's row stays locked until the commit."""
    series = f"{prefix}-{day:%Y%m%d}"
    last: int = session.execute(_TAKE, {"series": series, "count": count}).scalar_one()
    return [f"{series}-{number:04d}" for number in range(last - count + 1, last + 1)]
