"""The AsyncAPI 3.0 document: NATS as one party sees it, inside its own account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from adapters.nats.caller import ERROR_HEADER
from adapters.nats.subjects import API_PREFIX, LIVE, STREAM
from adapters.schemas import examples, messages, requests
from adapters.schemas.shaping import Schema, hoisted, sentence
from adapters.wire import CONTENT_TYPE
from domain.commands import VERBS
from domain.events import TOPICS

VERSION: Final = "0.1.0"
_ABOUT: Final = """\
Every party has a NATS account of its own, which holds these subjects and no others. What concerns
a party comes to its feed; what it does and asks are requests. JetStream hands each message to the
party's own durable consumer, which the platform has made and named by the account's key, at least
once and in order. Whoever subscribes to `live.>` also hears it in the moment it is stored.
"""
_PULL: Final = """\
Pull from your consumer: send this request with a reply inbox, messages come to that inbox one by
one. NATS clients do it for you: JetStream with the API prefix `FEED.API`, stream `FEED`, durable
name the account's key.
"""
_ACK: Final = """\
Say that a message was handled, on the reply subject that it came with. The platform takes it for
the proof of delivery: it is what starts a client's clock. Unacked within 30 s it comes again.
"""
_LIVE: Final = """\
Your feed as it is stored, at once and at most once: what is missed here, the consumer has. Show a
message where it is the next (its `previoushash` is the hash of the one before), and acknowledge it
when your consumer delivers it: hearing it proves nothing. Auditors hear nothing here.
"""
_SECURITY: Final = """\
The .creds file of the party: a user JWT signed by its account, and the nkey with which the client
signs the server's nonce.
"""
_KEY: Final = "The account's public key (A…), as the user JWT in the .creds file names its issuer."
_BODY: Final = "application/json"


def document() -> dict[str, Any]:
    """The whole document."""
    feed, shared = _events()
    calls, answers, more = _calls()
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Varsel over NATS",
            "version": VERSION,
            "description": _ABOUT,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": _BODY,
        "servers": {"nats": _server()},
        "channels": {**_feed_channels(feed), **_call_channels(calls, answers)},
        "operations": {**_feed_operations(feed), **_call_operations(calls, answers)},
        "components": {
            "messages": {**feed, **calls, **answers, **_consumer_messages()},
            "schemas": {**shared, **more},
            "securitySchemes": {
                "creds": {"type": "asymmetricEncryption", "description": _SECURITY}
            },
        },
    }


def _server() -> dict[str, Any]:
    return {
        "host": "127.0.0.1:4222",
        "protocol": "nats",
        "description": "Where it really is, `varsel party add` writes into the .creds file.",
        "security": [{"$ref": "#/components/securitySchemes/creds"}],
    }


# --- the feed ----------------------------------------------------------------------------------


def _events() -> tuple[dict[str, Any], dict[str, Schema]]:
    """A message for every event, and the schemas that they share."""
    found: dict[str, Any] = {}
    shared: dict[str, Schema] = {}
    for kind in TOPICS.values():
        schema = messages.message(kind)
        payload, more = hoisted(schema, "feed")
        shared |= more
        name = f"{kind.TOPIC}.v{kind.VERSION}"
        found[name] = {
            "name": name,
            "title": kind.__name__,
            "summary": sentence(kind),
            "contentType": CONTENT_TYPE,
            "payload": payload,
            "examples": [{"name": kind.__name__, "payload": examples.of_schema(schema)}],
        }
    return found, shared


def _consumer_messages() -> dict[str, Any]:
    pull = {
        "type": "object",
        "properties": {
            "batch": {"type": "integer", "minimum": 1},
            "expires": {"type": "integer", "description": "nanoseconds"},
            "no_wait": {"type": "boolean"},
        },
    }
    word = {"type": "string", "enum": ["+ACK", "-NAK", "+WPI"]}
    seq = {"type": "object", "properties": {"seq": {"type": "integer", "minimum": 0}}}
    return {
        "pull": _message("A pull", pull, {"batch": 50, "expires": 3_000_000_000}),
        "ack": {**_message("An ack", word, "+ACK"), "contentType": "text/plain"},
        "reset": _message("Show the feed again from a message on", seq, {"seq": 1}),
        "look": _message("A look at the consumer: no body", {"type": "object"}, {}),
    }


def _message(title: str, payload: Schema, example: Any) -> dict[str, Any]:
    return {"title": title, "payload": payload, "examples": [{"payload": example}]}


def _feed_channels(feed: Mapping[str, Any]) -> dict[str, Any]:
    key = {"accountKey": {"description": _KEY}}
    channels = {
        f"feed_{word}": {
            "address": f"{API_PREFIX}.CONSUMER.{verb}.{STREAM}.{{accountKey}}",
            "description": said,
            "parameters": key,
            "messages": {word: {"$ref": f"#/components/messages/{word}"}},
        }
        for word, verb, said in (
            ("pull", "MSG.NEXT", _PULL),
            ("look", "INFO", "How far the consumer is: answered as JetStream does."),
            ("reset", "RESET", "Have the feed shown again: answered as JetStream does."),
        )
    }
    acks = {
        "address": f"$JS.ACK.{STREAM}.{{accountKey}}.{{rest}}",
        "description": _ACK,
        "parameters": {**key, "rest": {"description": "as the message's reply subject has it"}},
        "messages": {"ack": {"$ref": "#/components/messages/ack"}},
    }
    inbox = {
        "address": None,
        "description": "The party's feed, on the inbox that it pulled with.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in feed},
    }
    live = {
        "address": LIVE.replace(">", "{rest}"),
        "description": _LIVE,
        "parameters": {"rest": {"description": "incident and type"}},
        "messages": inbox["messages"],
    }
    return {**channels, "feed": inbox, "feed_ack": acks, "feed_live": live}


def _feed_operations(feed: Mapping[str, Any]) -> dict[str, Any]:
    told = [_within("feed", name) for name in feed]
    return {
        "pull_feed": {
            **_operation("send", "feed_pull", "Pull what has come since the last ack."),
            "reply": {"channel": {"$ref": "#/channels/feed"}, "messages": told},
        },
        "receive_feed": {
            **_operation("receive", "feed", "What concerns the party, in order."),
            "messages": told,
        },
        "hear_feed": {
            **_operation("receive", "feed_live", "The same, in the moment it is stored."),
            "messages": [_within("feed_live", name) for name in feed],
        },
        "ack_feed": _operation("send", "feed_ack", "Say that a message was handled."),
        "look_at_feed": _operation("send", "feed_look", "How far the consumer is."),
        "reset_feed": _operation("send", "feed_reset", "Have the feed shown again."),
    }


# --- requests and replies ----------------------------------------------------------------------


def _calls() -> tuple[dict[str, Any], dict[str, Any], dict[str, Schema]]:
    """The requests by verb or question, the answers, and the schemas that they share."""
    calls: dict[str, Any] = {}
    shared: dict[str, Schema] = {}
    for verb, model in VERBS.items():
        example = {"command": f"{verb}-1", "with": examples.of_command(verb)}
        calls[verb] = _described(requests.command(model), "asked", example, shared)
    for name in requests.QUESTIONS:
        schema = requests.question(name)
        calls[name] = _described(schema, "asked", examples.of_schema(schema), shared)
    answers = {"receipt": requests.receipt(), "problem": requests.problem()} | {
        f"{name}_answer": requests.answer(name) for name in requests.QUESTIONS
    }
    told = {
        name: _described(schema, "told", examples.of_schema(schema), shared)
        for name, schema in answers.items()
    }
    refused = {"type": "object", "properties": {ERROR_HEADER: {"type": "string", "const": "1"}}}
    told["problem"]["headers"] = refused
    return calls, told, shared


def _described(
    schema: Schema, prefix: str, example: Any, shared: dict[str, Schema]
) -> dict[str, Any]:
    payload, more = hoisted(schema, prefix)
    shared |= more
    said = {"title": schema["title"], "summary": schema["description"], "contentType": _BODY}
    return {**said, "payload": payload, "examples": [{"payload": example}]}


def _call_channels(calls: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    intakes = {
        f"intake_{name}": {
            "address": f"intake.{name}",
            "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        }
        for name in calls
    }
    inbox = {
        "address": None,
        "description": "The reply inbox of a request.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in answers},
    }
    return {**intakes, "answers": inbox}


def _call_operations(calls: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, call in calls.items():
        told = f"{name}_answer" if f"{name}_answer" in answers else "receipt"
        replies = [_within("answers", told), _within("answers", "problem")]
        found[f"request_{name}"] = {
            **_operation("send", f"intake_{name}", call["summary"]),
            "reply": {"channel": {"$ref": "#/channels/answers"}, "messages": replies},
        }
    return found


def _operation(action: str, channel: str, summary: str) -> dict[str, Any]:
    return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}, "summary": summary}


def _within(channel: str, message: str) -> dict[str, str]:
    return {"$ref": f"#/channels/{channel}/messages/{message}"}
