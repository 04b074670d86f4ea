"""Several selected layers: what they are, and one form for those of one kind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.features.previewing import Previewing
from app.window.window import MainWindow
from engine.graph.parameters import NodeParameters
from tests.app.windows import lent, shared
from tests.seen import texts
from widgets.fields.editors import ChoiceEditor, LineEditor
from widgets.fields.form import Row
from widgets.fields.several import SeveralForm
from widgets.inspector.several_weights import SeveralInits, SeveralLearning, SeveralWeights

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(scope="module")
def one_window(request) -> Iterator[MainWindow]:
    with shared(request, torch=False) as window:
        yield window


@pytest.fixture
def window(one_window, qtbot) -> Iterator[MainWindow]:
    with lent(one_window, qtbot, "gallery:lenet") as window:
        yield window


def said(window: MainWindow) -> list[str]:
    return [line for text in texts(window.places.inspector) for line in text.splitlines()]


def begin(window: MainWindow, option: str, text: str, *names: str) -> LineEditor:
    window.page.scene.select(names or ["conv1", "conv2"])
    field = window.places.inspector.findChild(SeveralForm).rows[option].editor
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    return field


def channels(window: MainWindow) -> list[int]:
    return [window.page.scene.graph.nodes[name].layer.out_channels for name in ("conv1", "conv2")]


def test_layers_of_other_kinds_are_counted(window):
    window.page.scene.select(["conv1", "act1", "conv2"])
    assert {"3 layers", "2 Conv 2d, 1 Sigmoid", "2 572 parameters", "358 k multiply-adds"} <= set(said(window))
    assert any("of one kind" in line for line in said(window))
    assert not window.places.inspector.findChild(SeveralForm).isVisible()


def test_layers_of_one_kind_share_a_form(window):
    window.page.scene.select(["conv1", "conv2"])
    form = window.places.inspector.findChild(SeveralForm)
    assert {"2 Conv 2d layers", "conv1, conv2", "2 572 parameters"} <= set(said(window)) and form.isVisible()
    assert form.rows["kernel_size"].editor.text() == "5" and form.rows["out_channels"].editor.text() == ""
    window.page.scene.select(["act1", "act2", "act3"])
    assert "3 Sigmoid layers" in said(window) and not any("of one kind" in line for line in said(window))
    window.page.scene.select(["conv1"])
    assert not form.isVisible() and window.places.inspector.name == "conv1"


def test_what_is_typed_is_tried_on_all_and_enter_is_one_step(window):
    graph = window.page.document.experiment.graph
    field = begin(window, "out_channels", "24")
    assert window.feature(Previewing).is_on and not window.page.document.dirty
    assert window.page.scene.cards["conv1"].face.count == "156 → 624"
    assert "2 572 → 15 048 parameters" in said(window)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert channels(window) == [24, 24] and not window.feature(Previewing).is_on
    assert field.hasFocus() and field.text() == "24" and "15 048 parameters" in said(window)
    QTest.keyClick(field, Qt.Key.Key_Z, CTRL)
    assert window.page.document.experiment.graph == graph and field.text() == ""
    window.page.document.redo()
    assert channels(window) == [24, 24]


def test_escape_takes_it_back_and_a_refusal_is_said_in_place(window):
    before = window.page.document.experiment
    field = begin(window, "out_channels", "24")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert not window.feature(Previewing).is_on and field.text() == ""
    field = begin(window, "out_channels", "0")
    form = window.places.inspector.findChild(SeveralForm)
    assert form.rows["out_channels"].error.isVisible() and not window.feature(Previewing).is_on
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert window.page.document.experiment == before


@pytest.mark.parametrize("then", [["conv1", "act1"], ["conv2"], [], ["act1", "act2"]])
def test_what_is_typed_counts_for_those_it_was_typed_for(window, then):
    begin(window, "kernel_size", "3")
    window.page.scene.select(then)
    kernels = {name: window.page.scene.graph.nodes[name].layer.kernel_size for name in ("conv1", "conv2")}
    assert kernels == {"conv1": 3, "conv2": 3}
    assert not window.feature(Previewing).is_on


def test_all_of_a_large_network_are_shown_at_once(window):
    window.open_at_start(["gallery:densenet"])
    window.page.view.setFocus()
    QTest.keyClick(window.page.view, Qt.Key.Key_A, CTRL)
    assert f"{len(window.page.scene.cards)} layers" in said(window)


# -- weights ----------------------------------------------------------------------------------------------------------


def weights(window: MainWindow) -> SeveralWeights:
    return window.places.inspector.findChild(SeveralWeights)


def rows(window: MainWindow, kind: type[SeveralForm], which: int = 0) -> dict[str, Row]:
    return weights(window).findChildren(kind)[which].rows


def pick(field: ChoiceEditor, words: str) -> None:
    """As a person does who types the first letters of a choice."""
    field.setFocus()
    QTest.keyClicks(field, words)


def parameters(window: MainWindow, *names: str) -> list[NodeParameters]:
    return [window.page.scene.graph.nodes[name].parameters for name in names]


def test_layers_are_frozen_together_also_of_different_kinds(window):
    graph = window.page.document.experiment.graph
    window.page.scene.select(["conv1", "act1", "fc1"])
    assert "Weights of 2 layers" in said(window)
    learning = rows(window, SeveralLearning)
    pick(learning["trainable"].editor, "off")
    assert [each.trainable for each in parameters(window, "conv1", "fc1")] == [False, False]
    assert window.page.scene.graph.nodes["act1"] == graph.nodes["act1"]
    assert not learning["lr_multiplier"].editor.isEnabled()
    window.page.document.undo()
    assert window.page.document.experiment.graph == graph and learning["lr_multiplier"].editor.isEnabled()


def test_their_weights_begin_alike_and_numbers_are_for_all(window):
    window.page.scene.select(["conv1", "conv2"])
    inits = rows(window, SeveralInits)
    assert inits["kind"].editor.currentText() == "As in recipe" and not inits["std"].editor.isVisible()
    pick(inits["kind"].editor, "Norm")
    assert [each.weight.kind for each in parameters(window, "conv1", "conv2")] == ["normal", "normal"]
    field = inits["std"].editor
    assert field.isVisible()
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "0.5\r")
    assert [each.weight.std for each in parameters(window, "conv1", "conv2")] == [0.5, 0.5]
    window.page.document.undo()
    assert [each.weight.std for each in parameters(window, "conv1", "conv2")] == [0.01, 0.01]
    window.page.scene.select(["conv1", "fc1"])
    assert inits["kind"].editor.currentText() == "several" and not inits["std"].editor.isVisible()
    inits["kind"].editor.setFocus()
    QTest.keyClick(inits["kind"].editor, Qt.Key.Key_End)
    assert [each.weight.kind for each in parameters(window, "conv1", "fc1")] == ["formula", "formula"]


def test_layers_without_weights_have_no_such_section(window):
    window.page.scene.select(["act1", "act2"])
    assert not weights(window).isVisible()
