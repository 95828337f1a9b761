"""Telling the answers to scans in the reader's language."""

from collections.abc import Mapping, Sequence
from typing import Any

from inventory import arrival_errors, capacity_errors, code_errors, delivery_errors, errors
from inventory.masters.errors import ReasonRetired, ReasonUnknown
from inventory.quality.errors import MorePieces
from inventory.scanning import Answer
from inventory.states import Outcome
from inventory.words import CONDITIONS
from steelyard.api.locales import say
from steelyard.core.i18n import N_

UNSTATED = N_("of no stated condition")
REFUSED = {
    **errors.MESSAGES, **code_errors.MESSAGES, **delivery_errors.MESSAGES, **arrival_errors.MESSAGES,
    **capacity_errors.MESSAGES, **{one.code: one.message for one in (MorePieces, ReasonUnknown, ReasonRetired)},
}  # fmt: skip
"""The sentence of each code by which a scan is refused: what is wrong, and what is to be done."""
_DONE = {
    "moved": N_("Bundle %(tag)s was moved."),
    "issued": N_("Bundle %(tag)s was loaded."),
    "counted": N_("Bundle %(tag)s was counted."),
    "picked": N_("Bundle %(tag)s was picked for %(number)s."),
    "swapped": N_("Bundle %(tag)s was picked for %(number)s in place of %(instead)s, which is free again."),
    "defect_reported": N_(
        "Report %(number)s of %(pieces)s pieces of bundle %(tag)s was written. Set the bundle aside; "
        "it is promised to nobody."
    ),
    "received": N_("Bundle %(tag)s was received: %(goods)s, %(pieces)s pieces, by theory %(theory_kg)s kg."),
    "received_stated": N_(
        "Bundle %(tag)s was received: %(goods)s, %(pieces)s pieces, stated %(stated_kg)s kg, "
        "by theory %(theory_kg)s kg."
    ),
    "received_other_pieces": N_(
        "Bundle %(tag)s was received with %(pieces)s pieces of %(goods)s, but the advice says %(advised)s. "
        "Count again; by theory it weighs %(theory_kg)s kg."
    ),
}

_CERTIFICATES = {
    "filed": N_("Certificate %(certificate)s is on file for heat %(heat)s."),
    "not_filed": N_("Certificate %(certificate)s is not on file yet: file it, or have it sent."),
    "other_heat": N_(
        "Certificate %(certificate)s is on file for heat %(certified)s, not for %(heat)s. "
        "If it is of both, say so on the receipt's page."
    ),
    "missing": N_("The certificate is missing: none was named, and none is on file for heat %(heat)s."),
}
"""What the answer to a bundle that comes in says of its certificate, behind what it says of the bundle."""


def told(answer: Answer) -> dict[str, Any]:
    """The answer with its sentence."""
    return all_told([answer])[0]


def all_told(answers: Sequence[Answer]) -> list[dict[str, Any]]:
    """The answers with their sentences, each of which is looked up once."""
    sentences = {key: say(_message(*key)) for key in {(answer.outcome, answer.code) for answer in answers}}
    return [
        {
            "client_op_id": answer.client_op_id,
            "outcome": answer.outcome,
            "code": answer.code,
            "detail": _detail(sentences[answer.outcome, answer.code], answer.params),
            "bundle_id": answer.bundle_id,
        }
        for answer in answers
    ]


def _message(outcome: Outcome, code: str) -> str:
    return _DONE[code] if outcome is Outcome.DONE else REFUSED[code]


def _detail(sentence: str, params: Mapping[str, Any]) -> str:
    if (lacking := params.get("lacking")) is not None:
        params = {**params, "lacking": ", ".join(say(arrival_errors.LACKING[name]) for name in lacking.split(","))}
    if "wanted" in params:
        conditions = {name: CONDITIONS.get(params[name], UNSTATED) for name in ("wanted", "condition")}
        params = {**params, **{name: say(word) for name, word in conditions.items()}}
    paper = _CERTIFICATES.get(params.get("certificate_standing", ""))
    filled = _filled(sentence, params)
    return filled if paper is None else f"{filled} {_filled(say(paper), params)}"


def _filled(sentence: str, params: Mapping[str, Any]) -> str:
    return sentence % params if params else sentence
