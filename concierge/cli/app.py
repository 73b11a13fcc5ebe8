"""All commands, put together."""

from __future__ import annotations

import typer

from concierge.cli import accounts, evaluate, figures, files, health, language, proof, setup
from concierge.cli.ending import Commands

app = typer.Typer(
    name="concierge",
    cls=Commands,
    help="Aurora Concierge by command. Exit 0: done. 1: failed. 2: bad usage or bad input.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("init-db")(setup.init_db)
app.command("seed")(setup.seed)
app.add_typer(files.importing, name="import")
app.command("export")(files.export)
app.command("detect")(language.detect)
app.command("chat")(language.chat)
app.command("evaluate")(evaluate.evaluate)
app.command("funnel")(figures.funnel)
app.command("verify")(proof.verify)
app.add_typer(accounts.users, name="user")
app.command("doctor")(health.doctor)
app.command("config")(health.config)


def main() -> None:
    """Runs the command of this process; always ends in `SystemExit`."""
    app(prog_name="python -m concierge")
