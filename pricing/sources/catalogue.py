"""The sources that exist; a new one is a module of its own and a line here."""

from pricing.importing import recipe, sheets
from pricing.sources import nbs, nbs_transcript, shfe
from pricing.sources.base import Registry, Source


class Catalogue(Registry):
    """The sources of this list, and one for each provider whose sheets people bring; those are made when asked for."""

    def get(self, code: str) -> Source | None:
        """The source of that code, or None."""
        return super().get(code) or sheets.source_of(code)


SOURCES = Catalogue((nbs.SOURCE, nbs_transcript.SOURCE, shfe.SOURCE))


def publisher(family: str) -> str:
    """Who publishes a statistic; the code itself where no source states it any more."""
    named = next((source.contract.publisher for source in SOURCES if source.contract.family == family), None)
    return named or recipe.provider_of(family) or family
