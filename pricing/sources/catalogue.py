"""The sources that exist: every module of this package that declares `SOURCE`, or `SOURCES` for several."""

from importlib import import_module
from pkgutil import iter_modules

from pricing import sources
from pricing.importing import recipe, sheets
from pricing.sources.base import Registry, Source


def _declared() -> list[Source]:
    """What the modules declare, in the order of their names; the catalogue itself is none of them."""
    found: list[Source] = []
    for module in sorted(iter_modules(sources.__path__), key=lambda one: one.name):
        if module.name != "catalogue":
            declared = import_module(f"{sources.__name__}.{module.name}")
            found += [declared.SOURCE] if hasattr(declared, "SOURCE") else getattr(declared, "SOURCES", ())
    return found


class Catalogue(Registry):
    """The sources of the modules, and one for each provider whose sheets people bring, made when asked for."""

    def get(self, code: str) -> Source | None:
        """The source of that code, or None."""
        return super().get(code) or sheets.source_of(code)


SOURCES = Catalogue(_declared())


def publisher(family: str) -> str:
    """Who publishes a statistic; the code itself where no source states it any more."""
    named = next((source.contract.publisher for source in SOURCES if source.contract.family == family), None)
    return named or recipe.provider_of(family) or family
