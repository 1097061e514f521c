"""Commands for a party's webhooks: its feed, sent to endpoints of its own."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from adapters.cli.common import Ca, Creds, Json, Reach, Url, call, command_id, put_json, reach
from adapters.cli.show import console

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Webhooks: have your feed sent to your own endpoints.",
)
Webhook = Annotated[str, typer.Argument(metavar="ID", help="as varsel webhook list shows it")]
Id = Annotated[
    str | None,
    typer.Option("--id", help="the command's id: sent twice under one id, it is done once"),
]
After = Annotated[int | None, typer.Option(help="send what comes behind this sequence")]


@app.command()
def add(  # noqa: PLR0917 - an endpoint has these parts
    endpoint: Annotated[str, typer.Argument(metavar="URL", help="https://…")],
    full: Annotated[
        bool, typer.Option("--full", help="the messages themselves, not only that there are some")
    ] = False,
    type_: Annotated[
        list[str] | None, typer.Option("--type", help="only these: ClientNotified …")
    ] = None,
    feed: Annotated[str | None, typer.Option(help="whose feed, for auditors; else yours")] = None,
    after: After = None,
    description: Annotated[str | None, typer.Option(help="what it is for")] = None,
    id_: Id = None,
    creds: Creds = None,
    url: Url = None,
    *,
    ca: Ca = None,
    json: Json = False,
) -> None:
    """Have a feed sent to an endpoint; shows its signing secret this once."""
    said = {
        "url": endpoint,
        "full": full,
        "types": type_ or [],
        "feed": feed,
        "after": after,
        "description": description,
    }
    body = {name: value for name, value in said.items() if value is not None}
    answer = _call("webhook_add", body, id_, reach(creds, url, ca))
    if json:
        return put_json(answer)
    one = answer["webhook"]
    console().print(f"{one['id']}: sends what comes after sequence {one['state']['delivered']}")
    return _secret(answer)


@app.command(name="list")
def list_(creds: Creds = None, url: Url = None, *, ca: Ca = None, json: Json = False) -> None:
    """Your endpoints: how far each has come, and what is in its way."""
    rows = _call("webhook_list", {}, None, reach(creds, url, ca))["webhooks"]
    if json:
        return put_json(rows)
    out = console()
    for one in rows:
        out.print("  ".join(_line(one)), markup=False, highlight=False)
    return None


@app.command(name="test")
def try_(
    webhook: Webhook, creds: Creds = None, url: Url = None, *, ca: Ca = None, json: Json = False
) -> None:
    """Send an endpoint a message that means nothing, now; fails where it is not taken."""
    answer = _call("webhook_test", {"webhook": webhook}, None, reach(creds, url, ca))
    if json:
        put_json(answer)
    else:
        console().print("taken" if answer["taken"] else f"not taken: {_why(answer)}", markup=False)
    if not answer["taken"]:
        raise typer.Exit(1)


@app.command()
def rotate(
    webhook: Webhook,
    id_: Id = None,
    creds: Creds = None,
    url: Url = None,
    *,
    ca: Ca = None,
    json: Json = False,
) -> None:
    """A new signing secret, shown this once; the old one signs too for 24 hours."""
    answer = _call("webhook_rotate", {"webhook": webhook}, id_, reach(creds, url, ca))
    return put_json(answer) if json else _secret(answer)


@app.command()
def enable(
    webhook: Webhook,
    after: After = None,
    id_: Id = None,
    creds: Creds = None,
    url: Url = None,
    *,
    ca: Ca = None,
    json: Json = False,
) -> None:
    """Send again, at once, where it was; with --after, once more what came behind that."""
    body: dict[str, Any] = {"webhook": webhook}
    if after is not None:
        body["after"] = after
    answer = _call("webhook_enable", body, id_, reach(creds, url, ca))
    if json:
        return put_json(answer)
    behind = answer["webhook"]["state"]["delivered"]
    return console().print(f"{webhook}: sends what comes after sequence {behind}")


@app.command()
def remove(
    webhook: Webhook,
    id_: Id = None,
    creds: Creds = None,
    url: Url = None,
    *,
    ca: Ca = None,
    json: Json = False,
) -> None:
    """Send nothing more there; its URL and secret are destroyed."""
    answer = _call("webhook_remove", {"webhook": webhook}, id_, reach(creds, url, ca))
    return put_json(answer) if json else console().print(f"{webhook} removed")


def _call(verb: str, body: dict[str, Any], id_: str | None, way: Reach) -> Any:
    return call(way, verb, {"command": command_id(id_), "with": body})


def _secret(answer: dict[str, Any]) -> None:
    console().print(f"signing secret, shown this once: {answer['secret']}", highlight=False)


def _line(one: dict[str, Any]) -> list[str]:
    """An endpoint in words: what it is, and how it is doing."""
    state = one["state"]
    parts = [one["id"], one["url"], f"at {state['delivered']}, {state['behind']} to go"]
    if one["types"]:
        parts.append(f"only {', '.join(one['types'])}")
    if not state["enabled"]:
        parts.append(f"disabled: {state['disabled_why']} ({_why(state)})")
    elif state["failures"]:
        parts.append(f"failed {state['failures']} times ({_why(state)})")
        parts.append(f"next try {state['next_at']}")
    return parts


def _why(said: dict[str, Any]) -> str:
    """What an endpoint answered last, as people read it."""
    status = said.get("status", said.get("last_status"))
    error = said.get("error", said.get("last_error"))
    return str(error or f"answered {status}")
