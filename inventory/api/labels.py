"""The API of labels: company prefixes, prints, and their files."""

from typing import Any

from inventory import label_schemas, labelling, rules
from inventory.api.slice import Body, Record, blp
from inventory.label_models import Gs1Prefix
from inventory.operations import printing
from steelyard.api.calls import Call
from steelyard.api.downloads import NamedFile


@blp.list_("/gs1-prefixes", rule=rules.KEEP, returns=label_schemas.Gs1PrefixOut)
def list_gs1_prefixes(call: Call, query: Body) -> Any:
    """The company prefixes of one's own organisation."""
    return call.page(labelling.prefixes(call.actor), query, Gs1Prefix.id)


@blp.create("/gs1-prefixes", rule=rules.KEEP, body=label_schemas.Gs1PrefixIn, returns=label_schemas.Gs1PrefixOut)
def add_gs1_prefix(call: Call, body: Body) -> Any:
    """Number bundles with this company prefix from now on."""
    return printing.add_prefix(call.session, call.actor, body["prefix"])


@blp.list_("/label-prints", rule=rules.SEE_YARD, returns=label_schemas.LabelPrintOut)
def list_label_prints(call: Call, query: Body) -> Any:
    """What was printed, newest first."""
    return labelling.prints(call.session, call.actor, query)


@blp.create("/label-prints", rule=rules.KEEP, body=label_schemas.LabelPrintIn, returns=label_schemas.LabelPrintOut)
def print_labels(call: Call, body: Body) -> Record:
    """Print labels; each print is counted and kept."""
    given = dict(body)
    printed = printing.print_labels(call.session, call.actor, given.pop("warehouse_id"), printing.Wanted(**given))
    return labelling.one_print(call.session, call.actor, printed.id)


@blp.get("/label-prints/<id:print_id>", rule=rules.SEE_YARD, returns=label_schemas.LabelPrintOut)
def get_label_print(call: Call, print_id: int) -> Record:
    """One print."""
    return labelling.one_print(call.session, call.actor, print_id)


@blp.file("/label-prints/<id:print_id>/labels.pdf", rule=rules.SEE_YARD, media_type="application/pdf")
def download_labels_pdf(call: Call, print_id: int) -> bytes:
    """The labels as PDF, one to a page or eight to a sheet, as they were asked for."""
    return labelling.pdf(call.session, call.actor, print_id)


@blp.file("/label-prints/<id:print_id>/labels.zpl", rule=rules.SEE_YARD, media_type="application/octet-stream")
def download_labels_zpl(call: Call, print_id: int) -> NamedFile:
    """The labels for a printer that reads ZPL II, 203 dots an inch."""
    return NamedFile(f"labels-{print_id}.zpl", labelling.for_printers(call.session, call.actor, print_id))
