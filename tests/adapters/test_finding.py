"""Finding who a label names does not wait for the views, and overlooks nobody."""

from __future__ import annotations

from pathlib import Path

from domain.events import ClientNotified
from tests.adapters.test_platform import Desk, play
from tests.builders import a_claim, a_leak, a_notice, a_party


def test_a_party_that_the_views_do_not_know_yet_is_not_told_of_to_others(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        def stumble(*_: object) -> None:
            raise ZeroDivisionError

        await made.ask("operator", "health")
        made.parts.views._projections = (stumble,)
        claims = [a_claim("plain"), a_claim("theirs", scope="customers of Sesam Butikk")]
        await made.take(
            a_party("client-17", "client", name="Sesam Butikk AS"),
            a_leak(claims=claims),
            a_notice("joker", "client-17"),
        )
        joker, sesam = made.all_of(ClientNotified)
        assert [claim.id for claim in joker.facts.claims] == ["plain"]
        assert [claim.id for claim in sesam.facts.claims] == ["plain", "theirs"]
        assert made.parts.views.position() < made.parts.ledger.position()

    play(tmp_path, story)
