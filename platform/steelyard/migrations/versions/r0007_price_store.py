"""How prices are stored at scale, and what a series says of itself.

On PostgreSQL observations and beliefs are partitioned by the year of their day. Neither has foreign keys: their
check costs more for each row than all the rest of writing it, so one trigger for each statement looks whether
the documents and the series are there (docs/adr/0014).
"""

# ruff: noqa: S608  # the names that are put in here are constants of this module
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from steelyard.core import immutable, partitions
from steelyard.core.models import BigInt, JsonText, UtcDateTime

revision = "0007"
down_revision: str | None = "0006"
branch_labels = None
depends_on = None

_TRAITS: tuple[tuple[str, int], ...] = (
    ("spec_raw", 120),
    ("standard", 120),
    ("city", 120),
    ("mill", 120),
    ("weighing", 24),
    ("payment", 120),
    ("delivery_basis", 120),
    ("length_terms", 120),
    ("counting", 120),
    ("source", 120),
    ("methodology", 120),
    ("instrument", 120),
    ("predecessor", 160),
)
"""What a series may say of itself, and the longest that each may be."""
_SETTLED = (("adjustment", "raw"), ("currency", "CNY"))
"""What every series says, and what those said that were there before."""
_LOOKED_UP = ("instrument", "predecessor")
_REBUILT = ("price_current", "price_observation", "price_document")
_PROTECTED = ("price_document", "price_observation")
_VALUE = "mantissa, scale, change_mantissa, status"
_OBSERVATION = f"id, series_id, day, edition, {_VALUE}, published_at, known_from, document_id"
_DOCUMENT = (
    "id, source, family, url, fetched_at, known_from, sha256, rows, kept, appended, unchanged, dropped, "
    "first_day, last_day"
)
_BELIEF = f"series_id, day, edition, {_VALUE}, revision, observation_id"


def upgrade() -> None:
    """Let series say all that the model knows of them, and lay the tables out anew with their rows."""
    for name, length in _TRAITS:
        op.add_column("price_series", sa.Column(name, sa.String(length)))
    for name, value in _SETTLED:
        op.add_column("price_series", sa.Column(name, sa.String(24), nullable=False, server_default=value))
    for name in _LOOKED_UP:
        op.create_index(f"ix_price_series_{name}", "price_series", [name])
    _rebuild(_lay_out_anew)


def downgrade() -> None:
    """Lay the tables out as they were; fails where they hold what the former ones cannot, such as a withdrawal."""
    _rebuild(_lay_out_as_before)
    if _postgresql():
        op.execute(f"DROP SCHEMA {partitions.SCHEMA}")
        op.execute("DROP FUNCTION make_partition")
    for name in _LOOKED_UP:
        op.drop_index(f"ix_price_series_{name}", "price_series")
    for name, _ in (*_SETTLED, *_TRAITS):
        op.drop_column("price_series", name)


def _postgresql() -> bool:
    return bool(op.get_bind().dialect.name == "postgresql")


def _rebuild(lay_out: Callable[[], None]) -> None:
    """Put the rows aside, make the tables by `lay_out`, which takes the rows back and protects them."""
    for table in _PROTECTED:
        immutable.unprotect(op, table)
    for table in _REBUILT:
        op.execute(f"CREATE TEMPORARY TABLE {table}_rows AS SELECT * FROM {table}")
        op.drop_table(table)
    if _postgresql():
        op.execute("DROP FUNCTION IF EXISTS price_observation_refers()")
    lay_out()
    for table in _REBUILT:
        op.execute(f"DROP TABLE {table}_rows")
    if _postgresql():
        for table in ("price_document", "price_observation"):
            op.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), "
                f"coalesce(max(id), 1), max(id) IS NOT NULL) FROM {table}"
            )


def _lay_out_anew() -> None:
    _documents(sa.Column("reading", sa.Integer, nullable=False, server_default="0"))
    op.execute(f"INSERT INTO price_document ({_DOCUMENT}) SELECT {_DOCUMENT} FROM price_document_rows")
    if _postgresql():
        op.execute(f"CREATE SCHEMA {partitions.SCHEMA}")
        partitions.define(op.get_bind())
    _observations()
    _current()
    _protect()  # before the partitions, which take over the guards that they find
    _partition_rows()
    op.execute(f"INSERT INTO price_observation ({_OBSERVATION}) SELECT {_OBSERVATION} FROM price_observation_rows")
    belief = ", ".join(f"c.{name.strip()}" for name in _BELIEF.split(","))
    op.execute(
        f"INSERT INTO price_current ({_BELIEF}, held, document_id, published_at) "
        f"SELECT {belief}, {'FALSE' if _postgresql() else '0'}, o.document_id, o.published_at "
        "FROM price_current_rows c JOIN price_observation_rows o ON o.id = c.observation_id"
    )
    _guard()


def _documents(*more: sa.Column[int]) -> None:
    unique = ["source", "sha256", "fetched_at", *(column.name for column in more)]
    op.create_table(
        "price_document",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("source", sa.String(60), nullable=False),
        sa.Column("family", sa.String(60), nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("fetched_at", UtcDateTime, nullable=False),
        sa.Column("known_from", UtcDateTime, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("kept", sa.Integer, nullable=False),
        sa.Column("appended", sa.Integer, nullable=False),
        sa.Column("unchanged", sa.Integer, nullable=False),
        sa.Column("dropped", JsonText, nullable=False),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("last_day", sa.Date, nullable=False),
        *more,
        sa.PrimaryKeyConstraint("id", name="pk_price_document"),
        sa.UniqueConstraint(*unique, name=f"uq_price_document_{'_'.join(unique)}"),
        sa.ForeignKeyConstraint(
            ["sha256"], ["price_raw_content.sha256"], name="fk_price_document_sha256_price_raw_content"
        ),
        sa.CheckConstraint("kept = appended + unchanged", name=op.f("ck_price_document_kept_adds_up")),
    )
    op.create_index("ix_price_document_family_fetched_at", "price_document", ["family", "fetched_at"])


def _value() -> list[sa.Column[object]]:
    return [
        sa.Column("mantissa", BigInt, nullable=False),
        sa.Column("scale", sa.SmallInteger, nullable=False),
        sa.Column("change_mantissa", BigInt),
        sa.Column("status", sa.String(24), nullable=False),
    ]


def _key() -> list[sa.Column[object]]:
    return [
        sa.Column("series_id", BigInt, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("edition", sa.String(24), nullable=False),
    ]


def _observations() -> None:
    op.create_table(
        "price_observation",
        sa.Column("id", BigInt, nullable=False, autoincrement=True),
        *_key(),
        *_value(),
        sa.Column("published_at", UtcDateTime),
        sa.Column("known_from", UtcDateTime, nullable=False),
        sa.Column("document_id", BigInt, nullable=False),
        # the key of a partitioned table holds what it is partitioned by
        sa.PrimaryKeyConstraint(*(("id", "day") if _postgresql() else ("id",)), name="pk_price_observation"),
        sa.UniqueConstraint(
            "series_id", "day", "edition", "document_id",
            name="uq_price_observation_series_id_day_edition_document_id",
        ),
        sa.CheckConstraint("scale BETWEEN 0 AND 6", name=op.f("ck_price_observation_scale_range")),
        sa.CheckConstraint(
            "status <> 'withdrawn' OR mantissa = 0 AND scale = 0 AND change_mantissa IS NULL",
            name=op.f("ck_price_observation_withdrawn_states_nothing"),
        ),
        postgresql_partition_by="RANGE (day)",
    )  # fmt: skip
    op.create_index("ix_price_observation_document_id", "price_observation", ["document_id"])


def _current() -> None:
    key = [] if _postgresql() else [sa.PrimaryKeyConstraint("series_id", "day", "edition", name="pk_price_current")]
    op.create_table(
        "price_current",
        *_key(),
        *_value(),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("held", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("observation_id", BigInt, nullable=False),
        sa.Column("document_id", BigInt, nullable=False),
        sa.Column("published_at", UtcDateTime),
        *key,
        postgresql_partition_by="RANGE (day)",
    )
    if _postgresql():  # what a chart reads lies in the index: SQLAlchemy has no word for INCLUDE in a primary key
        op.execute(
            "ALTER TABLE price_current ADD CONSTRAINT pk_price_current PRIMARY KEY (series_id, day, edition) "
            "INCLUDE (mantissa, scale, status, held)"
        )


def _partition_rows() -> None:
    if _postgresql():
        connection = op.get_bind()
        years = connection.execute(
            sa.text(
                "SELECT DISTINCT CAST(date_part('year', day) AS integer) FROM price_observation_rows "
                "UNION SELECT CAST(date_part('year', now()) AS integer)"
            )
        ).scalars()
        partitions.ensure(connection, ("price_observation", "price_current"), set(years))


def _guard() -> None:
    """No observation without its document and its series: what foreign keys would say, by sets."""
    if _postgresql():
        op.execute(
            """
            CREATE FUNCTION price_observation_refers() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              IF EXISTS (SELECT FROM (SELECT DISTINCT document_id AS id FROM added) a
                         WHERE NOT EXISTS (SELECT FROM price_document d WHERE d.id = a.id))
              OR EXISTS (SELECT FROM (SELECT DISTINCT series_id AS id FROM added) a
                         LEFT JOIN price_series s ON s.id = a.id WHERE s.id IS NULL) THEN
                RAISE EXCEPTION 'an observation names a document or a series that is not there'
                  USING ERRCODE = 'foreign_key_violation';
              END IF;
              RETURN NULL;
            END $$
            """
        )
        op.execute(
            "CREATE TRIGGER price_observation_refers AFTER INSERT ON price_observation "
            "REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION price_observation_refers()"
        )
        return
    op.execute(
        "CREATE TRIGGER price_observation_refers BEFORE INSERT ON price_observation "
        "WHEN NOT EXISTS (SELECT 1 FROM price_document WHERE id = NEW.document_id) "
        "OR NOT EXISTS (SELECT 1 FROM price_series WHERE id = NEW.series_id) "
        "BEGIN SELECT RAISE(ABORT, 'an observation names a document or a series that is not there'); END"
    )


def _protect() -> None:
    for table in _PROTECTED:
        immutable.protect(op, table)


def _lay_out_as_before() -> None:
    _documents()
    op.execute(f"INSERT INTO price_document ({_DOCUMENT}) SELECT {_DOCUMENT} FROM price_document_rows")
    op.create_table(
        "price_observation",
        sa.Column("id", BigInt, nullable=False),
        *_key(),
        *_value(),
        sa.Column("published_at", UtcDateTime),
        sa.Column("known_from", UtcDateTime, nullable=False),
        sa.Column("document_id", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_price_observation"),
        sa.UniqueConstraint(
            "series_id", "day", "edition", "document_id",
            name="uq_price_observation_series_id_day_edition_document_id",
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["price_series.id"], name="fk_price_observation_series_id_price_series"
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["price_document.id"], name="fk_price_observation_document_id_price_document"
        ),
        sa.CheckConstraint("mantissa > 0", name=op.f("ck_price_observation_mantissa_positive")),
        sa.CheckConstraint("scale BETWEEN 0 AND 6", name=op.f("ck_price_observation_scale_range")),
    )  # fmt: skip
    op.create_index("ix_price_observation_document_id", "price_observation", ["document_id"])
    op.create_table(
        "price_current",
        *_key(),
        *_value(),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("observation_id", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("series_id", "day", "edition", name="pk_price_current"),
        sa.ForeignKeyConstraint(["series_id"], ["price_series.id"], name="fk_price_current_series_id_price_series"),
        sa.ForeignKeyConstraint(
            ["observation_id"], ["price_observation.id"],
            name="fk_price_current_observation_id_price_observation",
        ),
    )  # fmt: skip
    op.create_index("ix_price_current_observation_id", "price_current", ["observation_id"])
    op.execute(f"INSERT INTO price_observation ({_OBSERVATION}) SELECT {_OBSERVATION} FROM price_observation_rows")
    op.execute(f"INSERT INTO price_current ({_BELIEF}) SELECT {_BELIEF} FROM price_current_rows")
    _protect()
