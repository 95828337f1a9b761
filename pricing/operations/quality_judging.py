"""From believed figures to findings: what was loaded becomes columns, and each figure gets its reasons."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from pricing import quality_limits as limits
from pricing.merging import Key
from pricing.models import PriceSeries
from pricing.operations import quality_reading as reading
from pricing.operations.quality_reading import Familiar, Range, Stretch
from pricing.operations.statements import batches
from pricing.quality import BAR_FIELDS, Figure, Finding, bar_findings, disagreement
from pricing.quality_tracks import REMEMBERED, Tracks, findings, screen
from pricing.sources.figures import rescaled

_Spans = Mapping[reading.Track, tuple[date, date]]


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found: of each key that was looked at its findings, and the value that is believed (None: none is)."""

    findings: dict[Key, list[Finding]]
    values: dict[Key, Figure]


@dataclass(frozen=True, slots=True)
class _Terms:
    """The limits of one series."""

    limit_bp: int
    floor_bp: int
    plausible: tuple[int, int] | None


def judge(session: Session, ranges: Sequence[Range], suspects: set[Key]) -> Judged:
    """Judge the suspects, the `REMEMBERED` figures from each of them on, and the days of the ranges as a whole."""
    parts = reading.stretches(session, sorted(suspects)) if suspects else []
    judged = Judged({key: [] for key in suspects}, {})
    days = [*ranges, *((*part.track, part.first, part.last) for part in parts)]
    familiars = reading.familiars(session, days)
    if parts:
        _judge_tracks(session, parts, suspects, familiars, judged)
    spans = {(series_id, edition): (first, last) for series_id, edition, first, last in ranges}
    _judge_bars(session, familiars, spans, judged)
    _judge_peers(session, familiars, spans, judged)
    return judged


def _judge_tracks(
    session: Session, parts: Sequence[Stretch], suspects: set[Key], familiars: Iterable[Familiar], judged: Judged
) -> None:
    rows = reading.figures(session, parts)
    if not rows:
        return
    wanted = {(part.track, part.first, part.last) for part in parts}
    pairs = {
        _pair(one)
        for one in familiars
        if one.other_field == "open_interest" and one.sibling and (one.track, one.first, one.last) in wanted
    }
    lots = reading.lots(session, sorted(pairs)) if pairs else {}
    tracks, scales = _columns(rows, parts, _terms(session, {part.track[0] for part in parts}), lots)
    found = findings(tracks, screen(tracks), [row.day for row in rows], scales)
    for place in _zone(rows, suspects):
        row = rows[place]
        key = (row.series_id, row.day, row.edition)
        judged.values[key] = Figure(row.mantissa, row.scale)
        judged.findings[key] = [found[place]] if place in found else []


def _pair(one: Familiar) -> reading.Pair:
    return (*one.track, one.first, one.last, one.other_id)


def _zone(rows: Sequence[Row[Any]], suspects: set[Key]) -> Iterable[int]:
    """The places of the suspects and of the figures behind them that depend on them."""
    left = 0
    for place, row in enumerate(rows):
        if place and (rows[place - 1].series_id, rows[place - 1].edition) != (row.series_id, row.edition):
            left = 0
        if (row.series_id, row.day, row.edition) in suspects:
            left = REMEMBERED
        if left:
            yield place
            left -= 1


def _terms(session: Session, series_ids: Iterable[int]) -> dict[int, _Terms]:
    """The limits of the series, from what they are."""
    series, found = PriceSeries, {}
    columns = select(series.id, series.kind, series.frequency, series.commodity, series.unit)
    for batch in batches(sorted(series_ids)):
        for id_, kind, frequency, commodity, unit in session.execute(columns.where(series.id.in_(batch))):
            limit = limits.limit(kind, frequency, commodity)
            found[id_] = _Terms(limit.basis_points, limits.floor(frequency), limits.PLAUSIBLE.get(unit))
    return found


def _columns(
    rows: Sequence[Row[Any]],
    parts: Sequence[Stretch],
    terms: Mapping[int, _Terms],
    lots: Mapping[tuple[reading.Track, date], int],
) -> tuple[Tracks, list[int]]:
    import numpy as np

    def column(values: Iterable[int]) -> Any:
        return np.fromiter(values, dtype=np.int64, count=len(rows))

    born = {(*part.track, part.first) for part in parts if part.born}
    starts = [(row.series_id, row.edition, row.first) for row in rows]
    first = np.array([not place or start != starts[place - 1] for place, start in enumerate(starts)], dtype=bool)
    finest: dict[tuple[int, str, date], int] = {}
    for start, row in zip(starts, rows, strict=True):
        finest[start] = max(finest.get(start, 0), row.scale)
    scales = [finest[start] for start in starts]
    own = [terms[row.series_id] for row in rows]
    bounds = [one.plausible or (0, 0) for one in own]
    tracks = Tracks(
        value=column(rescaled(row.mantissa, row.scale, scale) for row, scale in zip(rows, scales, strict=True)),
        first=first,
        born=np.array([start in born for start in starts], dtype=bool),
        least=column(bound[0] * 10**scale for bound, scale in zip(bounds, scales, strict=True)),
        most=column(bound[1] * 10**scale for bound, scale in zip(bounds, scales, strict=True)),
        limit_bp=column(one.limit_bp for one in own),
        floor_bp=column(one.floor_bp for one in own),
        lots=column(lots.get(((row.series_id, row.edition), row.day), 0) for row in rows),
    )
    return tracks, scales


def _judge_bars(session: Session, familiars: Iterable[Familiar], ranges: _Spans, judged: Judged) -> None:
    """Add what is impossible in an instrument's day."""
    asked = _bar_fields(familiars)
    if not asked:
        return
    days: dict[tuple[int, str, date], dict[str, Row[Any]]] = {}
    for row in reading.bars(session, asked):
        days.setdefault((row.bar, row.edition, row.day), {})[row.value_field] = row
    for fields in days.values():
        bar = {name: Figure(row.mantissa, row.scale) for name, row in fields.items()}
        for name, finding in bar_findings(bar).items():
            _add(judged, ranges, fields[name], finding)


def _bar_fields(familiars: Iterable[Familiar]) -> list[reading.Pair]:
    """The fields of each instrument, under the least of their numbers, with the days to look at; no day twice."""
    members: dict[reading.Track, set[int]] = {}
    asked: list[tuple[reading.Track, date, date]] = []
    for one in familiars:
        if one.sibling and one.field in BAR_FIELDS and one.other_field in BAR_FIELDS:
            members.setdefault(one.track, {one.track[0]}).add(one.other_id)
            asked.append((one.track, one.first, one.last))
    spans: dict[reading.Track, list[tuple[date, date]]] = {}
    whole: dict[reading.Track, set[int]] = {}
    for track, first, last in asked:
        bar = (min(members[track]), track[1])
        whole[bar] = members[track]
        spans.setdefault(bar, []).append((first, last))
    return [
        (bar[0], bar[1], first, last, series_id)
        for bar, found in spans.items()
        for first, last in _merged(found)
        for series_id in sorted(whole[bar])
    ]


def _merged(spans: Iterable[tuple[date, date]]) -> list[tuple[date, date]]:
    """The spans without overlap, in order."""
    merged: list[tuple[date, date]] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def _judge_peers(session: Session, familiars: Iterable[Familiar], ranges: _Spans, judged: Judged) -> None:
    """Add what other sources of the same price say; whoever makes a price is not contradicted by others."""
    pairs = set()
    for one in familiars:
        if not one.sibling:
            series_id, edition = one.track
            pairs |= {_pair(one), (one.other_id, edition, one.first, one.last, series_id)}
    if not pairs:
        return
    for row in reading.peers(session, sorted(pairs)):
        finding = disagreement(Figure(row.mantissa, row.scale), Figure(row.theirs, row.their_scale), row.family)
        if finding is not None and row.own_family not in limits.PRIMARY:
            _add(judged, ranges, row, finding)


def _add(judged: Judged, ranges: _Spans, row: Row[Any], finding: Finding) -> None:
    """Note a finding of a key that is looked at as a whole; of others the track was not judged."""
    key = (row.series_id, row.day, row.edition)
    span = ranges.get((row.series_id, row.edition))
    if key not in judged.findings and (span is None or not span[0] <= row.day <= span[1]):
        return
    judged.values[key] = Figure(row.mantissa, row.scale)
    judged.findings.setdefault(key, []).append(finding)
