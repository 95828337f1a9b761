"""The sources that exist; a new one is a module of its own and a line here."""

from pricing.sources import nbs, nbs_transcript, shfe
from pricing.sources.base import Registry

SOURCES = Registry((nbs.SOURCE, nbs_transcript.SOURCE, shfe.SOURCE))
