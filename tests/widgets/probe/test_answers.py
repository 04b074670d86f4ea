"""What the network answers, as it is seen: names, bars, numbers, the true class."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.painted import drawn, of
from tests.seen import texts
from widgets.look import theme
from widgets.probe.answers import Answers, Likely

FIVE = tuple(Likely(name, p, place, name == "3") for place, (name, p) in enumerate(
    [("5", 0.75), ("3", 0.2), ("9", 0.01), ("8", 2e-5), ("6", float("nan"))], 1))


@pytest.fixture
def answers(qtbot: QtBot) -> Iterator[Answers]:
    yield in_front(qtbot, Answers(), 240, 200)


def test_the_likeliest_has_the_accent_and_its_bar_its_probability(answers: Answers) -> None:
    answers.show_classes(FIVE, 1.6094)
    bars = [mark for mark in of("box", drawn(answers.bars)) if mark.fill != theme.color("raised").name()]
    assert [mark.fill for mark in bars] == [theme.color(name).name() for name in ("accent", *["wire"] * 4)]
    whole = answers.bars.groove(0).width()
    assert [mark.place.width() / whole for mark in bars[:2]] == pytest.approx([0.75, 0.2])
    assert bars[3].place.width() == 4, "there is something" and bars[4].place.width() == 0
    words = [mark.text for mark in of("text", drawn(answers.bars))]
    assert words == ["5", "0.750", "✓ 3", "0.200", "9", "0.010", "8", "2e−5", "6", "NaN"]
    assert texts(answers) == ["loss 1.609"]
    assert answers.bars.accessibleDescription().startswith("5: 0.750; 3: 0.200, the true class; 9: 0.010")


@pytest.mark.parametrize(("place", "tone"), [(1, "ok"), (2, "error"), (37, "error")])
def test_the_true_class_says_whether_it_was_found(place: int, tone: str, answers: Answers) -> None:
    answers.show_classes([Likely("cat", 0.4, place, True)])
    [name, _] = of("text", drawn(answers.bars))
    assert name.pen == theme.color(tone).name()
    assert texts(answers) == []


@pytest.mark.parametrize("width", [152, 300])
def test_a_long_name_leaves_room_for_its_bar(width: int, answers: Answers) -> None:
    answers.resize(width, 100)
    answers.show_classes([Likely("soft-coated wheaten terrier", 0.4, 1)])
    [name, number] = of("text", drawn(answers.bars))
    assert name.text.endswith("…") and answers.bars.groove(0).width() >= 0.25 * answers.bars.width()
    assert number.text == "0.400"


def test_a_number_stands_beside_the_true_one(answers: Answers) -> None:
    answers.show_number(27.371, 24.0, 11.36)
    assert texts(answers) == ["27.37", "true 24", "loss 11.360"]
    answers.show_number(-0.5)
    assert texts(answers) == ["−0.5"]


def test_why_there_is_no_answer(answers: Answers) -> None:
    answers.show_classes(FIVE, 1.0)
    answers.show_message("fc1 wants 400 numbers.")
    assert texts(answers) == ["fc1 wants 400 numbers."] and not answers.bars.isVisible()
