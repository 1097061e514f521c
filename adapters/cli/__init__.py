"""The command line: one console script, `varsel`."""

from __future__ import annotations

import json
import os
import sys

import typer

from adapters.cli import (
    backing_up,
    commands,
    console,
    doctoring,
    erasing,
    evidence,
    following,
    foreign,
    keeping,
    knowing,
    migrating,
    parties,
    playing,
    queries,
    reporting,
    serving,
    setting_up,
    suggesting,
    webhooks,
    witnessing,
)
from domain.errors import Invalid, VarselError

app = typer.Typer(
    name="varsel",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Carries a vendor's word to every client it concerns, and the clocks that it starts.",
)
app.command()(serving.serve)
app.command()(setting_up.setup)
app.add_typer(parties.app, name="party")
app.command()(commands.report)
app.command()(commands.do)
app.command()(commands.template)
app.command()(following.follow)
app.add_typer(webhooks.app, name="webhook")
app.command()(console.console)
app.command()(queries.timeline)
app.command()(queries.obligations)
app.command()(queries.register)
app.command()(queries.board)
app.command()(queries.contradictions)
app.command()(queries.severity)
app.command()(knowing.knew)
app.command()(erasing.erase)
app.command("audit-report")(reporting.audit_report)
app.command()(evidence.export)
app.command()(evidence.verify)
app.command()(suggesting.suggest)
app.command()(playing.play)
app.command()(playing.deadline)
app.command()(witnessing.checkpoint)
app.command()(doctoring.doctor)
app.command()(foreign.foreign)
app.command()(parties.rebuild)
app.command()(keeping.rekey)
app.command()(migrating.migrate)
app.command()(backing_up.backup)
app.command()(backing_up.restore)
app.command(hidden=True)(serving.demo)


def main() -> None:
    """Run a command; a refusal is one message on stderr and a non-zero exit."""
    try:
        code = app(standalone_mode=not _as_json())
    except VarselError as error:
        _complain(error)
        sys.exit(1)
    except typer.TyperException as misused:  # as JSON; for people typer shows it itself
        _complain(Invalid(misused.format_message(), next_step="see --help of this command"))
        sys.exit(misused.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:  # the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)


def _complain(error: VarselError) -> None:
    """For people; as a problem document where the output is asked for as JSON."""
    if _as_json():
        text = json.dumps({"error": error.problem()}, ensure_ascii=False)
    else:
        text = f"refused: {error}"
    typer.echo(text, err=True)


def _as_json() -> bool:
    return "--json" in sys.argv
