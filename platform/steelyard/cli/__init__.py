"""The ``steelyard`` command. Listing the commands loads none of them, so that help comes at once."""

import click

from steelyard.cli.lazy import Lazy, LazyGroup

COMMANDS = {
    "serve": Lazy("steelyard.cli.serving:serve", "Run web, worker and clock together (one machine)."),
    "web": Lazy("steelyard.cli.serving:web", "Run the web server alone."),
    "worker": Lazy("steelyard.cli.serving:worker", "Run a worker of the job queue alone."),
    "clock": Lazy("steelyard.cli.serving:clock", "Run a clock alone; of several, one leads."),
    "migrate": Lazy("steelyard.cli.migrating:migrate", "Bring the database up or down, or tell where it is."),
    "user": Lazy("steelyard.cli.accounts:user", "Create people, list them, reset their passwords."),
    "token": Lazy("steelyard.cli.accounts:token", "Make tokens for programs."),
    "jobs": Lazy("steelyard.cli.queue:jobs", "See what the job queue does and did."),
    "audit": Lazy("steelyard.cli.auditing:audit", "Prove the audit trail against its seals."),
    "backup": Lazy("steelyard.cli.backups:backup", "Write the whole installation into one file."),
    "restore": Lazy("steelyard.cli.backups:restore", "Restore such a file into an empty place."),
    "reference": Lazy("steelyard.cli.reference:reference", "Load published reference data."),
    "inventory": Lazy("inventory.cli:inventory", "The warehouse's ledger, proved against its moves."),
    "prices": Lazy("pricing.cli:prices", "Sources of prices: fetch, and see how they fare."),
    "demo": Lazy("steelyard.cli.demo:demo", "Show the whole business once, through the HTTP API."),
}


@click.group(
    cls=LazyGroup,
    lazy=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="steelyard")
def main() -> None:
    """Steelyard: buy steel together, keep pipe in the yard, fill the lorries.

    Settings come from the environment (STEELYARD_DATA_DIR, STEELYARD_DATABASE_URL, …); without any, everything
    is kept in the folder var.
    """
