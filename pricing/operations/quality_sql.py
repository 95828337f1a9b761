"""The statements with which figures are judged, in the SQL that both databases speak.

Keys travel as one JSON document, which the database unfolds into rows (series, edition, first day, last day and,
where two series are compared, the other one). A statement's cost is that of the index entries that it touches.
"""

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

_KEYS = {
    "postgresql": """keys AS MATERIALIZED (
        SELECT (e->>0)::bigint AS series_id, e->>1 AS edition, (e->>2)::date AS first, (e->>3)::date AS last,
               (e->>4)::bigint AS other_id
        FROM jsonb_array_elements(CAST(:keys AS jsonb)) AS e)""",
    "sqlite": """keys AS MATERIALIZED (
        SELECT json_extract(value, '$[0]') AS series_id, json_extract(value, '$[1]') AS edition,
               json_extract(value, '$[2]') AS first, json_extract(value, '$[3]') AS last,
               json_extract(value, '$[4]') AS other_id
        FROM json_each(:keys))""",
}
FAMILIARS = """
SELECT k.series_id, k.edition, k.first, k.last, o.id AS other_id, o.family = me.family AS sibling,
       me.value_field AS field, o.value_field AS other_field
FROM keys k JOIN price_series me ON me.id = k.series_id
JOIN price_series o ON o.instrument = me.instrument AND o.family = me.family AND o.id <> me.id
UNION ALL
SELECT k.series_id, k.edition, k.first, k.last, o.id, o.family = me.family, me.value_field, o.value_field
FROM keys k JOIN price_series me ON me.id = k.series_id
JOIN price_series o ON o.commodity = me.commodity AND o.market = me.market AND o.family <> me.family
  AND o.kind = me.kind AND o.value_field = me.value_field AND o.unit = me.unit AND o.currency = me.currency
  AND o.tax_included = me.tax_included AND o.adjustment = me.adjustment AND o.frequency = me.frequency
  AND COALESCE(o.contract, '') = COALESCE(me.contract, '')
  AND COALESCE(o.specification, '') = COALESCE(me.specification, '')
  AND COALESCE(o.grade, '') = COALESCE(me.grade, '')
  AND COALESCE(o.standard, '') = COALESCE(me.standard, '')
  AND COALESCE(o.city, '') = COALESCE(me.city, '')
  AND COALESCE(o.mill, '') = COALESCE(me.mill, '')
  AND COALESCE(o.weighing, '') = COALESCE(me.weighing, '')
  AND COALESCE(o.payment, '') = COALESCE(me.payment, '')
  AND COALESCE(o.delivery_basis, '') = COALESCE(me.delivery_basis, '')
  AND COALESCE(o.length_terms, '') = COALESCE(me.length_terms, '')
"""
MOVED = """
, span AS MATERIALIZED (
    SELECT k.series_id, k.edition, k.first,
           (SELECT p.day FROM price_current p
            WHERE p.series_id = k.series_id AND p.edition = k.edition AND p.day < k.first AND p.status <> 'withdrawn'
            ORDER BY p.day DESC LIMIT 1 OFFSET :back) AS low,
           COALESCE((SELECT p.day FROM price_current p
            WHERE p.series_id = k.series_id AND p.edition = k.edition AND p.day > k.last AND p.status <> 'withdrawn'
            ORDER BY p.day LIMIT 1 OFFSET :ahead), :far) AS high
    FROM keys k)
, moved AS (SELECT p.series_id, p.edition, p.day, p.mantissa, p.scale, s.first,
                   lag(p.mantissa) OVER track AS m, lag(p.scale) OVER track AS was
            FROM span s JOIN price_current p ON p.series_id = s.series_id AND p.edition = s.edition
             AND p.day >= COALESCE(s.low, s.first) AND p.day <= s.high
            WHERE p.status <> 'withdrawn' WINDOW track AS (PARTITION BY p.series_id, p.edition ORDER BY p.day))
SELECT m.series_id, m.edition, m.day FROM moved m JOIN price_series s ON s.id = m.series_id
WHERE m.day >= m.first AND s.value_field NOT IN ('volume', 'open_interest', 'turnover', 'stock')
  AND (m.m IS NULL OR m.was <> m.scale OR m.mantissa <= 0
       OR abs(CAST(m.mantissa - m.m AS double precision)) * 10000 > :floor * CAST(m.m AS double precision))
"""
HOLDS = """
SELECT h.id, h.series_id, h.day, h.edition, h.mantissa, h.scale, h.state, h.findings
FROM keys k JOIN price_hold h ON h.series_id = k.series_id AND h.edition = k.edition
WHERE h.day >= k.first AND h.day <= k.last
"""
SPANS = """
, span AS MATERIALIZED (
    SELECT k.series_id, k.edition, k.first,
           (SELECT p.day FROM price_current p
            WHERE p.series_id = k.series_id AND p.edition = k.edition AND p.day < k.first AND p.status <> 'withdrawn'
            ORDER BY p.day DESC LIMIT 1 OFFSET :back) AS low,
           COALESCE((SELECT p.day FROM price_current p
            WHERE p.series_id = k.series_id AND p.edition = k.edition AND p.day > k.last AND p.status <> 'withdrawn'
            ORDER BY p.day LIMIT 1 OFFSET :ahead), :far) AS high
    FROM keys k)
SELECT series_id, edition, low, high, first FROM span
"""
FIGURES = """
SELECT k.series_id, k.edition, k.first, p.day, p.mantissa, p.scale
FROM keys k JOIN price_current p ON p.series_id = k.series_id AND p.edition = k.edition
  AND p.day >= k.first AND p.day <= k.last AND p.status <> 'withdrawn'
ORDER BY k.series_id, k.edition, k.first, p.day
"""
LOTS = """
SELECT k.series_id, k.edition, p.day, p.mantissa
FROM keys k JOIN price_current p ON p.series_id = k.other_id AND p.edition = k.edition
  AND p.day >= k.first AND p.day <= k.last AND p.status <> 'withdrawn'
"""
BARS = """
, wide AS MATERIALIZED (SELECT k.series_id AS bar, p.day, MIN(p.scale) <> MAX(p.scale) AS mixed,
                  MAX(CASE WHEN s.value_field = 'open' THEN p.mantissa END) AS open,
                  MAX(CASE WHEN s.value_field = 'high' THEN p.mantissa END) AS high,
                  MAX(CASE WHEN s.value_field = 'low' THEN p.mantissa END) AS low,
                  MAX(CASE WHEN s.value_field = 'close' THEN p.mantissa END) AS close,
                  MAX(CASE WHEN s.value_field = 'settle' THEN p.mantissa END) AS settle
           FROM keys k JOIN price_series s ON s.id = k.other_id
           JOIN price_current p ON p.series_id = k.other_id AND p.edition = k.edition
            AND p.day >= k.first AND p.day <= k.last AND p.status <> 'withdrawn'
           GROUP BY k.series_id, p.day)
, bad AS (SELECT bar, day FROM wide
          WHERE mixed OR high < low OR high < open OR high < close OR high < settle
             OR open < low OR close < low OR settle < low)
SELECT b.bar, p.day, p.edition, s.value_field, p.series_id, p.mantissa, p.scale
FROM bad b JOIN keys k ON k.series_id = b.bar JOIN price_series s ON s.id = k.other_id
JOIN price_current p ON p.series_id = k.other_id AND p.edition = k.edition AND p.day = b.day
 AND p.status <> 'withdrawn'
"""
PEERS = """
SELECT p.series_id, p.edition, p.day, p.mantissa, p.scale, t.family,
       me.family AS own_family, q.mantissa AS theirs, q.scale AS their_scale
FROM keys k JOIN price_current p ON p.series_id = k.series_id AND p.edition = k.edition
 AND p.day >= k.first AND p.day <= k.last AND p.status <> 'withdrawn'
JOIN price_current q ON q.series_id = k.other_id AND q.edition = p.edition AND q.day = p.day
 AND q.status <> 'withdrawn'
JOIN price_series t ON t.id = k.other_id JOIN price_series me ON me.id = k.series_id
WHERE q.scale <> p.scale OR abs(CAST(p.mantissa - q.mantissa AS double precision)) * 10000
      > :floor * CAST(q.mantissa AS double precision)
ORDER BY p.series_id, p.edition, p.day, t.family
"""


def statement(session: Session, body: str) -> TextClause:
    """One of the statements in the session's dialect; it takes `keys` and what else its text names."""
    return text(f"WITH {_KEYS[session.get_bind().dialect.name]} {body}")
