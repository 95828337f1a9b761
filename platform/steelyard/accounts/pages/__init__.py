"""The accounts' pages: one module for each part of the work, all on one blueprint."""

from steelyard.accounts import rules
from steelyard.accounts.pages import directory, people
from steelyard.accounts.pages.slice import pages
from steelyard.api.pages import NavItem
from steelyard.core.i18n import N_

NAVIGATION = (
    NavItem("accounts_pages.organisation", N_("Organisation"), rules.MANAGE, "factory", 90),
    NavItem("accounts_pages.directory", N_("Members of the platform"), rules.FOUND_ORGANISATIONS, "user", 91),
    NavItem("accounts_pages.audit_trail", N_("Audit trail"), rules.READ_AUDIT, "key", 92),
)

__all__ = ["NAVIGATION", "directory", "pages", "people"]
