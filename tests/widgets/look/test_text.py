"""Numbers and sentences as people read them."""

from __future__ import annotations

import pytest

from engine.layers.base import CATEGORIES
from engine.messages import say
from widgets.look import theme
from widgets.look.text import bytes_text, category_title, grouped, message_text, short_count, tooltip, translated


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(("number", "text"), [(0, "0"), (999, "999"), (61706, "61 706"), (1234567, "1 234 567")])
def test_digits_are_grouped_by_three(number: int, text: str) -> None:
    assert plain(grouped(number)) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0"), (999, "999"), (1000, "1 k"), (61706, "61.7 k"), (416_520, "417 k"), (999_999, "1 M"),
     (1_820_000_000, "1.82 G")],
)
def test_counts_are_short(count: int, text: str) -> None:
    assert plain(short_count(count)) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (312, "312 B"), (61706, "61.7 kB"), (310_000, "0.31 MB"), (13_107_200, "13.1 MB"),
     (2_500_000_000, "2.5 GB")],
)
def test_bytes_have_a_unit(count: int, text: str) -> None:
    assert plain(bytes_text(count)) == text


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
