"""`varsel serve` that does nothing with a request: what NATS and Python alone take for an answer.

The same process, broker, accounts and subscription; what differs is that its intake answers every
request with the same bytes, unread.
"""

from __future__ import annotations

from unittest.mock import patch

from adapters import cli
from adapters.composition import speaking
from adapters.nats.connection import Message
from adapters.nats.intake import QUEUE, SUBJECT, Intake

ANSWER = b"{}" * 150  # as long as a receipt


class NoOp(Intake):
    """Answers at once. The operator, who lets parties in beforehand, is answered as ever."""

    async def start(self) -> None:
        """See `Intake`."""
        self._subscription = await self._nc.subscribe(SUBJECT, queue=QUEUE, cb=self._at_once)

    async def _at_once(self, message: Message) -> None:
        if message.subject.endswith(".report_leak"):
            await self._nc.publish(message.reply, ANSWER)
        else:
            await self._receive(message)


def main() -> None:
    """Serve."""
    with patch.object(speaking, "Intake", NoOp):
        cli.main()


if __name__ == "__main__":
    main()
