"""The command line: one console script, `varsel`."""

from __future__ import annotations

import json
import sys

import click
import typer

from adapters.cli import commands, following, parties, playing, queries, serving
from domain.errors import Invalid, VarselError

app = typer.Typer(
    name="varsel",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Carries a vendor's word to every client it concerns, and the clocks that it starts.",
)
app.command()(serving.serve)
app.add_typer(parties.app, name="party")
app.command()(commands.report)
app.command()(commands.do)
app.command()(commands.template)
app.command()(following.follow)
app.command()(queries.timeline)
app.command()(queries.obligations)
app.command()(queries.register)
app.command()(queries.board)
app.command()(queries.contradictions)
app.command()(playing.play)
app.command()(playing.deadline)
app.command()(parties.doctor)
app.command()(parties.rebuild)
app.command(hidden=True)(serving.demo)


def main() -> None:
    """Run a command; a refusal is one message on stderr and a non-zero exit."""
    try:
        code = app(standalone_mode=False)
    except VarselError as error:
        _complain(error)
        sys.exit(1)
    except click.ClickException as error:
        _misused(error)
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)


def _complain(error: VarselError) -> None:
    """For people; as a problem document where the output is asked for as JSON."""
    if _as_json():
        text = json.dumps({"error": error.problem()}, ensure_ascii=False)
    else:
        text = f"refused: {error}"
    typer.echo(text, err=True)


def _misused(error: click.ClickException) -> None:
    """A command line that is not one; said in the same two ways."""
    if _as_json():
        _complain(Invalid(error.format_message(), next_step="see --help of this command"))
    else:
        error.show()


def _as_json() -> bool:
    return "--json" in sys.argv
