"""Answers over the views of a story that may go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from adapters.answers import Answers
from adapters.views.generations import Views
from domain.errors import VarselError
from domain.law.loader import load_packs
from domain.law.rules import Rules
from tests.builders import a_party
from tests.projections.reading import RULES, Played

THE_REST = (
    a_party("other", "vendor"),
    a_party("kiwi", "client"),
    a_party("both", "auditor", scope=["joker", "zoopit"]),
    a_party("ops", "operator"),
)


def load(drafts: tuple[str, ...]) -> Rules:
    return load_packs(drafts=drafts) if drafts else RULES


OWN_VIEWS = ("timeline", "obligations", "register", "contradictions", "feed")


class Asked:
    """Answers over the views of a story, which may go on."""

    def __init__(self, story: Played, views: Views) -> None:
        self.story = story
        self._views = views
        self._answers = Answers(story.ledger, views, load, lambda: story.now)

    def __call__(self, by: str, question: str, **body: Any) -> Any:
        while self._views.advance():
            pass
        return self._answers.ask(by, question, body)[question]

    def refused(self, by: str, question: str, **body: Any) -> VarselError:
        with pytest.raises(VarselError) as refused:
            self(by, question, **body)
        return refused.value


Tell = Callable[..., Asked]
