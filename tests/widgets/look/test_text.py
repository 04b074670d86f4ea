"""Numbers and sentences as people read them."""

from __future__ import annotations

import pytest

from engine.layers.base import CATEGORIES
from engine.messages import say
from widgets.look import theme
from widgets.look.text import category_title, message_text, tooltip, translated


def test_a_message_is_translated_before_it_is_filled_in(monkeypatch: pytest.MonkeyPatch) -> None:
    words = {"{name}: {reason}": "[{reason}] {name}", "got {shape}": "bekam {shape}"}
    monkeypatch.setattr("widgets.look.text.translated", lambda text: words.get(text, text))
    message = say("{name}: {reason}", name="fc1", reason=say("got {shape}", shape="6×5"))
    assert message_text(message) == "[bekam 6×5] fc1"


def test_an_unknown_text_and_no_text_stay_as_they_are() -> None:
    assert translated("Kernel size") == "Kernel size"
    assert translated("") == ""


def test_every_category_has_a_name_and_a_colour_of_its_own() -> None:
    names = [category_title(category) for category in CATEGORIES]
    assert len(set(names)) == len(CATEGORIES)
    assert all(name[0].isupper() for name in names)
    assert category_title("block") == "Blocks"
    assert set(theme.CATEGORY_COLORS) == set(CATEGORIES)
    assert len(set(theme.CATEGORY_COLORS.values())) == len(CATEGORIES)


def test_a_tooltip_wraps_and_shows_signs_as_they_are() -> None:
    assert tooltip("a < b", "", "c") == "<qt>a &lt; b<br>c</qt>"
