"""A released schema stays what it was: whoever reads our messages has a copy of it."""

from __future__ import annotations

import copy

from adapters.schemas import documents
from domain.events import TOPICS
from tests.history.schemas import current, digest, frozen

NOTICE = "events/varsel.ClientNotified.v1.json"


def test_every_newest_schema_demands_what_is_frozen() -> None:
    changed = {name for name, found in current().items() if frozen().get(name) != found}
    assert changed == set(), "tests/history/schemas.py says what to do"


def test_the_frozen_schemas_are_those_of_versions_that_there_are() -> None:
    versions = {
        f"{topic} v{n}" for topic, kind in TOPICS.items() for n in range(1, kind.VERSION + 1)
    }
    assert set(frozen()) == versions


def test_a_schema_explained_better_demands_the_same() -> None:
    explained = copy.deepcopy(documents()[NOTICE])
    explained["description"] = "Better."
    explained["properties"]["subject"]["description"] = "Better too."
    assert digest(explained) == digest(documents()[NOTICE])


def test_a_schema_that_demands_more_is_another_one() -> None:
    stricter = copy.deepcopy(documents()[NOTICE])
    stricter["properties"]["data"]["properties"]["with"]["required"].append("since")
    assert digest(stricter) != digest(documents()[NOTICE])


def test_a_property_called_title_is_part_of_what_is_demanded() -> None:
    path = "events/varsel.VendorReportedLeak.v1.json"
    renamed = copy.deepcopy(documents()[path])
    del renamed["properties"]["data"]["properties"]["with"]["properties"]["title"]
    assert digest(renamed) != digest(documents()[path])
