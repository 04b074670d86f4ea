"""The notice: says it in place, offers actions, goes when told or when its time is over."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QEnterEvent, QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.mouse import click, interval, middle
from tests.painted import drawn
from tests.redrawn import is_redrawn
from tests.seen import colors
from widgets.look import theme
from widgets.parts import notice as module
from widgets.parts.notice import Notice

LEFT = Qt.MouseButton.LeftButton


class Host(QWidget):
    """Counts the clicks that reach it."""

    clicks = 0

    def mousePressEvent(self, event: QEvent) -> None:
        self.clicks += 1


@pytest.fixture
def host(qtbot: QtBot) -> Host:
    host = Host()
    host.resize(900, 400)
    host.below = QPushButton("below", host)
    host.notice = Notice(host)
    return in_front(qtbot, host)


def test_it_is_hidden_until_there_is_something_to_say(host: Host) -> None:
    assert not host.notice.isVisible()
    host.below.setFocus()
    host.notice.show_message("Saved lenet.loom", "ok")
    assert host.notice.isVisible()
    assert host.notice.text.text() == "Saved lenet.loom"
    assert host.notice.accessibleName() == "Saved lenet.loom"
    assert host.notice.property("tone") == "ok"
    assert host.below.hasFocus()  # a message takes nobody's keyboard


def test_it_stands_at_the_bottom_in_the_middle_and_follows(host: Host) -> None:
    host.notice.show_message("word " * 60, "error")
    for width in (900, 1400, 360):
        host.resize(width, 400)
        QApplication.processEvents()
        box = host.notice.geometry()
        assert abs(box.center().x() - width // 2) <= 1
        assert host.height() - 1 - box.bottom() == 12 and box.top() > 0
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


def test_a_remark_comes_after_an_error_and_after_what_has_a_button(host: Host) -> None:
    notice, said = host.notice, host.notice.text.text
    notice.remark("One")
    notice.remark("Two", actions=[("Set", lambda: None)])
    assert said() == "Two", "nothing that must stay stood there"
    for words, passing in (("Three", 0), ("Four", 50_000), ("Five", 50_000)):
        notice.remark(words, timeout_ms=passing)
    assert said() == "Two"
    notice.show_message("Wrong", "error")
    notice.remark("Six")
    assert said() == "Wrong", "an error is said at once"
    gone: list[int] = []
    notice.closed.connect(gone.append)
    for words in ("Three", "Five", "Six"):
        notice.dismiss()
        assert said() == words and notice.isVisible() and gone == []
    notice.dismiss()
    notice.dismiss()
    assert notice.isHidden() and len(gone) == 1


def test_what_waits_comes_after_the_action_and_what_it_says(host: Host, qtbot: QtBot) -> None:
    notice = host.notice
    for act, then in ((lambda: notice.show_message("Done"), "Done"), (lambda: None, "Later")):
        notice.show_message("Which?", actions=[("This", act)])
        notice.remark("Later")
        qtbot.mouseClick(notice.buttons[0], Qt.MouseButton.LeftButton)
        assert notice.text.text() == then
        notice.clear()
    notice.dismiss()
    assert notice.isHidden()


def test_it_moves_to_another_widget_with_what_it_says(host: Host) -> None:
    other = QWidget(host)
    other.setGeometry(0, 0, 400, 300)
    other.show()
    host.notice.show_message("word " * 60, "error")
    host.notice.move_to(other)
    assert host.notice.isVisible() and host.notice.width() <= 376
    host.resize(1400, 400)
    other.resize(500, 300)
    QApplication.processEvents()
    assert abs(host.notice.geometry().center().x() - 250) <= 1


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
    qtbot.waitUntil(lambda: not host.notice.isVisible(), timeout=20_000)
    host.notice.show_message("Read", timeout_ms=40)
    middle = QPointF(host.notice.rect().center())
    QApplication.sendEvent(host.notice, QEnterEvent(middle, middle, middle))
    qtbot.wait(120)
    assert host.notice.isVisible()
    QApplication.sendEvent(host.notice, QEvent(QEvent.Type.Leave))
    qtbot.waitUntil(lambda: not host.notice.isVisible(), timeout=20_000)


def test_its_time_does_not_run_where_nobody_sees_it(host: Host, qtbot: QtBot) -> None:
    host.hide()
    host.notice.show_message("Recovered", timeout_ms=40)
    qtbot.wait(120)
    assert not host.notice.isHidden(), "nobody has read it"
    host.show()
    qtbot.waitUntil(host.notice.isHidden, timeout=20_000)
    host.notice.show_message("Read", timeout_ms=400)
    host.hide()
    qtbot.wait(500)
    assert not host.notice.isHidden()


def test_what_waits_can_be_withdrawn_before_it_is_said(host: Host) -> None:
    host.notice.show_message("An error", "error")
    waiting = host.notice.remark("A question", actions=[("Keep mine", lambda: None)])
    other = host.notice.remark("Another", actions=[("Look", lambda: None)])
    assert waiting != other
    host.notice.withdraw(waiting)
    assert host.notice.text.text() == "An error"
    host.notice.dismiss()
    assert host.notice.text.text() == "Another"
    host.notice.withdraw(other)
    assert host.notice.isHidden()


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


def dot(notice: Notice) -> QWidget:
    """What tells the tone at the left."""
    [found] = [part for part in notice.findChildren(QWidget) if part.size() == QSize(16, 16)]
    return found


@pytest.mark.parametrize(("tone", "color", "sign"), [
    ("ok", "ok", "✓"), ("error", "error", "!"), ("info", "accent", "i")])
def test_a_dot_with_a_sign_tells_the_tone_too(host: Host, tone: str, color: str, sign: str) -> None:
    host.notice.show_message("Something", "ok" if tone != "ok" else "info")
    QApplication.processEvents()
    assert is_redrawn(dot(host.notice), lambda: host.notice.show_message("Something", tone))
    ground, letter = drawn(dot(host.notice))
    assert (ground.place, ground.pen, ground.fill) == (QRectF(0.5, 0.5, 15, 15), "", theme.color(color).name())
    assert (letter.text, letter.place, letter.pen) == (sign, QRectF(0, 0, 16, 16), theme.DARK.panel)
    assert (letter.font.pixelSize(), letter.font.weight(), ground.smooth) == (11, QFont.Weight.Bold, True)


def test_its_parts_stand_side_by_side(host: Host) -> None:
    host.notice.show_message("Something happened", actions=[("Mend", lambda: None), ("Leave", lambda: None)])
    for _ in range(2):
        QApplication.processEvents()
    mend, leave = host.notice.buttons
    parts = [dot(host.notice), host.notice.text, mend, leave, host.notice.close_button]
    lefts = [part.mapTo(host.notice, QPoint()).x() for part in parts]
    edges = [(left, left + part.width() - 1) for left, part in zip(lefts, parts, strict=True)]
    assert all(later[0] - earlier[1] == 9 for earlier, later in pairwise(edges))
    assert host.notice.close_button.size() == QSize(28, 28)
    assert [button.accessibleName() for button in (mend, leave)] == ["Mend", "Leave"]
    assert host.notice.text.width() > 4 * dot(host.notice).width()


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize("width", [280, 380, 480, 620, 900])
@pytest.mark.parametrize("texts", [(), ("Train again",), ("Keep mine", "Take theirs", "Compare both")], ids=len)
def test_no_word_is_cut(host: Host, width: int, texts: tuple[str, ...]) -> None:
    """Neither of the message nor of a button, at any width; at once, and after what stood there before."""
    words = "net.loom was changed by another program since it was read here: what is to be kept?"
    host.resize(width, 400)
    host.notice.show_message("Short", actions=[("A", lambda: None)])
    host.notice.show_message(words, actions=[(text, lambda: None) for text in texts])
    for _ in range(2):
        QApplication.processEvents()
    notice = host.notice
    assert all(button.width() >= button.sizeHint().width() for button in notice.buttons)
    assert notice.text.height() >= notice.text.heightForWidth(notice.text.width())
    assert notice.text.width() >= min(width - 110, 200), "a column of single words is no sentence"
    assert notice.rect().contains(QRect(notice.text.mapTo(notice, QPoint()), notice.text.size()))
    for button in notice.buttons:
        assert notice.rect().contains(QRect(button.mapTo(notice, QPoint()), button.size()))


def test_it_is_as_wide_as_its_words_within_limits(host: Host) -> None:
    host.notice.show_message("Short")
    short = host.notice.geometry()
    assert short.height() == 42 and short.width() < 200
    host.notice.show_message("Short and longer")
    advance = host.notice.text.fontMetrics().horizontalAdvance
    assert host.notice.width() - short.width() == advance("Short and longer") - advance("Short")
    for _ in range(2):
        QApplication.processEvents()
    assert host.notice.text.width() >= advance("Short and longer")
    host.notice.show_message("word " * 90)
    assert host.notice.width() == 640
    host.resize(500, 400)
    QApplication.processEvents()
    assert host.notice.geometry().left() == 12 and host.notice.width() == 476
    host.resize(120, 400)
    QApplication.processEvents()
    assert host.notice.width() == 160, "never narrower"


def test_words_can_be_selected_and_are_no_markup(host: Host) -> None:
    host.notice.show_message("a <b>bold</b> move", "error")
    assert host.notice.text.text() == "a <b>bold</b> move" and host.notice.text.textFormat() == Qt.TextFormat.PlainText
    QTest.mouseDClick(host.notice.text, LEFT, pos=QPoint(12, host.notice.text.height() // 2))
    assert host.notice.text.hasSelectedText()


@pytest.mark.parametrize(("tone", "polite"), [
    ("error", QAccessible.AnnouncementPoliteness.Assertive), ("ok", QAccessible.AnnouncementPoliteness.Polite)])
def test_it_is_read_out(host: Host, monkeypatch: pytest.MonkeyPatch, tone: str,
                        polite: QAccessible.AnnouncementPoliteness) -> None:
    said = []
    monkeypatch.setattr(module.QAccessible, "updateAccessibility",
                        lambda event: said.append((event.message(), event.politeness())))
    host.notice.show_message("Something", tone)
    assert said == [("Something", polite)]


def test_each_message_has_a_number_of_its_own(host: Host) -> None:
    numbers = [host.notice.show_message("One") for _ in range(3)]
    assert len(set(numbers)) == 3
    host.notice.withdraw(numbers[0])
    host.notice.withdraw(numbers[1])
    assert host.notice.isVisible()
    host.notice.withdraw(numbers[2])
    assert not host.notice.isVisible()


def test_it_lies_over_what_came_later(host: Host) -> None:
    later = QPushButton("later", host)
    later.setGeometry(0, 0, 900, 400)
    later.show()
    host.notice.show_message("One")
    found = host.childAt(host.notice.geometry().center())
    assert found is host.notice or host.notice.isAncestorOf(found)


def test_buttons_of_the_message_before_are_gone_at_once(host: Host) -> None:
    host.notice.show_message("One", actions=[("Mend", lambda: None)])
    host.notice.show_message("Two", actions=[("Leave", lambda: None)])
    assert "Mend" not in {button.text() for button in host.notice.findChildren(QPushButton) if button.isVisible()}
    QApplication.processEvents()
    assert host.notice.buttons[0].isVisible() and host.notice.buttons[0].text() == "Leave"


def test_other_keys_and_other_focus_are_left_alone(host: Host, qtbot: QtBot) -> None:
    host.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    host.below.setFocus()
    host.notice.show_message("One")
    host.notice.dismiss()
    assert host.below.hasFocus(), "the keyboard was not here"
    host.notice.show_message("Two")
    host.notice.close_button.setFocus()
    qtbot.keyClick(host.notice.close_button, Qt.Key.Key_A)
    assert host.notice.isVisible() and host.notice.close_button.hasFocus()
    qtbot.keyClick(host.notice.close_button, Qt.Key.Key_Tab)
    assert not host.notice.close_button.hasFocus()


def test_its_cross_is_drawn_in_the_colours_of_the_theme(host: Host) -> None:
    host.notice.show_message("One")
    for look in (theme.LIGHT, theme.DARK):
        theme.apply(QApplication.instance(), look)
        QApplication.processEvents()
        assert any(is_near(each, look.dim) for each in colors(host.notice.close_button))


# -- questions ------------------------------------------------------------------------------------------------------


def asked(host: Host, *words: str) -> list[str]:
    """Questions, each with a button that notes which was answered."""
    done: list[str] = []
    for each in words:
        host.notice.ask(each, [("Yes", lambda each=each: done.append(each))])
    return done


def press(host: Host, button: QPushButton) -> None:
    """By one who has read what is said now."""
    with interval(0):
        click(host, middle(button))


def said(host: Host) -> str:
    return host.notice.text.text() if host.notice.isVisible() else ""


@pytest.mark.parametrize("tone", ["info", "ok", "error"])
def test_a_question_is_there_again_after_what_is_said_over_it(host: Host, qtbot: QtBot, tone: str) -> None:
    done = asked(host, "Which?")
    for number in range(3):
        host.notice.show_message(f"{number}", tone, timeout_ms=0 if tone == "error" else 20)
    host.notice.remark("A remark", timeout_ms=20) if tone == "error" else None
    assert said(host) == "2"
    if tone == "error":
        press(host, host.notice.close_button)
    qtbot.waitUntil(lambda: said(host) == "Which?")
    press(host, host.notice.buttons[0])
    assert done == ["Which?"]
    qtbot.waitUntil(lambda: said(host) in ("", "A remark"))


def test_a_question_is_over_when_it_is_closed_answered_or_withdrawn(host: Host) -> None:
    over = (lambda _: host.notice.dismiss(), lambda _: press(host, host.notice.buttons[0]), host.notice.withdraw)
    for end in over:
        end(host.notice.ask("Which?", [("Yes", lambda: None)]))
        host.notice.show_message("Something")
        host.notice.dismiss()
        assert said(host) == ""
    number = host.notice.ask("Which?", [("Yes", lambda: None)])
    host.notice.show_message("Something")
    host.notice.withdraw(number)
    host.notice.dismiss()
    assert said(host) == "", "also while it waits"


def test_of_several_questions_the_last_is_asked_first_and_none_is_lost(host: Host) -> None:
    done = asked(host, "One?", "Two?", "Three?")
    for _ in range(3):
        press(host, host.notice.buttons[0])
    assert done == ["Three?", "Two?", "One?"] and said(host) == ""


def test_what_is_over_takes_no_question_away(host: Host) -> None:
    host.notice.show_message("An error", "error")
    host.notice.remark("A remark")
    asked(host, "Which?")
    host.notice.show_message("Another", "error")
    host.notice.clear()
    assert said(host) == "Which?"
    host.notice.clear()
    assert said(host) == "Which?"
    host.notice.dismiss()
    assert said(host) == ""


def test_a_question_that_is_asked_anew_keeps_its_button_and_does_what_was_asked_last(host: Host) -> None:
    done: list[str] = []
    first = host.notice.ask("Which?", [("Yes", lambda: done.append("first"))])
    [button], place = host.notice.buttons, host.notice.geometry()
    second = host.notice.ask("Which?", [("Yes", lambda: done.append("second"))], instead=first)
    assert second != first and host.notice.buttons == [button] and host.notice.geometry() == place
    host.notice.show_message("Something")
    third = host.notice.ask("Which?", [("Yes", lambda: done.append("third"))], instead=second)
    assert said(host) == "Which?"
    host.notice.ask("Which of them?", [("Yes", lambda: done.append("fourth"))], instead=third)
    assert said(host) == "Which of them?" and host.notice.asked == 4
    press(host, host.notice.buttons[0])
    assert done == ["fourth"] and said(host) == "", "none of those before is left"
