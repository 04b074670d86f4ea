"""Numbers and sentences as people read them."""

from __future__ import annotations

import pytest

from engine.blocks.custom import Custom
from engine.graph.graph import Graph
from engine.layers.activation import ReLU
from engine.layers.base import CATEGORIES, Layer
from engine.messages import Message, say
from widgets.look import theme
from widgets.look.text import (
    breakable,
    category_title,
    message_text,
    sentence_text,
    title_of,
    tooltip,
    translated,
)


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


@pytest.mark.parametrize(("layer", "title"), [
    (ReLU(), "ReLU"), (Custom(label="Stem", graph=Graph()), "Stem"),
])
def test_a_layer_has_its_kinds_title_and_an_own_block_its_own(layer: Layer, title: str) -> None:
    assert title_of(layer) == title


@pytest.mark.parametrize(("message", "said"), [
    (say("got {shape}", shape="6×5"), "Got 6×5"),
    (say("{name} is not connected", name="fc1"), "fc1 is not connected"),
    (say("{reason}", reason="padding is too large"), "Padding is too large"),
    (say("{option}: {reason}", option=say("α"), reason="no"), "α: no"),
    (say("{what} is wrong", what=say("padding")), "Padding is wrong"),
    (say("{what} is wrong", what=say("{name}’s padding", name="conv1")), "conv1’s padding is wrong"),
    (say("é"), "É"), (say(""), ""),
])
def test_a_sentence_begins_with_a_capital_unless_a_name_begins_it(message: Message, said: str) -> None:
    assert sentence_text(message) == said


def test_only_words_longer_than_a_line_may_break() -> None:
    assert breakable(f"{'a' * 24} b") == f"{'a' * 24} b"
    assert breakable(f"x {'a' * 25}") == f"x {'a' * 12}\u200b{'a' * 12}\u200ba"


def test_a_category_that_nobody_knows_keeps_its_name() -> None:
    assert category_title("own") == "own"
