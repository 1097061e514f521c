"""The command line: one console script, `varsel`."""

from __future__ import annotations

import os
import sys

import typer

from adapters.cli.later import Varsel
from domain.errors import Invalid, VarselError

app = typer.Typer(
    name="varsel",
    cls=Varsel,
    callback=lambda: None,  # so that it is known for a group: it has no commands of its own yet
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # boxes around the help take longer than everything else at a start
    help="Carries a vendor's word to every client it concerns, and the clocks that it starts.",
)


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
        import json  # noqa: PLC0415 - help does without

        text = json.dumps({"error": error.problem()}, ensure_ascii=False)
    else:
        text = f"refused: {error}"
    typer.echo(text, err=True)


def _as_json() -> bool:
    return "--json" in sys.argv
