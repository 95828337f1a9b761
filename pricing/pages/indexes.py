"""The pages of indexes: their definitions, values, and what was signed off."""

from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _

from pricing import index_labels as words
from pricing import rules
from pricing.derived_models import PriceIndex, PriceIndexRelease
from pricing.operations.indexes import sign_off
from pricing.pages.slice import pages
from pricing.queries import derived as queries
from pricing.queries import indexes as index_queries
from steelyard.api.calls import Call
from steelyard.api.form_fields import FormDay, FormSchema, FormText
from steelyard.api.pages import render

MOST_SHOWN = 250


class ReleaseForm(FormSchema):
    """What a person signs off."""

    day = FormDay(required=True)
    remark = FormText(max=500)


@pages.view("/prices/indexes", rule=rules.SEE)
def indexes(call: Call) -> str:
    """List the indexes with the last value that was signed off."""
    found = call.session.scalars(index_queries.indexes().order_by(PriceIndex.code, PriceIndex.version.desc())).all()
    return render("pricing/indexes.html", indexes=found[:MOST_SHOWN], words=words)


@pages.view("/prices/indexes/<id:index_id>", rule=rules.SEE)
def index(call: Call, index_id: int) -> str:
    """Show an index: its terms, what it comes to now, and what was signed off."""
    found = index_queries.index(call.session, index_id)
    asked = queries.window(call.session, None, None, None)
    values = []
    if found.kind == "city":
        values = index_queries.city_values(call.session, found, asked.moment, asked.last)[-MOST_SHOWN:]
    query = index_queries.releases(index_id).order_by(PriceIndexRelease.day.desc(), PriceIndexRelease.revision.desc())
    releases = call.session.scalars(query.limit(MOST_SHOWN)).all()
    return render(
        "pricing/index.html",
        index=found,
        values=values[::-1],
        releases=releases,
        names=index_queries.signers(call.session, releases),
        may_sign=rules.GOVERN.allows(call.actor),
        words=words,
    )


@pages.form("/prices/indexes/<id:index_id>/releases", rule=rules.GOVERN, form=ReleaseForm)
def sign_off_index(call: Call, form: dict[str, Any], index_id: int) -> Any:
    """Sign a value off."""
    found = index_queries.index(call.session, index_id)
    release = sign_off(call.session, call.actor, found, form["day"], remark=form.get("remark"))
    flash(_("The value for %(day)s is published under your name.", day=release.day.isoformat()), "success")
    return redirect(url_for("pricing_pages.index", index_id=index_id), 303)
