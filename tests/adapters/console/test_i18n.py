"""Every message is there in every language, with the same placeholders."""

from __future__ import annotations

import re

import pytest
from babel.messages.catalog import Message

from adapters.console.i18n import catalogue, tongue
from adapters.console.messages import template

PLACE = re.compile(r"%\(\w+\)[sd]|%d|%s")


def _texts(said: object) -> list[str]:
    return [said] if isinstance(said, str) else list(said) if isinstance(said, tuple | list) else []


def _key(message: Message) -> tuple[object, object]:
    return message.context, message.id


@pytest.mark.parametrize("code", ["nb", "fi"])
def test_every_message_is_translated_and_none_is_left_over(code: str) -> None:
    needed = {_key(one) for one in template() if one.id}
    mine = {_key(one): one for one in catalogue(code) if one.id}
    assert needed - mine.keys() == set()
    assert mine.keys() - needed == set()
    assert [one.id for one in mine.values() if one.fuzzy or not all(_texts(one.string))] == []


@pytest.mark.parametrize("code", ["nb", "fi"])
def test_a_translation_has_the_placeholders_of_its_message(code: str) -> None:
    differing = [
        one.id
        for one in catalogue(code)
        if one.id
        for text in _texts(one.string)
        if sorted(PLACE.findall(text)) != sorted(PLACE.findall(_texts(one.id)[-1]))
    ]
    assert differing == []


def test_a_number_takes_the_form_of_its_language() -> None:
    assert tongue("en").ngettext("%d hour", "%d hours", 1) == "%d hour"
    assert tongue("nb").ngettext("%d hour", "%d hours", 2) == "%d timer"
    assert tongue("fi").ngettext("%d hour", "%d hours", 2) == "%d tuntia"
