"""The pages that belong to no slice: home, and the readable description of the API."""

from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for
from flask_babel import gettext

from steelyard.accounts.names import KIND_NAMES
from steelyard.accounts.rules import ANYONE
from steelyard.api.access import PUBLIC
from steelyard.api.calls import Call
from steelyard.api.pages import NavItem, PageBlueprint, render
from steelyard.api.services import services
from steelyard.core.actors import OrgKind
from steelyard.core.i18n import N_
from steelyard.web import api_docs

SEE_HOME = ANYONE
pages = PageBlueprint("web", __name__)
NAVIGATION = (NavItem("web_pages.home", N_("Home"), SEE_HOME, "home", 0),)

PURPOSES = {
    OrgKind.OPERATOR: N_("You open group purchases, hold the openings, run the matching and see that rules are kept."),
    OrgKind.PIPE_MAKER: N_("You pledge your demand for billet, follow its delivery, and store and ship your pipe."),
    OrgKind.TRADER: N_("You watch prices, trade stock that lies in the yards, and have it carried."),
    OrgKind.MILL: N_("You bid sealed on group purchases and deliver what you were awarded."),
    OrgKind.CARRIER: N_("You offer lorries, accept loads, and drive no kilometre empty that can be avoided."),
    OrgKind.WAREHOUSE: N_("You receive, move, count and issue bundles; every one of them is known."),
    OrgKind.FINANCIER: N_("You see market prices and what the yards hold for the companies that you finance."),
}


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for a person, as a sentence in his language."""

    sentence: str
    count: int
    url: str


@pages.view("/", rule=SEE_HOME)
def home(call: Call) -> str:
    """Show a person what waits for him, collected from all slices."""
    found = [item for ask in services().waiting for item in ask(call.session, call.actor)]
    tasks = [Task(gettext(item.label, count=item.count), item.count, item.url) for item in found if item.count]
    kind = call.actor.org_kind
    return render("web/home.html", waiting=tasks, kind_name=gettext(KIND_NAMES[kind]), purpose=gettext(PURPOSES[kind]))


@pages.view("/api/docs", rule=PUBLIC)
def docs(call: Call) -> str:
    """Describe the API for reading, from the same document that programs read."""
    document = _document()
    problems = [(code, status, gettext(message)) for code, status, message in api_docs.problem_codes()]
    return render(
        "web/api_docs.html",
        groups=api_docs.groups(document),
        schemas=api_docs.schemas(document),
        problems=problems,
        document_url=url_for("api-docs.openapi_json"),
    )


def _document() -> dict[str, Any]:
    """Return the OpenAPI document; it cannot change while the process lives."""
    extensions = current_app.extensions
    if "steelyard_openapi" not in extensions:
        (register,) = extensions["flask-smorest"]["apis"].values()
        extensions["steelyard_openapi"] = register["ext_obj"].spec.to_dict()
    document: dict[str, Any] = extensions["steelyard_openapi"]
    return document
