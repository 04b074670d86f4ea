"""The form, for every registered layer: it shows, edits live, refuses in place, and never takes the focus away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, ValidationError
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut, QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

import engine.blocks  # noqa: F401 - fills the registry
from engine.blocks.custom import Custom, Exposed
from engine.graph.graph import Edge, Graph, Node
from engine.layers.base import LAYERS, OptionError, reason_of
from tests.in_front import in_front
from widgets.fields.editors import PATIENCE, ChoiceEditor, LineEditor, SwitchEditor
from widgets.fields.form import Form, Row
from widgets.fields.form_fields import fields_of, with_value
from widgets.fields.syntax import Syntax, syntax_of

# Said by the offscreen platform, which has no windows to size; no window system says it.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

KINDS = [kind for kind, layer in LAYERS.items() if layer.model_fields]
OPTIONS = [(kind, name) for kind in KINDS for name in fields_of(LAYERS[kind]())]
WITH_EDITORS_OF_THEIR_OWN = {("Code", "source"), ("Custom", "graph"), ("Custom", "exposed")}
TEXTS = ("1", "4", "2", "3", "0.25", "1×28×28")
MAKES_ROOM = {  # what must be set before another option can be anything but its default
    "output_padding": {"stride": 4}, "dropout": {"num_layers": 2}, "align_corners": {"mode": "bilinear"},
}  # fmt: skip


class Stage(QWidget):
    """A form with another field to move the focus to."""

    def __init__(self) -> None:
        super().__init__()
        self.form, self.elsewhere = Form(self), QLineEdit(self)
        layout = QVBoxLayout(self)
        layout.addWidget(self.form)
        layout.addWidget(self.elsewhere)
        self.resize(300, 500)


@pytest.fixture
def stage(qtbot: QtBot) -> Stage:
    return in_front(qtbot, Stage())


def retype(qtbot: QtBot, editor: LineEditor, text: str) -> None:
    """Click, select all, type, as a person does."""
    qtbot.mouseClick(editor, Qt.MouseButton.LeftButton)
    qtbot.keyClick(editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    type_text(editor, text)


def type_text(editor: QWidget, text: str) -> None:
    """Key by key; unlike qtbot.keyClicks also signs beyond ASCII, such as ×."""
    for letter in text:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(editor, QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, letter))


def another_text(layer: Any, name: str) -> tuple[str, object]:
    syntax = syntax_of(type(layer).model_fields[name])
    for text in TEXTS:
        try:
            value = getattr(with_value(layer, name, syntax.read(text)), name)
        except OptionError:
            continue
        if value != getattr(layer, name):
            return text, value
    raise AssertionError(f"no text for {name}: add one to TEXTS")


def shown_value(editor: QWidget, syntax: Syntax) -> object:
    """What a person reads off a field."""
    if isinstance(editor, SwitchEditor):
        return editor.isChecked()
    if isinstance(editor, ChoiceEditor):
        text = editor.currentText().casefold().replace(" ", "_")
        return None if text == "–" else text
    return syntax.read(editor.text())


@pytest.mark.parametrize("kind", KINDS)
def test_every_option_has_a_field_with_name_label_and_value(stage: Stage, kind: str) -> None:
    layer = LAYERS[kind]()
    stage.form.show_value(layer)
    elsewhere = [name for of, name in WITH_EDITORS_OF_THEIR_OWN if of == kind]
    names = [name for name in type(layer).model_fields if name not in elsewhere]
    assert list(stage.form.rows) == sorted(names, key=lambda name: name == "repeat")  # how often comes last
    for name, row in stage.form.rows.items():
        value, field = getattr(layer, name), type(layer).model_fields[name]
        assert row.editor.accessibleName() == field.title == row.label.text()
        assert field.description
        assert row.editor.toolTip()
        assert row.label.buddy() is row.editor
        assert shown_value(row.editor, syntax_of(field)) == value
        assert isinstance(row.editor, SwitchEditor | ChoiceEditor) or row.editor.text() or row.editor.placeholderText()


@pytest.mark.parametrize(("kind", "name"), OPTIONS)
def test_every_option_can_be_edited_by_hand(qtbot: QtBot, stage: Stage, kind: str, name: str) -> None:
    room = MAKES_ROOM.get(name, {})
    layer = LAYERS[kind](**{option: value for option, value in room.items() if option in LAYERS[kind].model_fields})
    stage.form.show_value(layer)
    editor = stage.form.rows[name].editor
    text, wanted = "", not getattr(layer, name)
    if isinstance(editor, LineEditor):
        text, wanted = another_text(layer, name)
    with qtbot.waitSignal(stage.form.edited) as edited:
        if isinstance(editor, LineEditor):
            retype(qtbot, editor, text)
        elif isinstance(editor, ChoiceEditor):
            editor.setFocus()
            qtbot.keyClick(editor, Qt.Key.Key_Down)
            wanted = getattr(stage.form.value, name)
        else:
            qtbot.mouseClick(editor, Qt.MouseButton.LeftButton, pos=QPoint(8, editor.height() // 2))
    assert edited.args[0] == name
    assert getattr(stage.form.value, name) == wanted != getattr(layer, name)
    assert editor.hasFocus()
    assert stage.form.rows[name].editor is editor
    stage.form.show_value(stage.form.value)  # what the window does after every edit
    assert editor.hasFocus()
    assert not isinstance(editor, LineEditor) or editor.text() == text


@pytest.mark.parametrize(("kind", "name"), OPTIONS)
def test_a_bad_value_is_refused_in_place(qtbot: QtBot, stage: Stage, kind: str, name: str) -> None:
    layer = LAYERS[kind]()
    stage.form.show_value(layer)
    row = stage.form.rows[name]
    if not isinstance(row.editor, LineEditor) or str in syntax_of(LAYERS[kind].model_fields[name]).types:
        return  # a text may be anything
    good = row.editor.text()
    with qtbot.assertNotEmitted(stage.form.edited):
        retype(qtbot, row.editor, "zz")
    assert row.editor.property("bad")
    assert row.error.isVisible()
    assert row.error.text().startswith(str(LAYERS[kind].model_fields[name].title))
    assert stage.form.value == layer
    stage.form.show_value(layer)  # an analysis that comes meanwhile does not take the text away
    assert row.editor.text() == "zz"
    assert row.editor.hasFocus()
    qtbot.keyClick(row.editor, Qt.Key.Key_Escape)
    assert row.editor.text() == good
    assert not row.editor.property("bad")
    assert not row.error.isVisible()


def test_leaving_a_bad_value_brings_back_the_one_it_began_with(qtbot: QtBot, stage: Stage) -> None:
    stage.form.show_value(LAYERS["Conv2d"](out_channels=6))
    row = stage.form.rows["out_channels"]
    retype(qtbot, row.editor, "120")
    qtbot.keyClicks(row.editor, "x")
    assert row.error.text() == "Output channels must be a whole number"
    qtbot.mouseClick(stage.elsewhere, Qt.MouseButton.LeftButton)
    assert row.editor.text() == "6"
    assert not row.error.isVisible()
    assert stage.form.value.out_channels == 6


@pytest.mark.parametrize(("name", "text"), [("out_channels", "99999999999"), ("kernel_size", "1.5")])
def test_a_refused_text_leaves_nothing_of_its_first_letters(qtbot: QtBot, stage: Stage, name: str, text: str) -> None:
    layer = LAYERS["Conv2d"](out_channels=6, kernel_size=5)
    stage.form.show_value(layer)
    stage.form.edited.connect(lambda *_: stage.form.show_value(stage.form.value))  # what the window does
    row, good = stage.form.rows[name], stage.form.rows[name].editor.text()
    seen: list[object] = []
    stage.form.edited.connect(lambda _, value: seen.append(value))
    retype(qtbot, row.editor, text)
    assert seen[-1] == getattr(layer, name)
    assert stage.form.value == layer
    assert (row.editor.text(), row.editor.property("bad")) == (text, True)
    retype(qtbot, row.editor, "3")
    assert getattr(stage.form.value, name) == 3
    assert not row.error.isVisible()
    qtbot.keyClick(row.editor, Qt.Key.Key_Escape)
    assert stage.form.value == layer
    assert row.editor.text() == good
    assert row.editor.hasFocus()


def test_escape_goes_back_to_what_enter_or_leaving_made_good(qtbot: QtBot, stage: Stage) -> None:
    stage.form.show_value(LAYERS["Conv2d"](out_channels=6))
    editor = stage.form.rows["out_channels"].editor
    retype(qtbot, editor, "12")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    retype(qtbot, editor, "34")
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert (stage.form.value.out_channels, editor.text()) == (12, "12")
    retype(qtbot, editor, "56")
    qtbot.mouseClick(stage.elsewhere, Qt.MouseButton.LeftButton)
    retype(qtbot, editor, "7")
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert (stage.form.value.out_channels, editor.text()) == (56, "56")


@pytest.mark.parametrize(("kind", "name", "text", "said"), [
    ("Linear", "out_features", "1,000", "Write 1000 or 1: 1,000 could mean either"),
    ("Linear", "out_features", "1.000", "Write 1000 or 1: 1.000 could mean either"),
    ("BatchNorm2d", "eps", "1,250", "Write 1250 or 1.25: 1,250 could mean either"),
    ("Conv2d", "kernel_size", "1,000", "Write 1000 or 1×000: 1,000 could mean either"),
])
def test_a_number_that_could_mean_two_is_refused_in_place(qtbot: QtBot, stage: Stage, kind: str, name: str, text: str,
                                                          said: str) -> None:
    stage.form.show_value(LAYERS[kind]())
    before, row = stage.form.value, stage.form.rows[name]
    retype(qtbot, row.editor, text)
    qtbot.waitUntil(row.error.isVisible)
    assert row.error.text().replace("\u200b", "") == said and getattr(stage.form.value, name) == getattr(before, name)


def test_an_unfinished_text_that_is_left_counts_for_nothing(qtbot: QtBot, stage: Stage) -> None:
    stage.form.show_value(LAYERS["Conv2d"](kernel_size=3))
    editor = stage.form.rows["kernel_size"].editor
    retype(qtbot, editor, "5×")
    qtbot.keyClick(editor, Qt.Key.Key_Tab)
    assert (stage.form.value.kernel_size, editor.text()) == (3, "3")


def test_each_keystroke_is_live(qtbot: QtBot, stage: Stage) -> None:
    stage.form.show_value(LAYERS["Linear"]())
    seen: list[object] = []
    stage.form.edited.connect(lambda name, value: seen.append(value))
    retype(qtbot, stage.form.rows["out_features"].editor, "128")
    assert seen == [1, 12, 128]


@pytest.mark.parametrize(
    ("kind", "name", "typed", "value"),
    [
        ("Conv2d", "kernel_size", "5", 5),
        ("Conv2d", "kernel_size", "5×3", (5, 3)),
        ("Conv2d", "kernel_size", "5x3", (5, 3)),
        ("Conv2d", "kernel_size", "5,3", (5, 3)),
        ("Conv2d", "kernel_size", "5 x 5", 5),
        ("Conv2d", "padding", "same", "same"),
        ("Conv2d", "padding", "2×1", (2, 1)),
        ("BatchNorm2d", "eps", "1e-3", 1e-3),
        ("BatchNorm2d", "momentum", "", None),
        ("MaxPool2d", "stride", "2×1", (2, 1)),
        ("Input", "shape", "1×28×28", (1, 28, 28)),
        ("Input", "shape", "784", (784,)),
        ("AdaptiveAvgPool2d", "output_size", "7×–", (7, None)),
        ("AdaptiveAvgPool2d", "output_size", "–", None),
        ("Flatten", "end_dim", "−2", -2),
        ("Dropout", "p", "0", 0.0),
        ("Dropout", "p", "0,3", 0.3),
    ],
)
def test_sizes_and_numbers_are_read_as_people_write_them(qtbot: QtBot, stage: Stage, kind: str, name: str, typed: str,
                                                         value: object) -> None:
    stage.form.show_value(LAYERS[kind]())
    editor = stage.form.rows[name].editor
    retype(qtbot, editor, typed)
    if not typed:
        qtbot.keyClick(editor, Qt.Key.Key_Delete)
    assert getattr(stage.form.value, name) == value
    assert not stage.form.rows[name].error.isVisible()
    assert editor.text() == typed


@pytest.mark.parametrize(
    ("kind", "name", "typed", "value"),
    [
        ("Conv2d", "kernel_size", "7×5", (7, 5)),
        ("Conv2d", "padding", "same", "same"),
        ("BatchNorm2d", "eps", "1e-3", 1e-3),
        ("BatchNorm2d", "eps", "0.01", 0.01),
        ("Softmax", "dim", "-1", -1),
    ],
)
def test_nothing_complains_on_the_way_to_a_good_value(qtbot: QtBot, stage: Stage, kind: str, name: str, typed: str,
                                                      value: object) -> None:
    stage.form.show_value(LAYERS[kind]())
    row = stage.form.rows[name]
    retype(qtbot, row.editor, "")
    for letter in typed:
        type_text(row.editor, letter)
        assert not row.error.isVisible()
        assert not row.editor.property("bad")
    assert getattr(stage.form.value, name) == value


def test_an_unfinished_text_that_stands_is_called_wrong(qtbot: QtBot, stage: Stage) -> None:
    stage.form.show_value(LAYERS["Conv2d"]())
    row = stage.form.rows["kernel_size"]
    retype(qtbot, row.editor, "5×")
    assert not row.error.isVisible()
    qtbot.waitUntil(row.error.isVisible, timeout=PATIENCE + 1000)
    assert row.editor.property("bad")
    qtbot.keyClicks(row.editor, "3")
    assert not row.error.isVisible()
    assert stage.form.value.kernel_size == (5, 3)


def test_options_that_exclude_each_other_say_so(qtbot: QtBot, stage: Stage) -> None:
    stage.form.show_value(LAYERS["Conv2d"](out_channels=6))
    row = stage.form.rows["groups"]
    retype(qtbot, row.editor, "4")
    assert row.error.text() == "Output channels (6) must be divisible by groups (4)"


def test_the_cursor_stays_where_it_is(qtbot: QtBot, stage: Stage) -> None:
    layer = LAYERS["Linear"](out_features=128)
    stage.form.show_value(layer)
    editor = stage.form.rows["out_features"].editor
    editor.setFocus()
    editor.setCursorPosition(1)
    qtbot.keyClicks(editor, "0")
    stage.form.show_value(stage.form.value)
    assert (editor.text(), editor.cursorPosition()) == ("1028", 2)
    stage.form.show_value(layer)  # undone
    assert (editor.text(), editor.cursorPosition()) == ("128", 2)
    assert editor.hasFocus()


def test_undo_is_left_to_the_window_unless_the_text_is_refused(qtbot: QtBot, stage: Stage) -> None:
    undone = QShortcut(QKeySequence.StandardKey.Undo, stage)
    stage.form.show_value(LAYERS["Linear"]())
    editor = stage.form.rows["out_features"].editor
    retype(qtbot, editor, "12")
    with qtbot.waitSignal(undone.activated):
        qtbot.keyClick(editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert editor.text() == "12"
    qtbot.keyClicks(editor, "q")
    with qtbot.assertNotEmitted(undone.activated):
        qtbot.keyClick(editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not editor.property("bad")


def test_arrow_keys_step_the_number_at_the_cursor_within_its_bounds(qtbot: QtBot, stage: Stage) -> None:
    stage.form.show_value(LAYERS["Conv2d"](kernel_size=(5, 3)))
    editor = stage.form.rows["kernel_size"].editor
    editor.setFocus()
    editor.setCursorPosition(3)
    qtbot.keyClick(editor, Qt.Key.Key_Up)
    assert stage.form.value.kernel_size == (5, 4)
    qtbot.keyClick(editor, Qt.Key.Key_PageDown)
    assert stage.form.value.kernel_size == (5, 1)
    assert editor.text() == "5×1"


def turn_wheel(editor: LineEditor) -> None:
    place = QPointF(editor.rect().center())
    event = QWheelEvent(place, editor.mapToGlobal(place), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
                        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(editor, event)


def test_the_wheel_changes_only_the_field_that_has_the_focus(stage: Stage) -> None:
    stage.form.show_value(LAYERS["Conv2d"](out_channels=6))
    stage.elsewhere.setFocus()
    turn_wheel(stage.form.rows["out_channels"].editor)
    assert stage.form.value.out_channels == 6
    stage.form.rows["out_channels"].editor.setFocus()
    turn_wheel(stage.form.rows["out_channels"].editor)
    assert stage.form.value.out_channels == 7


def test_another_class_and_back_keeps_the_first_fields(stage: Stage) -> None:
    stage.form.show_value(LAYERS["Conv2d"](out_channels=6))
    first = stage.form.rows["out_channels"].editor
    stage.form.show_value(LAYERS["Dropout"]())
    assert not first.isVisible()
    stage.form.show_value(LAYERS["Conv2d"](out_channels=7))
    assert stage.form.rows["out_channels"].editor is first
    assert first.text() == "7"


class Strange(BaseModel):
    """Forms of options that coming layers will have."""

    mode: Literal["mean", "sum"] | None = Field(None, title="Mode", description="How.")
    betas: tuple[float, float] = Field((0.9, 0.999), title="Betas", description="Two shares.")
    size: Annotated[int, Field(ge=2)] | Literal["auto"] = Field("auto", title="Size", description="“auto” or a number.")

    def with_options(self, **options: object) -> Strange:
        try:
            return Strange.model_validate({**dict(self), **options})
        except ValidationError as error:
            raise OptionError("{reason}", reason=reason_of(error, type(self))) from error


def test_other_annotations_work_as_well(qtbot: QtBot, stage: Stage) -> None:
    stage.form.show_value(Strange())
    mode = stage.form.rows["mode"].editor
    assert isinstance(mode, ChoiceEditor)
    assert [mode.itemText(i) for i in range(mode.count())] == ["–", "Mean", "Sum"]
    assert stage.form.rows["betas"].editor.text() == "0.9, 0.999"
    retype(qtbot, stage.form.rows["betas"].editor, "0.5 0.9")
    retype(qtbot, stage.form.rows["size"].editor, "12")
    assert stage.form.value == Strange(betas=(0.5, 0.9), size=12)


# -- a person's own block -----------------------------------------------------------------------------------------


def own_block(*exposed: Exposed) -> Custom:
    conv = LAYERS["Conv2d"](out_channels=64, kernel_size=3)
    graph = Graph.of([Node("input", LAYERS["Input"]()), Node("conv1", conv), Node("conv2", conv)],
                     [Edge("input", "conv1"), Edge("conv1", "conv2")])
    return Custom(label="Stem", graph=graph, exposed=exposed)


CHANNELS = Exposed("Channels", (("conv1", "out_channels"), ("conv2", "out_channels")))
KERNEL = Exposed("label", (("conv1", "kernel_size"),))  # a title may be called like a field


def test_what_an_own_block_exposes_is_edited_under_its_title(qtbot: QtBot, stage: Stage) -> None:
    block = own_block(CHANNELS, KERNEL)
    stage.form.show_value(block)
    titles = {row.label.text(): row.editor for row in stage.form.rows.values()}
    assert list(titles) == ["Name", "Channels", "label", "Repeat"]
    assert (titles["Channels"].text(), titles["label"].text(), titles["Name"].text()) == ("64", "3", "Stem")
    with qtbot.waitSignal(stage.form.edited):
        retype(qtbot, titles["Channels"], "8")
    nodes = stage.form.value.graph.nodes
    assert (nodes["conv1"].layer.out_channels, nodes["conv2"].layer.out_channels) == (8, 8)
    retype(qtbot, titles["label"], "5×3")
    nodes = stage.form.value.graph.nodes
    assert (nodes["conv1"].layer.kernel_size, nodes["conv2"].layer.kernel_size) == ((5, 3), 3)
    assert stage.form.value.label == "Stem"
    retype(qtbot, titles["Channels"], "0")
    row = next(row for row in stage.form.rows.values() if row.editor is titles["Channels"])
    assert row.error.text() == "Output channels must be at least 1"
    assert stage.form.value.graph.nodes["conv1"].layer.out_channels == 8


def test_blocks_that_expose_other_things_have_other_rows(stage: Stage) -> None:
    for exposed in ((CHANNELS,), (KERNEL,), (CHANNELS, KERNEL), ()):
        stage.form.show_value(own_block(*exposed))
        shown = [row.label.text() for row in stage.form.rows.values() if row.editor.isVisible()]
        assert shown == ["Name", *(one.title for one in exposed), "Repeat"]


def test_what_no_longer_stands_inside_is_left_out(stage: Stage) -> None:
    stage.form.show_value(own_block(Exposed("Gone", (("conv9", "out_channels"),)),
                                    Exposed("Wrong", (("conv1", "units"),)), CHANNELS))
    titles = [row.label.text() for row in stage.form.rows.values()]
    assert "Channels" in titles
    assert not {"Gone", "Wrong"} & set(titles)


def test_an_option_with_a_small_letter_for_a_name_keeps_it(qtbot: QtBot, stage: Stage) -> None:
    stage.form.show_value(LAYERS["ELU"]())
    row = stage.form.rows["alpha"]
    retype(qtbot, row.editor, "q")
    assert row.error.text() == "α must be a number"


def test_an_empty_text_shows_an_example(stage: Stage) -> None:
    stage.form.show_value(LAYERS["Code"]())
    assert stage.form.rows["made_with"].editor.placeholderText() == "units=3"


def test_options_that_exclude_each_other_take_turns(qtbot: QtBot, stage: Stage) -> None:
    stage.form.show_value(LAYERS["Upsample"]())
    size, scale = stage.form.rows["size"].editor, stage.form.rows["scale_factor"].editor
    retype(qtbot, size, "28")
    assert (stage.form.value.size, stage.form.value.scale_factor, scale.text()) == (28, None, "")
    qtbot.keyClick(size, Qt.Key.Key_Escape)
    assert (stage.form.value.size, stage.form.value.scale_factor) == (None, 2.0)
    assert (size.text(), scale.text()) == ("", "2")
    retype(qtbot, size, "14")
    retype(qtbot, scale, "3")
    assert (stage.form.value.size, stage.form.value.scale_factor, size.text()) == (None, 3.0, "")
    for row in stage.form.rows.values():
        assert not row.error.isVisible()


# -- a row by itself ------------------------------------------------------------------------------------------------


class Quick(LineEditor):
    """Waits only a moment before an unfinished text is called wrong."""

    patience = 20


class Bench(QWidget):
    """A row, and how often it said that its text is refused."""

    def __init__(self, is_lenient: bool = False) -> None:
        super().__init__()
        self.editor = Quick(Syntax(frozenset({int}), tuples=True), self)
        self.editor.is_lenient = is_lenient
        self.row = Row(QLabel("Size", self), self.editor, "how large", self)
        self.said: list[str] = []
        self.row.refused.connect(lambda: self.said.append(self.row.error.text()))
        self.editor.show_value(3)
        self.editor.setFocus()


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    bench = Bench()
    qtbot.addWidget(bench)
    bench.show()
    yield bench


def test_an_unfinished_text_is_called_wrong_once_after_a_moment(bench: Bench, qtbot: QtBot) -> None:
    bench.editor.setText("5×")
    bench.row.refuse("no")
    assert not bench.row.error.isVisible() and bench.said == []
    qtbot.waitUntil(bench.row.error.isVisible)
    qtbot.wait(60)
    assert bench.said == ["no"]


def test_when_one_is_done_with_it_it_is_called_wrong_at_once_and_only_then(bench: Bench, qtbot: QtBot) -> None:
    bench.editor.ended.emit()
    assert bench.said == [], "there is nothing to say"
    bench.editor.setText("5×")
    bench.row.refuse("no")
    bench.editor.ended.emit()
    assert bench.said == ["no"] and bench.row.error.isVisible()
    qtbot.wait(60)
    assert bench.said == ["no"]


@pytest.mark.parametrize("how", ["accept", "restore"])
def test_what_is_good_again_is_never_called_wrong(how: str, bench: Bench, qtbot: QtBot) -> None:
    bench.editor.setText("5×")
    bench.row.refuse("no")
    if how == "accept":
        bench.row.accept((5, 3))
    else:
        bench.editor.restore()
    qtbot.wait(60)
    assert (bench.said, bench.row.error.isVisible()) == ([], False)


@pytest.mark.parametrize("is_lenient", [False, True])
def test_what_was_called_wrong_is_forgiven_while_one_types_on_only_by_a_lenient_editor(
        is_lenient: bool, qtbot: QtBot) -> None:
    bench = Bench(is_lenient)
    qtbot.addWidget(bench)
    bench.show()
    bench.editor.setText("5x5x")
    bench.row.refuse("no")
    qtbot.waitUntil(bench.row.error.isVisible)
    bench.editor.setText("5×")
    bench.row.refuse("still no")
    assert bench.row.error.isVisible() == (not is_lenient)
    bench.editor.setText("5a")
    bench.row.refuse("never")
    assert bench.row.error.isVisible() and bench.row.error.text() == "never"


def test_a_reason_may_break_within_long_words(bench: Bench) -> None:
    bench.row.refuse("x" * 30)
    assert bench.row.error.text().replace("\u200b", "") == "x" * 30 and "\u200b" in bench.row.error.text()
    assert bench.row.error.wordWrap()


def test_rows_of_another_kind_take_the_place_of_the_first(stage: Stage) -> None:
    stage.form.show_value(LAYERS["Conv2d"]())
    conv = list(stage.form.rows.values())
    stage.form.show_value(LAYERS["Dropout"]())
    QApplication.processEvents()
    assert not any(row.editor.isVisible() or row.label.isVisible() for row in conv)
    assert all(row.editor.isVisible() for row in stage.form.rows.values())
    stage.form.show_value(LAYERS["Conv2d"](out_channels=9))
    assert list(stage.form.rows.values()) == conv and conv[0].editor.isVisible()
