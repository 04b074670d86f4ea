"""One form for several layers: what is equal is shown, what differs is not, what is typed is for all."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine.layers.base import LAYERS, Layer, OptionError
from tests.in_front import in_front
from widgets.fields.editors import ChoiceEditor, LineEditor
from widgets.fields.several import MIXED, Several, SeveralForm

CONVS = (LAYERS["Conv2d"](out_channels=6, kernel_size=5, padding=2), LAYERS["Conv2d"](out_channels=16, kernel_size=5),
         LAYERS["Conv2d"](out_channels=16, kernel_size=5, bias=False, padding_mode="reflect"))  # fmt: skip

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


class Desk:
    """A form, and what it asked for."""

    def __init__(self, qtbot: QtBot) -> None:
        self.form = SeveralForm()
        self.asked: list[tuple[str, Several]] = []
        self.tried: list[Several | None] = []
        self.form.edited.connect(lambda name, _: self.asked.append((name, self.form.value)))
        self.form.tried.connect(self.tried.append)
        in_front(qtbot, self.form, 300, 500)
        self.show(*CONVS)

    def show(self, *layers: Layer) -> None:
        self.form.show_value(Several(layers))

    def editor(self, name: str) -> LineEditor | ChoiceEditor:
        return self.form.rows[name].editor

    def type(self, name: str, text: str) -> LineEditor:
        editor = self.editor(name)
        assert isinstance(editor, LineEditor)
        editor.setFocus()
        editor.selectAll()
        QTest.keyClicks(editor, text)
        return editor

    def values(self, name: str) -> list[object]:
        return [getattr(layer, name) for layer in self.form.value.models]


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    return Desk(qtbot)


def test_what_they_share_is_known_and_set_for_all() -> None:
    several = Several(CONVS)
    assert several.value("kernel_size") == 5 and several.value("out_channels") is MIXED
    assert several.with_value("out_channels", MIXED) is several
    assert [layer.out_channels for layer in several.with_value("out_channels", 9).models] == [9, 9, 9]
    with pytest.raises(OptionError):
        several.with_value("out_channels", 0)


def test_equal_values_are_shown_and_others_are_several(desk: Desk) -> None:
    assert desk.editor("kernel_size").text() == "5"
    for name in ("out_channels", "padding"):
        assert desk.editor(name).text() == "" and desk.editor(name).placeholderText() == "several"
    assert desk.editor("padding_mode").currentText() == desk.editor("bias").currentText() == "several"
    desk.show(*CONVS[1:])
    assert desk.editor("out_channels").text() == "16"
    assert desk.editor("bias").count() == 3, "on, off, and each as it is"
    desk.show(CONVS[0], CONVS[1])
    assert desk.editor("bias").currentText() == "on" and desk.editor("bias").count() == 2


def test_typing_is_tried_and_enter_asks_for_it(desk: Desk) -> None:
    field = desk.type("out_channels", "24")
    assert desk.asked == [] and [layer.out_channels for layer in desk.tried[-1].models] == [24, 24, 24]
    assert [layer.padding for layer in desk.tried[-1].models] == [2, 0, 0], "what is not typed stays each one's own"
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert [name for name, _ in desk.asked] == ["out_channels"] and desk.values("out_channels") == [24, 24, 24]
    desk.show(*desk.form.value.models)
    assert field.text() == "24" and field.hasFocus() and field.placeholderText() != "several"


def test_escape_and_an_empty_line_leave_each_its_own(desk: Desk) -> None:
    field = desk.type("out_channels", "24")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "" and desk.tried[-1] is None and desk.values("out_channels") == [6, 16, 16]
    field = desk.type("out_channels", "2")
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    assert desk.tried[-1] is None
    QTest.keyClick(field, Qt.Key.Key_Return)
    desk.editor("kernel_size").setFocus()
    assert desk.asked == [] and not field.property("bad")


def test_leaving_a_field_asks_for_what_is_good_and_drops_what_is_not(desk: Desk) -> None:
    desk.type("kernel_size", "3")
    desk.type("out_channels", "0")
    assert desk.values("kernel_size") == [3, 3, 3]
    assert desk.form.rows["out_channels"].error.isVisible()
    desk.editor("kernel_size").setFocus()
    assert desk.editor("out_channels").text() == "" and desk.values("out_channels") == [6, 16, 16]
    assert [name for name, _ in desk.asked] == ["kernel_size"]


def test_a_choice_is_for_all_and_several_for_none(desk: Desk, qtbot: QtBot) -> None:
    field = desk.editor("bias")
    assert isinstance(field, ChoiceEditor)
    field.setFocus()
    field.showPopup()
    qtbot.waitUntil(field.view().isVisible)
    QTest.keyClick(field.view(), Qt.Key.Key_Down)
    QTest.keyClick(field.view(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(desk.asked))
    assert desk.values("bias") == [True, True, True]
    desk.asked.clear()
    desk.show(*CONVS)
    field.showPopup()
    qtbot.waitUntil(field.view().isVisible)
    QTest.keyClick(field.view(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not field.view().isVisible())
    assert desk.asked == [] and desk.values("bias") == [True, True, False]


@pytest.mark.parametrize("kind", LAYERS)
def test_every_kind_of_layer_has_such_a_form(qtbot: QtBot, kind: str) -> None:
    form = SeveralForm()
    qtbot.addWidget(form)
    layer = LAYERS[kind]()
    form.show_value(Several((layer, layer)))
    assert form.value.models == (layer, layer)
    form.restore()
