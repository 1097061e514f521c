"""Commands that are listed by name and sentence, and imported when they are called.

What all of them need together takes longer to import than most of them take to run.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

from adapters.cli.table import COMMANDS


class Later(TyperCommand):
    """What there is of a command before it is called; `place` is `module:function` in this package.

    The function may as well be a `Typer` of several commands.
    """

    def __init__(self, name: str, place: str, says: str, *, hidden: bool = False) -> None:
        super().__init__(name, short_help=says, hidden=hidden)
        self._place = place

    def load(self) -> Any:
        """The command itself."""
        module, _, name = self._place.partition(":")
        found = getattr(import_module(f"adapters.cli.{module}"), name)
        if isinstance(found, typer.Typer):
            return _telling(get_group(found))
        alone = typer.Typer(add_completion=False, rich_markup_mode=None)
        alone.command(self.name)(found)
        return get_command(alone)


class Varsel(TyperGroup):
    """All commands, each imported when it is the one."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        for name, (place, says) in COMMANDS.items():
            self.add_command(Later(name, place, says, hidden=not says))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """See `TyperGroup`."""
        name, one, left = super().resolve_command(ctx, args)
        return name, one.load() if isinstance(one, Later) else one, left


def _telling(group: TyperGroup) -> TyperGroup:
    """The same; its help says the first sentence of each command whole, and not how it begins."""
    for one in group.commands.values():
        one.short_help = " ".join((one.help or "").split("\n\n")[0].split())
    return group
