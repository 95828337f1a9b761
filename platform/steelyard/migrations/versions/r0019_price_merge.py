"""What a merge asks of the documents of a statistic, and a cheaper look whether series are there.

The last day that a statistic's documents speak of comes from an index. On PostgreSQL the trigger that stands for
the foreign keys of `price_observation` looks each row's series up without sorting them out first, and plans for
as many rows as there are: a plan that is kept from a document of fifty rows does not serve one of a million.
"""

from alembic import op

revision = "0019"
down_revision: str | None = "0018"
branch_labels = None
depends_on = None

_FUNCTION = """
CREATE OR REPLACE FUNCTION price_observation_refers() RETURNS trigger LANGUAGE plpgsql AS $$
{body}
$$
"""
_NOW = """
DECLARE
  stray boolean;
BEGIN
  EXECUTE 'SELECT EXISTS (SELECT FROM (SELECT DISTINCT document_id AS id FROM added) a
                          WHERE NOT EXISTS (SELECT FROM price_document d WHERE d.id = a.id))
               OR EXISTS (SELECT FROM added a
                          WHERE NOT EXISTS (SELECT FROM price_series s WHERE s.id = a.series_id))' INTO stray;
  IF stray THEN
    RAISE EXCEPTION 'an observation names a document or a series that is not there'
      USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END
"""
_BEFORE = """
BEGIN
  IF EXISTS (SELECT FROM (SELECT DISTINCT document_id AS id FROM added) a
             WHERE NOT EXISTS (SELECT FROM price_document d WHERE d.id = a.id))
  OR EXISTS (SELECT FROM (SELECT DISTINCT series_id AS id FROM added) a
             LEFT JOIN price_series s ON s.id = a.id WHERE s.id IS NULL) THEN
    RAISE EXCEPTION 'an observation names a document or a series that is not there'
      USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END
"""


def upgrade() -> None:
    """Add the index and put the new body in place of the former."""
    op.create_index("ix_price_document_family_last_day", "price_document", ["family", "last_day"])
    _refers(_NOW)


def downgrade() -> None:
    """Take both back."""
    _refers(_BEFORE)
    op.drop_index("ix_price_document_family_last_day", "price_document")


def _refers(body: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_FUNCTION.format(body=body))
