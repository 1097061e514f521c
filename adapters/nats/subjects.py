"""The subjects that cross account borders, and who may import which."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

STREAM: Final = "FEED"
FEED_SUBJECTS: Final = "feed.*.>"
API_PREFIX: Final = "FEED.API"
"""The JetStream API inside a party's account. Not `$JS.API`: every account answers that itself,
with "JetStream not enabled" (err_code 10039)."""

CONSUMER_VERBS: Final = ("MSG.NEXT", "INFO", "RESET")
INBOX: Final = "_INBOX.>"

# What FEED has stored is said once more on `live.<party>.<incident>.<type>`, by the server itself.
REPUBLISH: Final = {"src": FEED_SUBJECTS, "dest": "live.{{wildcard(1)}}.>"}
LIVE: Final = "live.>"
"""Where a party hears its own feed, inside its account: `live.<incident>.<type>`."""
_ALL_LIVE: Final = "live.*.>"


class Export(NamedTuple):
    """A service offered to other accounts; token `position` must be the importer's own key."""

    subject: str
    position: int
    response_type: str | None = None


EXPORTS: Final = (
    Export(f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.*", 7, "Stream"),  # one pull, many answers
    Export(f"$JS.API.CONSUMER.INFO.{STREAM}.*", 6),
    Export(f"$JS.API.CONSUMER.RESET.{STREAM}.*", 6),  # crosses accounts from 2.14.6 on
    Export(f"$JS.ACK.{STREAM}.*.>", 4),  # ack format v1, the default up to 2.15.1
    # Ack format v2 (js_ack_fc_v2): domain, account, stream, consumer. The domain is spelled out
    # ("_": none), for `*.*` would also take `$JS.ACK.FEED.<another's key>.FEED.<own key>.1.1.1`:
    # an ack v1 of the other's consumer, and a "+NXT" sent there is answered with its messages.
    Export(f"$JS.ACK._.*.{STREAM}.*.>", 6),
    Export("intake.*.*", 2),
)


def feed_filter(party: str) -> str:
    """All that is addressed to one party."""
    return f"feed.{party}.>"


def consumer_api(account_key: str) -> tuple[str, ...]:
    """The local subjects by which a party drives its own consumer."""
    return tuple(f"{API_PREFIX}.CONSUMER.{v}.{STREAM}.{account_key}" for v in CONSUMER_VERBS)


def acks(account_key: str) -> tuple[str, str]:
    """Where a party acknowledges, in both formats."""
    return f"$JS.ACK.{STREAM}.{account_key}.>", f"$JS.ACK._.*.{STREAM}.{account_key}.>"


def live_feed(party: str) -> str:
    """One party's feed as it is stored, in the platform's account."""
    return f"live.{party}.>"


def exports() -> list[dict[str, Any]]:
    """The platform account's exports: made once, adding a party never changes them.

    What is live is named by the party, not by its account's key, so no token position can bind it:
    an import needs a permit that names account and feed, signed by the platform's account.
    """
    live = {"name": "live", "subject": _ALL_LIVE, "type": "stream", "token_req": True}
    return [*(_export(each) for each in EXPORTS), live]


def imports(
    platform: str, account_key: str, live: tuple[str, str] | None = None
) -> list[dict[str, Any]]:
    """What a party imports: its own consumer, its own acks, its own intake, its own feed live.

    `live` is the party whose feed that is, and the permit.
    """
    api = [
        _import(platform, verb, f"$JS.API.CONSUMER.{verb}.{STREAM}.{account_key}", local)
        for verb, local in zip(CONSUMER_VERBS, consumer_api(account_key), strict=True)
    ]
    ack = [_import(platform, f"ack v{n}", s) for n, s in enumerate(acks(account_key), 1)]
    # Exactly one token: with `intake.>` a party could append tokens and confuse a sloppy parser.
    intake = _import(platform, "intake", f"intake.{account_key}.*", "intake.$1")
    return [*api, *ack, intake, *([_live(platform, *live)] if live else [])]


def _live(platform: str, party: str, permit: str) -> dict[str, Any]:
    return {
        "name": "live",
        "account": platform,
        "type": "stream",
        "subject": live_feed(party),
        "local_subject": LIVE,
        "token": permit,
    }


def _export(export: Export) -> dict[str, Any]:
    body: dict[str, Any] = {
        "name": export.subject,
        "subject": export.subject,
        "type": "service",
        "account_token_position": export.position,
    }
    return body | ({"response_type": export.response_type} if export.response_type else {})


def _import(platform: str, name: str, subject: str, local: str | None = None) -> dict[str, Any]:
    body = {"name": name, "account": platform, "type": "service", "subject": subject}
    return body | ({"local_subject": local} if local else {})
