"""What was noticed while code was read is said over the network, and all of it can be seen."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.window.reading import Readings
from engine.graph.graph import Graph
from engine.messages import say
from engine.reading.reading import Reading

LONG = "These are left out: " + ", ".join(f"name{number}" for number in range(40))


@pytest.mark.parametrize(("notes", "shown", "more"), [
    ((), [], []), (("One", "Two"), ["One. Two"], []),
    ((LONG, "Three", "The training loop is not taken over", "Two"),
     ["Two. Three. The training loop is not taken over"], ["Show all 4"]),
])
def test_a_long_list_hides_no_other_note(qtbot: QtBot, notes: tuple[str, ...], shown: list[str],
                                         more: list[str]) -> None:
    said: list[tuple[Any, ...]] = []
    readings = Readings(QObject(), lambda message, *rest, **_of: said.append((str(message), *rest)))
    readings.say_notes(Reading(Graph(), notes=tuple(say(note) for note in notes)))
    assert [text for text, *_ in said] == shown
    actions = said[0][2] if said and len(said[0]) > 2 else []
    assert [words for words, _ in actions] == more
    for _, act in actions:
        act()
        assert LONG in said[-1][0] and "The training loop" in said[-1][0]
