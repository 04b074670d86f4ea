"""The numbers of data: which sections stand beside each other, and that they take all the room there is."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.legible import cut_words
from tests.seen import label_with, texts
from widgets.data.facts import DataFacts
from widgets.data.values import Channel, ClassCount, Facts, Part
from widgets.parts.scroll import BAR

FACTS = Facts((Part("training", 45000, (3, 32, 32), (), "uint8 → int64"), Part("test", 9, (3, 32, 32), (), "uint8")),
              tuple(ClassCount(f"class {index}", (9, 1)) for index in range(10)),
              tuple(Channel(f"c{index}", 0.5, 0.25, 0.0, 1.0) for index in range(14)), ("1 image was skipped",))


@pytest.fixture
def facts(qtbot: QtBot) -> DataFacts:
    facts = DataFacts()
    qtbot.addWidget(facts)
    facts.resize(1800, 500)
    facts.show_facts(FACTS)
    facts.show()
    for _ in range(3):
        QApplication.processEvents()
    return facts


def place(facts: DataFacts, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(facts, QPoint()), widget.size())


def test_sections_stand_side_by_side_and_share_the_room(facts: DataFacts) -> None:
    parts, channels, bars = (place(facts, widget) for widget in (facts.parts, facts.channels, facts.bars))
    assert parts.right() < channels.left() and channels.right() < bars.left()
    assert abs(parts.top() - channels.top()) <= 1
    assert bars.width() >= 400 and bars.right() == pytest.approx(facts.width() - 16 - 1, abs=BAR)
    assert place(facts, facts.notes).bottom() < parts.top()
    heads = [place(facts, label_with(facts, text)) for text in ("Training inputs", "Classes")]
    assert [head.left() for head in heads] == [channels.left(), bars.left()]
    assert place(facts, label_with(facts, "and 2 more")).top() > channels.bottom()
    assert cut_words(facts) == []


def test_in_little_room_they_go_on_below(facts: DataFacts) -> None:
    facts.resize(700, 500)
    for _ in range(3):
        QApplication.processEvents()
    parts, channels, bars = (place(facts, widget) for widget in (facts.parts, facts.channels, facts.bars))
    assert bars.top() > max(parts.bottom(), channels.bottom()) and bars.left() == parts.left() == 0
    assert cut_words(facts) == []


def test_what_is_no_longer_known_is_not_shown(facts: DataFacts) -> None:
    facts.show_facts(FACTS._replace(classes=(), channels=(), notes=()))
    assert not {"Training inputs", "Classes", "and 2 more", "1 image was skipped"} & set(texts(facts))
    assert facts.bars.classes == () and facts.bars.parts == ("training", "test")
    facts.show_facts(Facts())
    assert texts(facts) == []
