"""What a party says of its webhooks: feeds of the party sent to an endpoint of its own.

No verbs of the desk alone: URL and secret go into the vault, which `adapters/webhooks` sees to.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from domain.basics import KINDS, AtMost
from domain.commands.base import Command
from domain.events import TOPICS
from domain.values import Label, PartyId, Slug
from domain.words import Short, one_of

NAMES = tuple(sorted(kind.__name__ for kind in TOPICS.values()))
LAST = 2**53 - 1  # the largest whole number that every JSON reader keeps


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


Kind = Annotated[str, Short, AfterValidator(one_of(NAMES, "kind of event"))]
Kinds = Annotated[tuple[Kind, ...], AtMost(KINDS), BeforeValidator(_as_list)]
Url = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Sequence = Annotated[int, Field(ge=0, le=LAST)]


class AddWebhook(Command):
    """A party has a feed that it may see sent to an endpoint; its own, where none is named.

    `full` sends the messages themselves; else a thin event says that there is one. `types` are
    the kinds of event wanted (none: all). `after` is the last sequence that the endpoint need not
    be sent (none: all there is so far).
    """

    VERB = "webhook_add"
    url: Url
    feed: PartyId | None = None
    full: bool = False
    types: Kinds = ()
    after: Sequence | None = None
    description: Label | None = None


class RotateWebhook(Command):
    """A party has the signing secret of an endpoint replaced; the old one signs for a day more."""

    VERB = "webhook_rotate"
    webhook: Slug


class EnableWebhook(Command):
    """A party has the sending taken up again, at once; `after` says behind which sequence."""

    VERB = "webhook_enable"
    webhook: Slug
    after: Sequence | None = None


class RemoveWebhook(Command):
    """A party takes an endpoint away."""

    VERB = "webhook_remove"
    webhook: Slug


class TestWebhook(Command):
    """A party has an endpoint sent a message that means nothing."""

    VERB = "webhook_test"
    webhook: Slug


VERBS: dict[str, type[Command]] = {
    command.VERB: command
    for command in (AddWebhook, RotateWebhook, EnableWebhook, RemoveWebhook, TestWebhook)
}
