"""What the EPCIS interface refuses, with the standard's own names for it."""

from inventory.epcis.structure import Faults
from steelyard.core.errors import BadRequest, NotFound, Refused, SteelyardError
from steelyard.core.i18n import N_


class ValidationFailed(SteelyardError):
    """A document or an event has not the form of the standard."""

    code = "epcis_invalid"
    status = 400
    problem_type = "epcisException:ValidationException"
    message = N_("This is no sound EPCIS document: %(where)s %(what)s.")

    @classmethod
    def of(cls, faults: Faults, path: str = "") -> "ValidationFailed":
        """Return the error for what is wrong, with the field paths."""
        fields: dict[str, list[str]] = {}
        for where, what in faults:
            fields.setdefault(joined(path, where), []).append(what)
        first = next(iter(fields))
        return cls(fields=fields, where=first, what=fields[first][0])


class QueryParameterWrong(BadRequest):
    """A query parameter is unknown, given twice, or has a value that it cannot have."""

    code = "epcis_query_parameter"
    problem_type = "epcisException:QueryParameterException"
    message = N_("The query parameter %(name)s cannot be used like this.")


class QueryTooLarge(SteelyardError):
    """More events match than the query allows."""

    code = "epcis_query_too_large"
    status = 413
    problem_type = "epcisException:QueryTooLargeException"
    message = N_("More than %(most)s events match. Narrow the query.")


class EventExists(Refused):
    """Another event is known under the same id."""

    code = "epcis_event_exists"
    problem_type = "epcisException:ResourceAlreadyExistsException"
    message = N_(
        "Another event is known under the id %(event_id)s. Correct it by a declaration of error, or send a new id."
    )


class EventUnknown(NotFound):
    """The caller has no such event."""

    code = "epcis_event_unknown"
    problem_type = "epcisException:NoSuchResourceException"


def joined(path: str, where: str) -> str:
    """Return the path of a field within a document."""
    if not path or not where:
        return path or where or "document"
    return f"{path}{where}" if where.startswith("[") else f"{path}.{where}"
