"""A command with its keys on a line: how it is painted, what it says, and the keys that it takes while it listens."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QColor, QFontMetricsF, QImage, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.redrawn import is_redrawn
from widgets.frame.shortcut_row import CHIP, GAP, HEIGHT, ShortcutRow
from widgets.look import theme

CTRL, NONE, SHIFT = (Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier,
                     Qt.KeyboardModifier.ShiftModifier)
WIDE = 400


class Bench(QWidget):
    """A row on a page with a line beside it, and what the row said."""

    def __init__(self, id: str = "copy", text: str = "Copy", keys: tuple[str, ...] = ("Ctrl+C",),
                 changed: bool = False) -> None:
        super().__init__()
        self.row, self.beside = ShortcutRow(id, text, keys, changed, self), QLineEdit(self)
        column = QVBoxLayout(self)
        column.addWidget(self.row)
        column.addWidget(self.beside)
        self.told: list[str] = []
        self.row.pressed_keys.connect(self.told.append)
        self.row.left.connect(lambda: self.told.append("left"))
        self.row.setFixedWidth(WIDE)


def bench_of(qtbot: QtBot, *args: object, **named: object) -> Bench:
    bench = Bench(*args, **named)  # type: ignore[arg-type]
    in_front(qtbot, bench)
    bench.beside.setFocus()
    return bench


def picture(row: ShortcutRow) -> QImage:
    QApplication.processEvents()
    return row.grab().toImage()


def chips(image: QImage) -> list[tuple[int, int]]:
    """Where the ground of each key begins and ends, the left one first."""
    raised, found = theme.color("raised"), []
    for x in range(image.width()):
        if image.pixelColor(x, HEIGHT // 2 - CHIP // 2 + 2) == raised:
            found = [*found[:-1], (found[-1][0], x)] if found and found[-1][1] == x - 1 else [*found, (x, x)]
    return found


def inks(image: QImage, left: int, right: int) -> list[int]:
    """The columns between these in which something is written."""
    ground = image.pixelColor(3, 2)
    return [x for x in range(left, right) if any(image.pixelColor(x, y) != ground for y in range(4, HEIGHT - 4))]


def brightest(image: QImage, left: int, right: int) -> int:
    return max(image.pixelColor(x, y).lightness() for x in range(left, right + 1) for y in range(7, HEIGHT - 7))


def has_accent(image: QImage, columns: tuple[int, ...]) -> bool:
    """Whether the outline there is blue, not grey."""
    return max(image.pixelColor(x, HEIGHT // 2).blue() for x in columns) > 150


def width_of(text: str) -> float:
    return QFontMetricsF(theme.ui_font(11)).horizontalAdvance(text)


def test_keys_stand_at_the_right_each_on_its_own_ground(qtbot: QtBot) -> None:
    bench = bench_of(qtbot, keys=("Ctrl+C", "Shift+Ins"))
    image = picture(bench.row)
    first, second = chips(image)
    assert second[1] == pytest.approx(WIDE - 8, abs=3)
    assert first[1] - first[0] == pytest.approx(width_of("Ctrl+C") + 12, abs=6)
    assert second[1] - second[0] == pytest.approx(width_of("Shift+Ins") + 12, abs=6)
    assert GAP <= second[0] - first[1] <= GAP + 5
    line, raised = theme.color("line"), theme.color("raised")
    middle = (first[0] + first[1]) // 2
    column = [y for y in range(HEIGHT) if image.pixelColor(middle, y) != image.pixelColor(3, 2)]
    assert column[0] + column[-1] == pytest.approx(HEIGHT - 1, abs=2) and len(column) in (CHIP, CHIP + 1, CHIP + 2)
    assert image.pixelColor(middle, column[0]) == line or image.pixelColor(middle, column[1]) == line
    written = [x for x in range(first[0], first[1] + 1)
               if any(image.pixelColor(x, y).lightness() > raised.lightness() + 25 for y in range(8, HEIGHT - 8))]
    assert written[0] - first[0] == pytest.approx(first[1] - written[-1], abs=4), "in its middle"
    words = inks(image, 4, first[0] - 4)
    assert 6 <= words[0] <= 14 and words[-1] < 100


def test_the_words_give_way_to_the_keys(qtbot: QtBot) -> None:
    bench = bench_of(qtbot, text="a command with so many words that they cannot all stand beside its keys " * 2)
    image = picture(bench.row)
    [(left, _)] = chips(image)
    assert inks(image, left - 11, left - 2) == [] and inks(image, left - 40, left - 11)
    assert brightest(image, 8, 100) > theme.color("dim").lightness() + 30


@pytest.mark.parametrize("changed", [False, True])
def test_what_was_changed_has_a_star_and_the_accent(qtbot: QtBot, changed: bool) -> None:
    image = picture(bench_of(qtbot, changed=changed).row)
    [(left, right)] = chips(image)
    assert has_accent(image, (left - 2, left - 1)) == has_accent(image, (right + 1, right + 2)) == changed
    star = [x for x in range(left - 16, left - 3)
            if any(image.pixelColor(x, y).blue() > 120 for y in range(4, HEIGHT - 4))]
    assert bool(star) == changed
    if changed:
        assert left - 15 < star[0] <= star[-1] < left - 3 and inks(image, 4, left - 20)[-1] < left - 40
    tone = theme.color("text" if changed else "dim").lightness()
    assert brightest(image, left + 2, right - 2) == pytest.approx(tone, abs=25)


def test_while_it_listens_it_asks_for_keys(qtbot: QtBot) -> None:
    bench = bench_of(qtbot, keys=("Ctrl+C", "Shift+Ins"), changed=True)
    assert is_redrawn(bench.row, lambda: bench.row.listen(True))
    image = picture(bench.row)
    [(left, right)] = chips(image)
    assert right - left == pytest.approx(width_of("Press keys…") + 12, abs=6)
    assert has_accent(image, (left - 2, left - 1))
    assert not any(image.pixelColor(x, y).blue() > 120 for x in range(left - 16, left - 3) for y in range(HEIGHT))
    assert is_redrawn(bench.row, lambda: bench.row.listen(False)) and len(chips(picture(bench.row))) == 2
    assert is_redrawn(bench.row, lambda: bench.row.show_keys([], False))
    assert chips(picture(bench.row)) == []
    bench = bench_of(qtbot)
    bench.row.listen(True)
    image = picture(bench.row)
    [(left, right)] = chips(image)
    assert has_accent(image, (left - 2, left - 1))
    assert brightest(image, left + 2, right - 2) == pytest.approx(theme.color("text").lightness(), abs=25)


def test_what_is_only_told_cannot_be_chosen_and_its_keys_are_words(qtbot: QtBot) -> None:
    bench = bench_of(qtbot, id="", text="Pan", keys=("Ctrl+", "Del"))
    assert not bench.row.isEnabled() and bench.row.accessibleName() == "Pan: Ctrl+, Del"
    first, second = chips(picture(bench.row))
    assert first[1] - first[0] == pytest.approx(width_of("Ctrl+") + 12, abs=6)
    assert second[1] - second[0] == pytest.approx(width_of("Del") + 12, abs=6)
    row = bench_of(qtbot, keys=("Del", "Ctrl+")).row
    assert row.isEnabled()
    native = QKeySequence("Del").toString(QKeySequence.SequenceFormat.NativeText)
    assert row.accessibleName().startswith(f"Copy: {native}, ")
    assert bench_of(qtbot, keys=()).row.accessibleName() == "Copy: no keys"
    assert (row.height(), row.sizeHint().height(), row.minimumWidth()) == (HEIGHT, HEIGHT, WIDE)


def test_only_while_it_listens_keys_are_its_own(qtbot: QtBot) -> None:
    bench, done = bench_of(qtbot), []
    action = QAction(bench)
    action.setShortcut("Ctrl+J")
    action.triggered.connect(lambda: done.append("done"))
    bench.addAction(action)
    clicks: list[bool] = []
    bench.row.clicked.connect(lambda: clicks.append(True))
    bench.row.setFocus()
    QTest.keyClick(bench.row, Qt.Key.Key_J, CTRL)
    QTest.keyClick(bench.row, Qt.Key.Key_Space)
    assert (bench.told, done, len(clicks)) == ([], ["done"], 1)
    bench.row.listen(True)
    for key, modifiers in ((Qt.Key.Key_J, CTRL), (Qt.Key.Key_Shift, SHIFT), (Qt.Key.Key_F5, NONE)):
        QTest.keyClick(bench.row, key, modifiers)
    assert (bench.told, done, len(clicks)) == (["Ctrl+J", "F5"], ["done"], 1)
    QTest.keyClick(bench.row, Qt.Key.Key_Escape)
    assert bench.told[2:] == ["left"]


@pytest.mark.parametrize("listens", [False, True])
def test_it_is_left_when_the_keyboard_goes(qtbot: QtBot, listens: bool) -> None:
    bench = bench_of(qtbot)
    bench.row.setFocus()
    bench.row.listen(listens)
    with_focus = picture(bench.row)
    bench.beside.setFocus()
    assert bench.told == ["left"] * listens
    bench.row.listen(False)
    bench.row.setFocus()
    accent = QColor(theme.color("accent"))
    assert with_focus.pixelColor(200, 0) == accent, "the outline of what has the keyboard"
    bench.beside.setFocus()
    assert picture(bench.row).pixelColor(200, 0) != accent
