"""Routes whose addresses are compiled when they are first written, not when the server starts."""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


class LateRule(Rule):
    """A rule of the URL map that compiles what writes its address at the first ``url_for`` to it.

    Werkzeug compiles two such functions for each rule while the map is made: of some 600 rules that was a tenth of a
    server's start, and most processes never write most addresses.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        """Return what compiles the builder at its first call and puts it in its own place."""

        def late(rule: Rule, **values: Any) -> tuple[str, str]:
            build: Builder = super(LateRule, self)._compile_builder(append_unknown).__get__(rule, None)
            setattr(rule, "_build_unknown" if append_unknown else "_build", build)
            return build(**values)

        return late
