"""A finding as a card: it leads to its layer by mouse and keyboard, its links say when they are pointed at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from widgets.health.doctor_section import DoctorSection
from widgets.health.values import DoctorShown, FindingCardShown
from widgets.look import theme

DEAD = FindingCardShown("dead", "warn", "act3: units that never answer", "Their inputs are negative",
                        ("Use Leaky ReLU",), leads=True)
LOSS = FindingCardShown("rising", "error", "The loss rises", "It is higher than before", (), "Start again with it")
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def section(qtbot: QtBot) -> Iterator[DoctorSection]:
    section = DoctorSection()
    qtbot.addWidget(section)
    section.resize(290, 400)
    section.show()
    qtbot.waitExposed(section)
    yield section


def test_cards_stay_the_same_ones_in_another_order(section: DoctorSection) -> None:
    section.show_state(DoctorShown((DEAD,)))
    [first] = section.cards
    section.show_state(DoctorShown((LOSS, DEAD._replace(sentence="Since epoch 2"))))
    assert section.cards[1] is first and first.sentence.text() == "Since epoch 2"
    QTest.qWait(0)
    assert section.cards[0].y() < section.cards[1].y()
    section.show_state(DoctorShown((), "Nothing was found", False))
    assert section.cards == [] and section.words.text() == "Nothing was found" and not section.switch.isChecked()


@pytest.mark.parametrize(("card", "tone"), [(DEAD, "warn"), (LOSS, "error")])
def test_the_bar_has_its_tone(section: DoctorSection, card: FindingCardShown, tone: str) -> None:
    section.show_state(DoctorShown((card,)))
    QTest.qWait(0)
    shown = section.cards[0]
    seen = shown.grab().toImage()
    assert QColor(seen.pixel(1, shown.height() // 2)).name() == theme.color(tone).name()
    assert QColor(seen.pixel(shown.width() - 5, shown.height() // 2)).name() == theme.color("raised").name()


def test_what_a_card_asks_for(section: DoctorSection, qtbot: QtBot) -> None:
    section.show_state(DoctorShown((DEAD, LOSS)))
    QTest.qWait(0)
    dead, loss = section.cards
    with qtbot.waitSignal(section.opened) as opened:
        QTest.mouseClick(dead, LEFT, pos=QPoint(40, 12))
    assert opened.args == ["dead"]
    with qtbot.waitSignal(section.opened):
        QTest.keyClick(dead, Qt.Key.Key_Return)
    with qtbot.assertNotEmitted(section.opened):
        QTest.mouseClick(loss, LEFT, pos=QPoint(40, 12))
        with qtbot.waitSignal(section.cure_pointed) as pointed:
            dead.links[0].setFocus()
        assert pointed.args == ["dead", 0, True]
        with qtbot.waitSignal(section.cure_clicked) as clicked:
            QTest.mouseClick(dead.links[0], LEFT)
        assert clicked.args == ["dead", 0]
        with qtbot.waitSignal(section.more_clicked) as more:
            QTest.mouseClick(loss.links[0], LEFT)
        assert more.args == ["rising"]
