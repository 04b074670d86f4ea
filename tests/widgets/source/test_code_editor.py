"""The code editor: what hands expect of indentation, colours that can be read, errors at their line, nothing lost."""

from __future__ import annotations

import keyword
import tokenize
from collections.abc import Iterator
from io import StringIO
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QKeySequence, QShortcut, QTextCursor
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from engine.layers.code.source import EXAMPLE
from tests.in_front import in_front
from tests.seen import colors
from widgets.look import theme
from widgets.source.code_editor import CodeEditor
from widgets.source.python_syntax import PythonHighlighter

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier
Keys = Qt.Key


class Stage(QWidget):
    """A window with the shortcuts of the program around the editor."""

    def __init__(self) -> None:
        super().__init__()
        self.editor = CodeEditor(self)
        QVBoxLayout(self).addWidget(self.editor)
        self.train = QShortcut(QKeySequence("Ctrl+Return"), self)
        self.undo = QShortcut(QKeySequence.StandardKey.Undo, self)
        self.resize(700, 400)


@pytest.fixture
def editor(qtbot: QtBot) -> Iterator[CodeEditor]:
    stage = Stage()
    in_front(qtbot, stage)
    stage.editor.show_code("hidden", EXAMPLE)
    stage.editor.area.setFocus()
    yield stage.editor


def write(qtbot: QtBot, editor: CodeEditor, text: str) -> None:
    """Everything anew, key by key; a new line is Enter."""
    editor.area.selectAll()
    qtbot.keyClick(editor.area, Keys.Key_Delete)
    for number, line in enumerate(text.split("\n")):
        if number:
            qtbot.keyClick(editor.area, Keys.Key_Return)
        qtbot.keyClicks(editor.area, line)


def at(editor: CodeEditor, line: int, column: int) -> None:
    cursor = QTextCursor(editor.area.document().findBlockByNumber(line))
    cursor.movePosition(QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.MoveAnchor, column)
    editor.area.setTextCursor(cursor)


# -- writing ------------------------------------------------------------------------------------------------------


def test_lines_are_indented_as_they_are_written(qtbot: QtBot, editor: CodeEditor) -> None:
    write(qtbot, editor, "class A(nn.Module):  # mine\ndef forward(self, x):\nif x:\nreturn x\nelse")
    assert editor.text.split("\n") == [
        "class A(nn.Module):  # mine", "    def forward(self, x):", "        if x:", "            return x",
        "        else"]


def test_tab_and_backspace_go_by_four(qtbot: QtBot, editor: CodeEditor) -> None:
    write(qtbot, editor, "")
    qtbot.keyClicks(editor.area, "ab")
    qtbot.keyClick(editor.area, Keys.Key_Tab)
    assert editor.text == "ab  "
    write(qtbot, editor, "")
    qtbot.keyClick(editor.area, Keys.Key_Tab)
    qtbot.keyClick(editor.area, Keys.Key_Tab)
    qtbot.keyClick(editor.area, Keys.Key_Space)
    assert editor.text == " " * 9
    for left in (8, 4, 0, 0):
        qtbot.keyClick(editor.area, Keys.Key_Backspace)
        assert editor.text == " " * left
    assert editor.area.hasFocus()


def test_selected_lines_move_together_and_in_one_step(qtbot: QtBot, editor: CodeEditor) -> None:
    editor.show_code("other", "a\n\n  b\nc\n")
    at(editor, 0, 0)
    for _ in range(3):
        qtbot.keyClick(editor.area, Keys.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(editor.area, Keys.Key_Tab)
    assert editor.text == "    a\n\n      b\nc\n"
    qtbot.keyClick(editor.area, Keys.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(editor.area, Keys.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert editor.text == "a\n\nb\nc\n"
    for before in ("a\n\n  b\nc\n", "    a\n\n      b\nc\n", "a\n\n  b\nc\n"):
        qtbot.keyClick(editor.area, Keys.Key_Z, CTRL)
        assert editor.text == before


def test_escape_leads_out_of_the_text(qtbot: QtBot, editor: CodeEditor) -> None:
    qtbot.keyClicks(editor.area, "#")
    qtbot.keyClick(editor.area, Keys.Key_Escape)
    assert editor.apply.hasFocus()


def test_escape_lets_go_of_the_text_where_nothing_is_to_apply(qtbot: QtBot, editor: CodeEditor) -> None:
    qtbot.keyClick(editor.area, Keys.Key_Escape)
    assert not editor.area.hasFocus()
    assert not editor.apply.hasFocus()


def test_undo_belongs_to_the_text_while_it_is_written(qtbot: QtBot, editor: CodeEditor) -> None:
    at(editor, 0, 0)
    qtbot.keyClicks(editor.area, "# ")
    with qtbot.assertNotEmitted(editor.window().undo.activated):
        qtbot.keyClick(editor.area, Keys.Key_Z, CTRL)
    assert editor.text == EXAMPLE


# -- applying -----------------------------------------------------------------------------------------------------


def test_control_enter_applies_and_does_not_train(qtbot: QtBot, editor: CodeEditor) -> None:
    at(editor, 0, 0)
    qtbot.keyClicks(editor.area, "# x")
    with qtbot.assertNotEmitted(editor.window().train.activated), qtbot.waitSignal(editor.source_committed) as asked:
        qtbot.keyClick(editor.area, Keys.Key_Return, CTRL)
    assert asked.args == ["# x" + EXAMPLE]
    editor.show_code("hidden", "# x" + EXAMPLE)
    assert not editor.has_changes
    with qtbot.assertNotEmitted(editor.source_committed):
        qtbot.keyClick(editor.area, Keys.Key_Return, CTRL)


def test_the_button_applies_and_gives_the_keyboard_back(qtbot: QtBot, editor: CodeEditor) -> None:
    assert not editor.apply.isEnabled()
    qtbot.keyClicks(editor.area, "#")
    assert editor.state.text() == "not applied yet"
    editor.source_committed.connect(lambda source: editor.show_code("hidden", source))
    with qtbot.waitSignal(editor.source_committed):
        qtbot.mouseClick(editor.apply, LEFT)
    assert not editor.apply.isEnabled()
    assert editor.state.text() == ""
    assert editor.area.hasFocus()


def test_revert_gives_the_keyboard_back_and_keeps_the_cursor(qtbot: QtBot, editor: CodeEditor) -> None:
    source = "class A:\n    pass\n\n\nx = 1"
    editor.show_code("other", source)
    assert not editor.revert.isEnabled()
    at(editor, 1, 6)
    qtbot.keyClicks(editor.area, "zz")
    assert editor.revert.isEnabled()
    editor.revert.setFocus()
    qtbot.keyClick(editor.revert, Keys.Key_Space)
    assert (editor.text, editor.area.hasFocus(), editor.revert.isEnabled()) == (source, True, False)
    assert (editor.area.textCursor().blockNumber(), editor.area.textCursor().positionInBlock()) == (1, 8)
    editor.area.selectAll()
    qtbot.keyClick(editor.area, Keys.Key_End, CTRL)
    editor.area.insertPlainText("\n\nlonger than before")
    qtbot.mouseClick(editor.revert, LEFT)
    assert (editor.text, editor.area.textCursor().position()) == (source, len(source)), "the nearest there is"


def test_what_is_in_use_already_is_not_asked_for(qtbot: QtBot, editor: CodeEditor) -> None:
    with qtbot.assertNotEmitted(editor.source_committed):
        editor.commit()
    editor.take_back()
    assert (editor.text, editor.has_changes, editor.area.hasFocus()) == (EXAMPLE, False, True)
    assert not editor.area.document().isUndoAvailable()
    assert (editor.apply.toolTip(), editor.revert.toolTip()) == (
        "Use this code (Ctrl+Enter)", "Back to the code that is in use")


def test_revert_can_itself_be_undone(qtbot: QtBot, editor: CodeEditor) -> None:
    at(editor, 0, 0)
    qtbot.keyClicks(editor.area, "# x")
    qtbot.mouseClick(editor.revert, LEFT)
    assert (editor.text, editor.has_changes) == (EXAMPLE, False)
    qtbot.keyClick(editor.area, Keys.Key_Z, CTRL)
    assert editor.text == "# x" + EXAMPLE


def test_what_is_written_is_asked_for_when_one_leaves_for_another_place(qtbot: QtBot, editor: CodeEditor) -> None:
    elsewhere = QPlainTextEdit(editor.parentWidget())
    elsewhere.show()
    qtbot.keyClicks(editor.area, "#")
    with qtbot.assertNotEmitted(editor.source_committed):
        qtbot.keyClick(editor.area, Keys.Key_Escape)
    assert editor.apply.hasFocus(), "a place of the editor's own"
    with qtbot.waitSignal(editor.source_committed) as asked:
        qtbot.mouseClick(elsewhere.viewport(), LEFT)
        elsewhere.setFocus()
    assert asked.args == [editor.text]


def test_what_is_written_stays_when_the_same_comes_again(qtbot: QtBot, editor: CodeEditor) -> None:
    at(editor, 2, 4)
    qtbot.keyClicks(editor.area, "# x ")
    written, position = editor.text, editor.area.textCursor().position()
    editor.show_code("hidden", EXAMPLE, "Line 5: something else is wrong", 5)
    assert (editor.text, editor.area.textCursor().position()) == (written, position)


def test_another_source_of_the_layer_comes_and_can_be_undone(qtbot: QtBot, editor: CodeEditor) -> None:
    qtbot.keyClicks(editor.area, "# x")
    written = editor.text
    editor.show_code("hidden", "class B(nn.Module):\n    pass\n")
    assert (editor.text, editor.has_changes) == ("class B(nn.Module):\n    pass\n", False)
    qtbot.keyClick(editor.area, Keys.Key_Z, CTRL)
    assert editor.text == written


def test_another_layer_begins_anew(qtbot: QtBot, editor: CodeEditor) -> None:
    qtbot.keyClicks(editor.area, "# x")
    editor.show_code("other", EXAMPLE)
    assert (editor.text, editor.has_changes, editor.title.text()) == (EXAMPLE, False, "other")
    qtbot.keyClick(editor.area, Keys.Key_Z, CTRL)
    assert editor.text == EXAMPLE
    qtbot.keyClicks(editor.area, "# x")
    editor.forget()
    assert (editor.text, editor.has_changes) == (EXAMPLE, False)
    editor.show_code("other", EXAMPLE + "# 2")
    qtbot.keyClick(editor.area, Keys.Key_Z, CTRL)
    assert editor.text == EXAMPLE + "# 2", "what was before is of another document"


# -- errors -------------------------------------------------------------------------------------------------------


def test_an_error_is_at_its_line_and_moves_with_it(qtbot: QtBot, editor: CodeEditor) -> None:
    editor.show_code("hidden", EXAMPLE, "Line 5: “x” is not defined", 5)
    assert editor.error.isVisible()
    assert editor.error.text() == "Line 5: “x” is not defined"
    waves = [mark for mark in editor.area.extraSelections()
             if mark.format.underlineStyle() == mark.format.UnderlineStyle.WaveUnderline]
    assert [mark.cursor.selectedText() for mark in waves] == [EXAMPLE.split("\n")[4].strip()]
    at(editor, 0, 0)
    qtbot.keyClick(editor.area, Keys.Key_Return)
    assert editor.area.error_line() == 6
    editor.show_code("hidden", EXAMPLE)
    assert editor.area.error_line() is None
    assert not editor.error.isVisible()


def test_an_error_without_a_line_or_beyond_the_last_is_a_sentence_only(editor: CodeEditor) -> None:
    editor.show_code("hidden", EXAMPLE, "The code needs a class")
    assert (editor.error.isVisible(), editor.area.error_line()) == (True, None)
    editor.show_code("hidden", EXAMPLE, "Line 999", 999)
    assert editor.area.error_line() is None
    editor.show_code("hidden", "", "", 3)
    assert editor.area.error_line() is None


def test_the_error_of_a_layer_is_not_that_of_the_next(editor: CodeEditor) -> None:
    editor.show_code("hidden", EXAMPLE, "x" * 40, 2)
    assert editor.error.text() == "\u200b".join(["x" * 12] * 3 + ["x" * 4]), "it can be broken"
    editor.show_code("other", EXAMPLE, "", 2)
    assert (editor.error.isVisible(), editor.area.error_line()) == (False, None)


def test_the_line_of_an_error_is_red_on_the_screen(editor: CodeEditor) -> None:
    editor.area.clearFocus()
    editor.show_code("long", "\n".join(f"x = {n}" for n in range(300)), "Line 250: no", 250)
    QApplication.processEvents()
    area = editor.area
    assert area.verticalScrollBar().value() > 200  # it has come into sight
    place = area.cursorRect(QTextCursor(area.document().findBlockByNumber(249)))
    line = QRect(area.viewport().width() // 2, place.top() + 1, area.viewport().width() // 2 - 8, place.height() - 2)
    [ground] = map(QColor, colors(area.viewport(), line))
    assert ground.red() > ground.green() + 15
    for step in (-2, -1, 1, 2):
        assert colors(area.viewport(), line.translated(0, step * place.height())) == {theme.color("canvas").name()}


@pytest.mark.usefixtures("font")
def test_there_is_room_for_the_numbers_of_all_lines(editor: CodeEditor) -> None:
    few = editor.area.numbers_width()
    editor.show_code("long", "\n" * 12345)
    assert editor.area.numbers_width() > few
    area = editor.area
    assert area.childAt(2, area.height() // 2).width() == area.numbers_width() <= area.viewport().x()


# -- colours ------------------------------------------------------------------------------------------------------


def luminance(color: QColor) -> float:
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
             for part in (color.redF(), color.greenF(), color.blueF())]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: QColor, other: QColor) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def over(color: QColor, ground: QColor) -> QColor:
    """A colour that lets its ground through."""
    share, parts = color.alphaF(), zip(color.getRgbF()[:3], ground.getRgbF()[:3], strict=True)
    return QColor.fromRgbF(*(share * a + (1 - share) * b for a, b in parts))


@pytest.mark.parametrize("look", theme.THEMES)
@pytest.mark.parametrize("kind", theme.CODE_COLORS["dark"])
def test_every_colour_can_be_read_on_every_line(look: str, kind: str, editor: CodeEditor) -> None:
    theme.apply(QApplication.instance(), theme.THEMES[look])
    editor.show_code("hidden", EXAMPLE, "no", 1)
    current, wrong = [mark.format.background().color() for mark in editor.area.extraSelections()
                      if mark.format.hasProperty(mark.format.Property.BackgroundBrush)]
    plain = theme.color("canvas")
    grounds = plain, over(current, plain), over(wrong, plain), over(wrong, over(current, plain))
    assert len({ground.name() for ground in grounds}) == 4
    for under in grounds:
        assert contrast(QColor(theme.CODE_COLORS[look][kind]), under) >= 4.5
    assert set(theme.CODE_COLORS[look]) == set(theme.CODE_COLORS["dark"])


def painted(area: QPlainTextEdit) -> dict[tuple[int, int], str]:
    """The kind of each coloured letter, by line and column."""
    kinds = {QColor(color).name(): kind for kind, color in theme.code_colors().items()}
    found, block = {}, area.document().begin()
    while block.isValid():
        for part in block.layout().formats():
            for column in range(part.start, part.start + part.length):
                found[block.blockNumber(), column] = kinds[part.format.foreground().color().name()]
        block = block.next()
    return found


SOURCES = [Path(__file__), Path(tokenize.__file__), Path(theme.__file__)]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_strings_comments_numbers_and_keywords_are_where_python_sees_them(path: Path, editor: CodeEditor) -> None:
    source = path.read_text(encoding="utf-8")
    editor.show_code("file", source)
    kinds = painted(editor.area)
    for token in tokenize.generate_tokens(StringIO(source).readline):
        wanted = {tokenize.STRING: "string", tokenize.COMMENT: "comment", tokenize.NUMBER: "number"}.get(token.type)
        if token.type == tokenize.NAME and keyword.iskeyword(token.string) and token.string[0].islower():
            wanted = "keyword"
        if wanted is None:
            continue
        lines = source.split("\n")
        for line in range(token.start[0] - 1, token.end[0]):
            first = token.start[1] if line == token.start[0] - 1 else 0
            last = token.end[1] if line == token.end[0] - 1 else len(lines[line])
            for column in range(first, last):
                assert kinds.get((line, column)) == wanted, (line + 1, column, token.string)


def test_closing_a_string_colours_what_follows_anew(qtbot: QtBot, editor: CodeEditor) -> None:
    editor.show_code("other", '"""open\nreturn 1\n')
    assert painted(editor.area)[1, 0] == "string"
    at(editor, 0, 7)
    qtbot.keyClicks(editor.area, '"""')
    assert painted(editor.area)[1, 0] == "keyword"
    qtbot.keyClick(editor.area, Keys.Key_Backspace)
    assert painted(editor.area)[1, 0] == "string"


def test_a_matrix_product_is_no_decorator(editor: CodeEditor) -> None:
    editor.show_code("other", "@torch.no_grad\ny = x @ self.w\n")
    kinds = painted(editor.area)
    assert (kinds[0, 3], kinds.get((1, 6))) == ("decorator", None)


@pytest.mark.parametrize(("text", "kinds"), [
    ("def name(x):", {"def": "keyword", "name": "defined", "x": ""}),
    ("class A: pass", {"class": "keyword", "A": "defined", "pass": "keyword"}),
    ("match = print(self.len)", {"match": "keyword", "print": "builtin", "self": "builtin", ".len": ""}),
    ("None is True", {"None": "number", "is": "keyword", "True": "number"}),
    ("a1 = 0xFF + 1.5e-3j", {"a1": "", "0xFF": "number", "1.5e-3j": "number"}),
    ("  @nn.module  # why", {"@nn.module": "decorator", "# why": "comment"}),
    ("""x = rb'a"b' + f"c" """, {"x": "", "rb'a\"b'": "string", "+": "", 'f"c"': "string"}),
    ("'''a'b''' + 1", {"'''a'b'''": "string", "+": "", "1": "number"}),
    ("'open + 1", {"'open + 1": "string"}),
])  # fmt: skip
def test_the_colour_of_each_word(text: str, kinds: dict[str, str], editor: CodeEditor) -> None:
    editor.show_code("other", text)
    found = painted(editor.area)
    for word, kind in kinds.items():
        start = text.index(word)
        assert {found.get((0, column), "") for column in range(start, start + len(word))} == {kind}, word


def test_strings_over_several_lines_end_where_they_began(editor: CodeEditor) -> None:
    editor.show_code("other", "x = '''a\n\"\"\" 'b'\n''' + 1\ny = \"\"\"\nz\n\"\"\"; w = 2\n")
    kinds = painted(editor.area)
    assert [kinds.get((line, 0)) for line in range(6)] == [None, "string", "string", None, "string", "string"]
    assert (kinds[2, 6], kinds[5, 9], kinds.get((5, 5))) == ("number", "number", None)


def test_names_that_are_defined_are_bold_and_comments_lean(editor: CodeEditor) -> None:
    editor.show_code("other", "def f(): # x")
    looks = {(part.start, part.length): (part.format.fontWeight(), part.format.fontItalic())
             for part in editor.area.document().begin().layout().formats()}
    assert looks[3, 2][0] > looks[0, 3][0]
    assert [looks[place][1] for place in ((0, 3), (3, 2), (9, 3))] == [False, False, True]


def test_without_colours_until_they_are_wanted_again(editor: CodeEditor) -> None:
    before = painted(editor.area)
    editor.area.highlighter.set_plain(True)
    assert painted(editor.area) == {}
    editor.area.highlighter.set_plain(False)
    assert painted(editor.area) == before


def test_another_theme_brings_its_colours(editor: CodeEditor) -> None:
    before = painted(editor.area)
    theme.apply(QApplication.instance(), theme.LIGHT)
    QApplication.processEvents()
    assert painted(editor.area) == before
    assert isinstance(editor.area.highlighter, PythonHighlighter)


def test_everything_stands_in_its_place(editor: CodeEditor) -> None:
    editor.show_code("hidden", EXAMPLE, "Something is wrong. " * 20, 2)
    for _ in range(2):
        QApplication.processEvents()

    def box(part: QWidget) -> QRect:
        return QRect(part.mapTo(editor, QPoint()), part.size())

    editor.area.insertPlainText("x")
    for _ in range(2):
        QApplication.processEvents()
    row = [box(part) for part in (editor.title, editor.state, editor.revert, editor.apply)]
    assert all(one.right() < other.left() for one, other in pairwise(row))
    assert row[2].left() - row[1].right() > 20, "the buttons are at the right"
    assert max(part.bottom() for part in row) < box(editor.area).top()
    assert box(editor.area).bottom() < box(editor.error).top()
    assert box(editor.error).height() > 2 * editor.error.fontMetrics().lineSpacing(), "it takes more lines"
    assert box(editor.area).height() > editor.height() / 3
    assert editor.error.isVisible() and editor.error.property("role") == "error"
    assert editor.focusProxy() is editor.area
