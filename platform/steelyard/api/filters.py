"""Template filters: exact integers shown as people read them, in the reader's language."""

from datetime import date, datetime

from flask import Flask
from flask_babel import get_locale

from steelyard.core import units
from steelyard.core.clock import SHANGHAI

NOTHING = "—"


def _language() -> str:
    return "en" if str(get_locale()) == "en" else "zh"


def mass(value: int | None) -> str:
    """Show grams as tonnes with three decimals."""
    return NOTHING if value is None else units.format_mass(value, _language())


def price(value: int | None) -> str:
    """Show fen per tonne as yuan per tonne."""
    return NOTHING if value is None else units.format_price(value, _language())


def money(value: int | None) -> str:
    """Show fen as yuan."""
    return NOTHING if value is None else units.format_money(value, _language())


def length(value: int | None) -> str:
    """Show millimetres."""
    return NOTHING if value is None else units.format_length(value, _language())


def when(value: datetime | None) -> str:
    """Show a moment in Asia/Shanghai to the minute."""
    return NOTHING if value is None else value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def day(value: date | None) -> str:
    """Show a day."""
    return NOTHING if value is None else value.isoformat()


def init_app(app: Flask) -> None:
    """Register the filters."""
    for show in (mass, price, money, length, when, day):
        app.add_template_filter(show, show.__name__)
    app.add_template_filter(lambda size: NOTHING if size is None else units.format_size(size), "size")
