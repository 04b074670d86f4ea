"""The notice: says it in place, offers actions, goes when told or when its time is over."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.seen import colors
from widgets.look import theme
from widgets.parts.notice import Notice

LEFT = Qt.MouseButton.LeftButton


class Host(QWidget):
    """Counts the clicks that reach it."""

    clicks = 0

    def mousePressEvent(self, event: QEvent) -> None:
        self.clicks += 1


@pytest.fixture
def host(qtbot: QtBot) -> Host:
    theme.apply(QApplication.instance(), theme.DARK)
    host = Host()
    host.resize(900, 400)
    host.below = QPushButton("below", host)
    host.notice = Notice(host)
    qtbot.addWidget(host)
    host.show()
    with qtbot.waitActive(host):
        host.activateWindow()
    return host


def test_it_is_hidden_until_there_is_something_to_say(host: Host) -> None:
    assert not host.notice.isVisible()
    host.below.setFocus()
    host.notice.show_message("Saved lenet.loom", "ok")
    assert host.notice.isVisible()
    assert host.notice.text.text() == "Saved lenet.loom"
    assert host.notice.accessibleName() == "Saved lenet.loom"
    assert host.notice.property("tone") == "ok"
    assert host.below.hasFocus()  # a message takes nobody's keyboard


def test_it_stands_at_the_top_in_the_middle_and_follows(host: Host) -> None:
    host.notice.show_message("word " * 60, "error")
    for width in (900, 1400, 360):
        host.resize(width, 400)
        QApplication.processEvents()
        box = host.notice.geometry()
        assert abs(box.center().x() - width // 2) <= 1
        assert box.top() == 12
        assert box.width() <= min(640, width - 24)
        assert host.notice.text.height() >= host.notice.text.heightForWidth(host.notice.text.width())


def test_a_new_message_takes_the_place_of_the_old(host: Host, qtbot: QtBot) -> None:
    host.notice.show_message("One", "error", [("Mend", lambda: None), ("Leave", lambda: None)])
    assert [button.text() for button in host.notice.buttons] == ["Mend", "Leave"]
    wide = host.notice.width()
    host.notice.show_message("Two")
    assert host.notice.buttons == []
    assert host.notice.property("tone") == "info"
    assert host.notice.width() < wide


def test_an_action_is_done_and_the_message_goes(host: Host, qtbot: QtBot) -> None:
    done: list[bool] = []
    host.notice.show_message("Offline", "error", [("Choose folder…", lambda: done.append(host.notice.isVisible()))])
    qtbot.mouseClick(host.notice.buttons[0], LEFT)
    assert done == [False]
    assert not host.notice.isVisible()


def test_an_action_may_say_something_new(host: Host, qtbot: QtBot) -> None:
    host.notice.show_message("One", actions=[("Next", lambda: host.notice.show_message("Two"))])
    qtbot.mouseClick(host.notice.buttons[0], LEFT)
    assert host.notice.isVisible()
    assert host.notice.text.text() == "Two"


def test_only_the_message_meant_is_withdrawn(host: Host) -> None:
    first = host.notice.show_message("One")
    second = host.notice.show_message("One")
    host.notice.withdraw(first)
    assert host.notice.isVisible()
    host.notice.withdraw(second)
    assert not host.notice.isVisible()


def test_it_closes_by_button_and_by_escape(host: Host, qtbot: QtBot) -> None:
    host.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    host.notice.show_message("One")
    qtbot.mouseClick(host.notice.close_button, LEFT)
    assert not host.notice.isVisible()
    host.notice.show_message("Two")
    host.notice.close_button.setFocus()
    qtbot.keyClick(host.notice.close_button, Qt.Key.Key_Escape)
    assert not host.notice.isVisible()
    assert host.hasFocus()  # the keyboard goes back to what lies below


def test_its_time_runs_out_but_not_under_the_mouse(host: Host, qtbot: QtBot) -> None:
    host.notice.show_message("Short", timeout_ms=40)
    qtbot.waitUntil(lambda: not host.notice.isVisible(), timeout=2000)
    host.notice.show_message("Read", timeout_ms=40)
    middle = QPointF(host.notice.rect().center())
    QApplication.sendEvent(host.notice, QEnterEvent(middle, middle, middle))
    qtbot.wait(120)
    assert host.notice.isVisible()
    QApplication.sendEvent(host.notice, QEvent(QEvent.Type.Leave))
    qtbot.waitUntil(lambda: not host.notice.isVisible(), timeout=2000)


def test_a_lasting_message_stays_after_a_passing_one(host: Host, qtbot: QtBot) -> None:
    host.notice.show_message("Passing", timeout_ms=40)
    host.notice.show_message("Lasting", "error")
    qtbot.wait(120)
    assert host.notice.isVisible()


def test_a_click_on_it_is_not_a_click_below_it(host: Host, qtbot: QtBot) -> None:
    host.notice.show_message("One")
    qtbot.mouseClick(host.notice, LEFT, pos=QPoint(4, 4))
    assert host.clicks == 0


def is_near(one: str, other: str) -> bool:
    """Blending rounds."""
    pairs = zip(bytes.fromhex(one[1:]), bytes.fromhex(other[1:]), strict=True)
    return max(abs(a - b) for a, b in pairs) <= 2


@pytest.mark.parametrize("look", [theme.DARK, theme.LIGHT])
def test_its_outline_tells_the_tone(host: Host, look: theme.Theme) -> None:
    theme.apply(QApplication.instance(), look)
    for tone, color in (("error", look.error), ("ok", look.ok), ("info", look.line)):
        host.notice.show_message("Something happened", tone)
        wide = host.notice.width() - 40
        for y in (0, host.notice.height() - 1):
            line = colors(host.notice, QRect(20, y, wide, 1))
            assert color in line and all(is_near(each, color) for each in line)
