"""Road distances without a map, and the time a lorry needs for them."""

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_M = 6_371_000
"""Mean radius of the earth in metres (IUGG)."""

ROAD_FACTOR = 1.3
"""Kilometres of road for each kilometre of great circle: the trade's rule of thumb."""

GREAT_CIRCLE_SOURCE = "great_circle_x1.3"
"""Stored with every distance of this module, so that a measured one can be told from an estimated one."""

SPEED_M_PER_HOUR = 60_000
"""Planning speed of a loaded lorry, rests included: 60 km/h, so that one kilometre takes one minute."""

SERVICE_TIME = timedelta(minutes=60)
"""Time that loading, and again unloading, takes at a stop."""


@dataclass(frozen=True, slots=True)
class Point:
    """A point on the earth in micro-degrees."""

    lon_udeg: int
    lat_udeg: int


@lru_cache(maxsize=100_000)
def road_distance_m(start: Point, end: Point) -> int:
    """Metres by road between two points: haversine great circle × 1.3, rounded once to the metre.

    Two postings of the same place are 0 m apart: the estimate knows places, not streets.
    """
    lat_a, lat_b = radians(start.lat_udeg / 1e6), radians(end.lat_udeg / 1e6)
    half_lat, half_lon = (lat_b - lat_a) / 2, radians((end.lon_udeg - start.lon_udeg) / 1e6) / 2
    chord = sin(half_lat) ** 2 + cos(lat_a) * cos(lat_b) * sin(half_lon) ** 2
    return round(2 * EARTH_RADIUS_M * asin(sqrt(min(1.0, chord))) * ROAD_FACTOR)


def travel_time(metres: int) -> timedelta:
    """Driving time for this distance at the planning speed, rounded up to the second."""
    return timedelta(seconds=-(-metres * 3600 // SPEED_M_PER_HOUR))
