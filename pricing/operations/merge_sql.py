"""The merge of a staged document in SQL: the rule of :mod:`pricing.merging`, for all its rows at once.

A row is *confirmed* where it says what is believed and the belief is not younger than it. It is *fresh* where
nothing is known of its key. All others are *contested*: they are lined up with everything that is stored of
their key, in the order of the stamps, and what differs from its neighbour before is a revision.

PostgreSQL does all in one statement, and looks for what is believed only on days that a document of the statistic
has spoken of: a new day costs no look at the index. SQLite, which has no statement that writes two tables, keeps
the two views of the rows (`weighed` and `lined`) in tables of the connection's own between a fixed number of
statements.
"""

from functools import cache

# ruff: noqa: S608  # the pieces that are put together here are constants of this module
KEY = "series_id, day, edition"
VALUE = "mantissa, scale, change_mantissa, status"
_STAMP = "fetched_at, sha256, reading"


def _same(one: str, other: str) -> str:
    plain = " AND ".join(f"{one}{name} = {other}{name}" for name in ("mantissa", "scale", "status"))
    nullable = f"({one}change_mantissa = {other}change_mantissa"
    return f"{plain} AND {nullable} OR {one}change_mantissa IS NULL AND {other}change_mantissa IS NULL)"


def _columns(alias: str, names: str) -> str:
    return ", ".join(f"{alias}.{name.strip()}" for name in names.split(","))


_CONFIRMED = f"({_columns('d', _STAMP)}) <= (:fetched_at, :sha256, :reading) AND {_same('c.', 's.')}"
_WEIGHED = f"n.id AS series_id, {_columns('s', f'day, edition, {VALUE}, published_at')}"

# Documents of the statistic that count after this one, and the last day that any of them has spoken of so far.
_LATER = """
SELECT id FROM price_document WHERE family = :family AND fetched_at >= :fetched_at
  AND (fetched_at, sha256, reading) > (:fetched_at, :sha256, :reading)
"""
_LAST_SPOKEN = "(SELECT max(last_day) FROM price_document WHERE family = :family)"

# One look at the key's index for each row, whatever the planner believes of tables that it has not seen yet, and
# none for days that no document has spoken of.
_WEIGHED_POSTGRESQL = f"""
SELECT nextval('price_observation_id_seq') AS id, {_WEIGHED}, b.series_id IS NULL AS fresh
FROM price_staged s JOIN price_staged_series m USING (ref)
{{join}} price_series n ON n.code = m.code AND n.family = :family LEFT JOIN LATERAL (
  SELECT c.series_id, {_columns("c", VALUE)}, c.document_id FROM price_current c
  WHERE c.series_id = n.id AND c.day = s.day AND c.edition = s.edition
  AND c.day BETWEEN :first_day AND :last_day AND s.day <= {_LAST_SPOKEN} LIMIT 1
) b ON TRUE
WHERE b.series_id IS NULL OR NOT ({_same("b.", "s.")}) OR b.document_id IN (SELECT id FROM later)
"""

WEIGHED_SQLITE = f"""
SELECT (SELECT coalesce(max(id), 0) FROM price_observation) + row_number() OVER (), {_WEIGHED}, c.series_id IS NULL
FROM price_staged s JOIN price_staged_series m USING (ref) JOIN price_series n ON n.code = m.code
LEFT JOIN price_current c ON c.series_id = n.id AND c.day = s.day AND c.edition = s.edition
LEFT JOIN price_document d ON d.id = c.document_id
WHERE c.series_id IS NULL OR NOT ({_CONFIRMED})
"""

_TOLD = """
FROM (SELECT series_id, day, edition FROM {weighed} WHERE NOT fresh) k {join} o {on}
JOIN price_document d ON d.id = o.document_id
"""
_TOLD_POSTGRESQL = _TOLD.format(
    weighed="weighed",
    join=f"""CROSS JOIN LATERAL (
      SELECT * FROM price_observation o WHERE ({_columns("o", KEY)}) = ({_columns("k", KEY)})
      AND o.day BETWEEN :first_day AND :last_day OFFSET 0
    )""",
    on="",
)
_TOLD_SQLITE = _TOLD.format(
    weighed="price_weighed",
    join="JOIN price_observation",
    on="ON o.series_id = k.series_id AND o.day = k.day AND o.edition = k.edition",
)

_CARRIED = f"{KEY}, {VALUE}, published_at"

_LINED = f"""
SELECT id, document_id, {_CARRIED}, mine, adds, touched, revisions, row_number() OVER (
    PARTITION BY {KEY} ORDER BY differs DESC, fetched_at DESC, sha256 DESC, reading DESC, mine DESC) AS place
FROM (
  SELECT *, max(adds) OVER k AS touched, sum(differs) OVER k AS revisions FROM (
    SELECT *, CASE WHEN mine = 1 AND differs = 1 AND (before_document IS NULL OR before_document <> :document_id)
      THEN 1 ELSE 0 END AS adds
    FROM (
      SELECT *, CASE WHEN before_document IS NOT NULL AND {_same("", "before_")} THEN 0 ELSE 1 END AS differs FROM (
        SELECT *, lag(document_id) OVER w AS before_document, lag(mantissa) OVER w AS before_mantissa,
          lag(scale) OVER w AS before_scale, lag(change_mantissa) OVER w AS before_change_mantissa,
          lag(status) OVER w AS before_status
        FROM (
          SELECT o.id, o.document_id, {_columns("o", _CARRIED)}, {_columns("d", _STAMP)}, 0 AS mine
          {{told}}
          UNION ALL
          SELECT id, :document_id, {_CARRIED}, :fetched_at, :sha256, :reading, 1 FROM {{weighed}} WHERE NOT fresh
        ) stated WINDOW w AS (PARTITION BY {KEY} ORDER BY {_STAMP}, mine)
      ) beside
    ) compared
  ) judged WINDOW k AS (PARTITION BY {KEY})
) counted
"""

LINED_POSTGRESQL = _LINED.format(told=_TOLD_POSTGRESQL, weighed="weighed")
LINED_SQLITE = _LINED.format(told=_TOLD_SQLITE, weighed="price_weighed")

_ADDED = f"""
SELECT id, {_CARRIED} FROM {{weighed}} WHERE fresh UNION ALL SELECT id, {_CARRIED} FROM {{lined}} WHERE adds = 1
"""
_APPENDED = "(SELECT count(*) FROM {weighed} WHERE fresh) + (SELECT count(*) FROM {lined} WHERE adds = 1)"

_DOCUMENT = """
INSERT INTO price_document (id, source, family, url, fetched_at, known_from, sha256, rows, kept, appended, unchanged,
  dropped, first_day, last_day, reading)
SELECT :document_id, :source, :family, :url, :fetched_at, :known_from, :sha256, :rows, :kept, n, :kept - n,
  :dropped, :first_day, :last_day, :reading
FROM (SELECT {appended} AS n LIMIT 1) a {guard}
"""

_OBSERVATIONS = f"""
INSERT INTO price_observation (id, {KEY}, {VALUE}, published_at, known_from, document_id)
SELECT id, {_CARRIED}, :known_from, :document_id FROM ({_ADDED}) added {{guard}}
"""

_NEW_BELIEFS = f"""
INSERT INTO price_current ({KEY}, {VALUE}, published_at, revision, held, observation_id, document_id)
SELECT {_CARRIED}, 1, {{no}}, id, :document_id FROM (SELECT * FROM {{weighed}} WHERE fresh) fresh_ones {{guard}}
"""

_CHANGED_BELIEFS = f"""
UPDATE price_current SET mantissa = b.mantissa, scale = b.scale, change_mantissa = b.change_mantissa,
  status = b.status, published_at = b.published_at, revision = b.revisions, observation_id = b.id,
  document_id = b.document_id, held = CASE WHEN {_same("price_current.", "b.")} THEN held ELSE {{no}} END
FROM {{lined}} b
WHERE b.touched = 1 AND b.place = 1 AND price_current.series_id = b.series_id AND price_current.day = b.day
  AND price_current.edition = b.edition
"""

_POSTGRESQL = {"weighed": "weighed", "lined": "lined", "no": "FALSE"}
_SQLITE = {"weighed": "price_weighed", "lined": "price_lined", "no": "0", "guard": ""}
_IF_ALL_ARE_KNOWN = "(SELECT unknown FROM appended) = 0"


@cache
def postgresql(*, new_document: bool) -> str:
    """The one statement; it answers how many observations were appended and how many rows are of unknown series.

    A new document with rows of unknown series writes nothing: its caller makes the series and merges again. An old
    one leaves such rows out.
    """
    names = _POSTGRESQL | {"guard": f"WHERE {_IF_ALL_ARE_KNOWN}"}
    document = _DOCUMENT.format(appended="(SELECT n FROM appended)", guard=names["guard"])
    return f"""
    WITH later AS MATERIALIZED ({_LATER}),
    weighed AS MATERIALIZED ({_WEIGHED_POSTGRESQL.format(join="LEFT JOIN" if new_document else "JOIN")}),
    lined AS MATERIALIZED ({LINED_POSTGRESQL}),
    appended AS MATERIALIZED (
      SELECT count(*) FILTER (WHERE fresh) + (SELECT count(*) FROM lined WHERE adds = 1) AS n,
        count(*) FILTER (WHERE series_id IS NULL) AS unknown
      FROM weighed
    ),
    {f"document AS ({document})," if new_document else ""}
    observed AS ({_OBSERVATIONS.format(**names)}),
    believed AS ({_NEW_BELIEFS.format(**names)}),
    believed_now AS ({_CHANGED_BELIEFS.format(**names)}
      AND price_current.day BETWEEN :first_day AND :last_day AND {_IF_ALL_ARE_KNOWN})
    SELECT n, unknown FROM appended
    """


_JUDGED = "mine, adds, touched, revisions, place"
SQLITE_TABLES = (
    f"CREATE TEMPORARY TABLE IF NOT EXISTS price_weighed (id INTEGER PRIMARY KEY, {_CARRIED}, fresh)",
    f"CREATE TEMPORARY TABLE IF NOT EXISTS price_lined (id, document_id, {_CARRIED}, {_JUDGED})",
    "DELETE FROM price_weighed",
    "DELETE FROM price_lined",
)
SQLITE_VIEWS = (
    f"INSERT INTO price_weighed {WEIGHED_SQLITE}",
    f"INSERT INTO price_lined {LINED_SQLITE}",
)
SQLITE_APPENDED = f"SELECT {_APPENDED.format(**_SQLITE)}"
SQLITE_DOCUMENT = _DOCUMENT.format(appended=_APPENDED.format(**_SQLITE), guard="")
SQLITE_WRITES = tuple(template.format(**_SQLITE) for template in (_OBSERVATIONS, _NEW_BELIEFS, _CHANGED_BELIEFS))
