"""Every table of every slice, for migrations, backups and the test that compares models with migrations."""

import importlib

from sqlalchemy import MetaData

MODULES = (
    "steelyard.core.numbering",
    "steelyard.core.sequence",
    "steelyard.core.outbox",
    "steelyard.core.audit",
    "steelyard.core.sealing",
    "steelyard.api.idempotency",
    "steelyard.accounts.models",
    "pricing.models",
    "pricing.fetching.models",
    "pricing.import_models",
    "pricing.alert_models",
    "pricing.quality_models",
    "pricing.derived_models",
    "inventory.masters.models",
    "inventory.models",
    "inventory.charges.models",
    "inventory.cycle_models",
    "inventory.genealogy_models",
    "inventory.label_models",
    "inventory.gate_models",
    "inventory.delivery_models",
    "inventory.advice_models",
    "inventory.epcis.models",
    "inventory.certificates.models",
    "inventory.quality.models",
    "steelyard.procurement.models",
    "steelyard.logistics.models",
    "steelyard.jobs.models",
)


def metadata() -> MetaData:
    """Import every module that declares tables and return their common metadata."""
    from steelyard.core.models import Base

    for name in MODULES:
        importlib.import_module(name)
    return Base.metadata
