"""`import` and `export`: files in, files out."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from concierge.cli.ending import FAILED
from concierge.cli.output import (
    AsJson,
    complain,
    for_machines,
    progress,
    write_json,
    write_line,
    write_table,
)
from concierge.cli.running import COMMAND, services

if TYPE_CHECKING:
    from concierge.bootstrap import Services
    from concierge.exchange.exports import ExportFormat, ExportKind
    from concierge.exchange.models import ImportReport

importing = typer.Typer(help="Takes in catalogues and orders; safe to repeat.")

File = Annotated[Path, typer.Argument(help="A file to read.")]
Format = Annotated[
    str | None,
    typer.Option("--format", help="shopify-csv or woocommerce-json; without, it is recognised."),
]
REJECTIONS_SHOWN = 20


@importing.command("products")
def import_products(file: File, format_: Format = None, as_json: AsJson = False) -> None:
    """A catalogue: Shopify's product CSV or WooCommerce's JSON."""
    _import("products", file, format_, as_json)


@importing.command("orders")
def import_orders(file: File, format_: Format = None, as_json: AsJson = False) -> None:
    """Orders: Shopify's order export CSV or WooCommerce's JSON."""
    _import("orders", file, format_, as_json)


def _import(what: str, file: Path, format_: str | None, as_json: bool) -> None:
    from concierge.cli.given import checked

    checked(file)  # before a database is started for nothing
    with services() as ready, progress(f"Importing {what}") as tell:
        run = ready.imports.products if what == "products" else ready.imports.orders
        report = run(COMMAND, file, format_, lambda _, done, total: tell(done, total))
    if for_machines(as_json):
        write_json(report.model_dump(mode="json", by_alias=True))
    else:
        _show(what, report)


def _show(what: str, report: ImportReport) -> None:
    write_line(
        f"{report.read} rows read: {report.created} {what} created, {report.updated} updated, "
        f"{report.unchanged} unchanged, {len(report.rejected)} rows rejected."
    )
    if report.rejected:
        shown = report.rejected[:REJECTIONS_SHOWN]
        write_table(
            ["line", "key", "field", "reason"], [(r.line, r.key, r.field, r.reason) for r in shown]
        )
        if len(report.rejected) > len(shown):
            write_line(f"... and {len(report.rejected) - len(shown)} more; --json lists them all.")


def export(
    kinds: Annotated[str, typer.Argument(help="One or more of conversations,tickets,csat,orders.")],
    out: Annotated[
        str | None,
        typer.Option(
            help="A folder; for one kind also FILE.csv, FILE.json or - for standard output."
        ),
    ] = None,
    format_: Annotated[
        str | None, typer.Option("--format", help="csv or json; as the file's name says, else csv.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Conversations, tickets, ratings and orders, row by row, into files.

    Without --out they go to a new folder in the data folder. They hold names and addresses, so
    only you can read them.
    """
    file = _as_file(out)
    named = file.suffix.removeprefix(".") if file else None
    wanted, written_as = _read(kinds, format_ or named or "csv")
    if named not in (None, written_as.value):
        raise typer.BadParameter(f"{out} is no name for {written_as.value}", param_hint="--out")
    if (file or out == "-") and len(wanted) != 1:
        where = "one file" if file else "standard output"
        raise typer.BadParameter(f"one kind at a time goes to {where}", param_hint="--out")
    with services() as ready:
        if out == "-":
            for piece in ready.exports.stream(COMMAND, wanted[0], written_as):
                sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
            return
        now = ready.clock.now().strftime("%Y%m%dT%H%M%SZ")
        folder = Path(out) if out else ready.settings.data_dir / "exports" / now
        files = {
            kind.value: _write(
                ready, kind, written_as, file or folder / f"{kind.value}.{written_as.value}"
            )
            for kind in wanted
        }
    if for_machines(as_json):
        write_json({"files": {kind: str(path) for kind, path in files.items()}})
    else:
        for kind, path in files.items():
            write_line(f"{kind}: {path}")


def _read(kinds: str, format_: str) -> tuple[list[ExportKind], ExportFormat]:
    from concierge.core.errors import InvalidInput
    from concierge.exchange.exports import ExportFormat, ExportKind

    names = [name.strip() for name in kinds.split(",") if name.strip()]
    unknown = [name for name in names if name not in set(ExportKind)]
    if unknown or not names:
        known = ", ".join(ExportKind)
        raise InvalidInput("export", f"'{', '.join(unknown)}' is not among {known}")
    if format_ not in set(ExportFormat):
        raise InvalidInput("format", f"must be one of {', '.join(ExportFormat)}")
    return list(dict.fromkeys(ExportKind(name) for name in names)), ExportFormat(format_)


def _as_file(out: str | None) -> Path | None:
    """The one file that is meant; None for a folder, which may be there and be called anything."""
    path = Path(out) if out else None
    named = path is not None and path.suffix in {".csv", ".json"} and not path.is_dir()
    return path if named else None


def _write(ready: Services, kind: ExportKind, written_as: ExportFormat, path: Path) -> Path:
    """Beside its place first, so that a broken export never looks like a whole one."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for piece in ready.exports.stream(COMMAND, kind, written_as):
                file.write(piece)
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        complain(f"{path} cannot be written: {error.strerror or error}")
        raise typer.Exit(FAILED) from None
    return path
