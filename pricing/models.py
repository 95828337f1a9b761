"""Tables of prices: series, documents as they came, what they say of each day, and what is believed now."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from steelyard.core.models import Base, BigInt, Id, JsonText

CODE = 160
NAME = 120
WORD = 24
SOURCE = 60
URL = 500
DIGEST = 64


class PriceSeries(Base):
    """One price that is observed again and again (价格序列).

    A changed specification is a new series that names the old one as its predecessor; nothing is spliced.
    `predecessor` is the code as it was stated, `predecessor_id` the link, made once both series are there.
    What each column says stands at :class:`pricing.sources.traits.SeriesTraits`.
    """

    __tablename__ = "price_series"
    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(CODE), nullable=False, unique=True)
    family: Mapped[str] = mapped_column(String(SOURCE), nullable=False)
    kind: Mapped[str] = mapped_column(String(WORD), nullable=False)
    name: Mapped[str] = mapped_column(String(NAME), nullable=False)
    commodity: Mapped[str] = mapped_column(String(NAME), nullable=False)
    category: Mapped[str] = mapped_column(String(NAME), nullable=False)
    specification: Mapped[str | None] = mapped_column(String(NAME))
    spec_raw: Mapped[str | None] = mapped_column(String(NAME))
    standard: Mapped[str | None] = mapped_column(String(NAME))
    grade: Mapped[str | None] = mapped_column(String(WORD))
    market: Mapped[str] = mapped_column(String(NAME), nullable=False)
    city: Mapped[str | None] = mapped_column(String(NAME))
    mill: Mapped[str | None] = mapped_column(String(NAME))
    contract: Mapped[str | None] = mapped_column(String(WORD))
    value_field: Mapped[str] = mapped_column(String(WORD), nullable=False)
    adjustment: Mapped[str] = mapped_column(String(WORD), nullable=False, default="raw")
    frequency: Mapped[str] = mapped_column(String(WORD), nullable=False)
    unit: Mapped[str] = mapped_column(String(WORD), nullable=False)
    currency: Mapped[str] = mapped_column(String(WORD), nullable=False, default="CNY")
    tax_included: Mapped[bool] = mapped_column(Boolean, nullable=False)
    weighing: Mapped[str | None] = mapped_column(String(WORD))
    payment: Mapped[str | None] = mapped_column(String(NAME))
    delivery_basis: Mapped[str | None] = mapped_column(String(NAME))
    length_terms: Mapped[str | None] = mapped_column(String(NAME))
    counting: Mapped[str | None] = mapped_column(String(NAME))
    source: Mapped[str | None] = mapped_column(String(NAME))
    methodology: Mapped[str | None] = mapped_column(String(NAME))
    instrument: Mapped[str | None] = mapped_column(String(NAME), index=True)
    position: Mapped[int] = mapped_column(Integer, nullable=False)
    predecessor: Mapped[str | None] = mapped_column(String(CODE), index=True)
    predecessor_id: Mapped[int | None] = mapped_column(ForeignKey("price_series.id"))

    __table_args__ = (Index("ix_price_series_family_position", "family", "position"),)


class RawContent(Base):
    """The bytes of a document, compressed with zlib, kept once however often they were fetched."""

    __tablename__ = "price_raw_content"
    sha256: Mapped[str] = mapped_column(String(DIGEST), primary_key=True)
    size: Mapped[int] = mapped_column(Integer, nullable=False)
    packed: Mapped[bytes] = mapped_column(LargeBinary, nullable=False)

    __table_args__ = ({"info": {"append_only": True}},)


class RawDocument(Base):
    """One fetch of one document that was accepted (原始文件): where from, when, and what became of its rows.

    ``fetched_at`` orders what documents say; ``known_from`` is when this database learned of it and never
    lies in the past of a row that was there before. Bytes that a later version of the parser reads otherwise
    get a row of their own for each further `reading`, which counts in place of the former.
    """

    __tablename__ = "price_document"
    id: Mapped[Id]
    source: Mapped[str] = mapped_column(String(SOURCE), nullable=False)
    family: Mapped[str] = mapped_column(String(SOURCE), nullable=False)
    url: Mapped[str] = mapped_column(String(URL), nullable=False)
    fetched_at: Mapped[datetime] = mapped_column(nullable=False)
    known_from: Mapped[datetime] = mapped_column(nullable=False)
    sha256: Mapped[str] = mapped_column(ForeignKey("price_raw_content.sha256"), nullable=False)
    rows: Mapped[int] = mapped_column(Integer, nullable=False)
    kept: Mapped[int] = mapped_column(Integer, nullable=False)
    appended: Mapped[int] = mapped_column(Integer, nullable=False)
    unchanged: Mapped[int] = mapped_column(Integer, nullable=False)
    dropped: Mapped[list[dict[str, Any]]] = mapped_column(JsonText, nullable=False)
    first_day: Mapped[date] = mapped_column(Date, nullable=False)
    last_day: Mapped[date] = mapped_column(Date, nullable=False)
    reading: Mapped[int] = mapped_column(Integer, nullable=False, default=0)

    __table_args__ = (
        UniqueConstraint("source", "sha256", "fetched_at", "reading"),
        Index("ix_price_document_family_fetched_at", "family", "fetched_at"),
        Index("ix_price_document_family_last_day", "family", "last_day"),
        CheckConstraint("kept = appended + unchanged", name="kept_adds_up"),
        {"info": {"append_only": True}},
    )


class PriceObservation(Base):
    """What one document says of one day of one series (价格观测值); append only.

    The value is ``mantissa`` / 10**``scale`` in the series' unit; a withdrawal states none and holds 0. A document
    that merely confirms what was known writes no row (see :mod:`pricing.merging`). No row is there without its
    document and its series: a trigger sees to that in place of foreign keys. PostgreSQL partitions the table by
    year, so there the key is (id, day).
    """

    __tablename__ = "price_observation"
    id: Mapped[Id]
    series_id: Mapped[int] = mapped_column(BigInt, nullable=False)
    day: Mapped[date] = mapped_column(Date, nullable=False)
    edition: Mapped[str] = mapped_column(String(WORD), nullable=False)
    mantissa: Mapped[int] = mapped_column(BigInt, nullable=False)
    scale: Mapped[int] = mapped_column(SmallInteger, nullable=False)
    change_mantissa: Mapped[int | None] = mapped_column(BigInt)
    status: Mapped[str] = mapped_column(String(WORD), nullable=False)
    published_at: Mapped[datetime | None] = mapped_column()
    known_from: Mapped[datetime] = mapped_column(nullable=False)
    document_id: Mapped[int] = mapped_column(BigInt, nullable=False, index=True)

    __table_args__ = (
        UniqueConstraint("series_id", "day", "edition", "document_id"),
        CheckConstraint("scale BETWEEN 0 AND 6", name="scale_range"),
        CheckConstraint(
            "status <> 'withdrawn' OR mantissa = 0 AND scale = 0 AND change_mantissa IS NULL",
            name="withdrawn_states_nothing",
        ),
        {"info": {"append_only": True}},
    )


class PriceCurrent(Base):
    """What is believed now of one day of one series: the last revision, written with the observation it rests
    on.

    Consumers leave out what is withdrawn (`status`) and what is `held` in quarantine. On PostgreSQL the table is
    partitioned by year, and the index of its key covers what a chart reads.
    """

    __tablename__ = "price_current"
    series_id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    edition: Mapped[str] = mapped_column(String(WORD), primary_key=True)
    mantissa: Mapped[int] = mapped_column(BigInt, nullable=False)
    scale: Mapped[int] = mapped_column(SmallInteger, nullable=False)
    change_mantissa: Mapped[int | None] = mapped_column(BigInt)
    status: Mapped[str] = mapped_column(String(WORD), nullable=False)
    revision: Mapped[int] = mapped_column(Integer, nullable=False)
    held: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    observation_id: Mapped[int] = mapped_column(BigInt, nullable=False)
    document_id: Mapped[int] = mapped_column(BigInt, nullable=False)
    published_at: Mapped[datetime | None] = mapped_column()


for _rows in (PriceObservation, PriceCurrent):
    for _named in (PriceSeries, RawDocument):  # no foreign key says so, but a backup must know the order
        _rows.metadata.tables[_rows.__tablename__].add_is_dependent_on(_named.metadata.tables[_named.__tablename__])
