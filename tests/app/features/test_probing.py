"""The probe: what is drawn, typed, opened or picked changes the answer and every picture."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from torch.nn.functional import interpolate

from app.features.documents import Documents
from app.features.probing import Probing
from app.features.training import Training
from app.window.window import MainWindow
from engine.graph.graph import Graph
from engine.layers.convolution import Conv2d
from engine.layers.linear import Flatten, Linear
from engine.layers.regularization import Dropout
from tests.app.looking import LEFT, NONE, Looking, looking, looking_window, network, read, written
from tests.app.windows import CTRL, in_front

SHIFT = Qt.KeyboardModifier.ShiftModifier
LENET = "gallery:lenet-digits"


@pytest.fixture(scope="module")
def shared_window(request) -> Iterator[MainWindow]:
    with looking_window(request) as window:
        yield window


@pytest.fixture
def look(shared_window, qtbot, tmp_path):
    """Opens a network, or one of the gallery, and looks into it."""
    held = []

    def look(source: str | Graph = LENET) -> Looking:
        text = source if isinstance(source, str) else written(tmp_path, source)
        held.append(looking(shared_window, qtbot, text))
        return held[-1].__enter__()

    yield look
    for each in held:
        each.__exit__(None, None, None)


def pictures(seen: Looking) -> dict[str, object]:
    """Of every card, what is drawn beside it."""
    return {name: item.shown for name, item in seen.now.outputs.items.items()}


def pixels(seen: Looking) -> np.ndarray:
    """What the network got, as a picture from 0 to 1."""
    return seen.now.seen.sample.x[0, 0].numpy()


def stroke(seen: Looking, *way: tuple[float, float]) -> None:
    """With the mouse on the pad, in shares of its sides."""
    pad = seen.probe.pad
    spots = [QPoint(round(x * pad.width()), round(y * pad.height())) for x, y in way]
    QTest.mousePress(pad, LEFT, NONE, spots[0])
    for spot in spots[1:]:
        QTest.mouseMove(pad, spot)
    QTest.mouseRelease(pad, LEFT, NONE, spots[-1])
    seen.settle()


# -- drawing --------------------------------------------------------------------------------------------------------


def test_drawing_changes_answer_and_pictures_while_the_button_is_down(look):
    seen = look()
    seen.press(seen.probe.clear_button)
    assert pixels(seen).max() == pixels(seen).min()
    empty, answer = pictures(seen), seen.answer()
    pad = seen.probe.pad
    QTest.mousePress(pad, LEFT, NONE, QPoint(pad.width() // 2, pad.height() // 4))
    QTest.mouseMove(pad, QPoint(pad.width() // 2, pad.height() // 2))
    seen.settle()
    half, between = pictures(seen), pixels(seen).copy()
    assert all(half[name] is not empty[name] for name in empty) and seen.answer() != answer
    QTest.mouseMove(pad, QPoint(pad.width() // 2, 3 * pad.height() // 4))
    QTest.mouseRelease(pad, LEFT, NONE, QPoint(pad.width() // 2, 3 * pad.height() // 4))
    seen.settle()
    assert (pixels(seen) >= between).all() and (pixels(seen) > between).any()
    shown = pad.pixels()
    assert shown.shape == (8, 8), "as the data are before they are resized"
    assert shown[4].max() > 100 and shown[:, 0].max() == 0 and shown[0].max() == 0
    large = interpolate(torch.from_numpy(shown)[None, None] / 255, (28, 28), mode="bilinear")[0, 0].numpy()
    assert np.allclose(large, pixels(seen), atol=0.02), "what is seen is what the network gets"
    seen.press(seen.probe.rubber)
    stroke(seen, (0.5, 0.1), (0.5, 0.9))
    assert seen.probe.pad.pixels().sum() < shown.sum() / 2
    pad.setFocus()
    seen.key(Qt.Key.Key_Z, CTRL)
    seen.settle()
    assert np.array_equal(pad.pixels(), shown), "Ctrl+Z on the pad takes the stroke back, not an edit"
    assert not seen.page.document.dirty
    seen.press(seen.probe.pen)


def test_what_is_drawn_stays_while_the_network_changes(look):
    seen = look("gallery:conv-checks")
    seen.press(seen.probe.clear_button)
    stroke(seen, (0.3, 0.3), (0.7, 0.7))
    drawn = seen.probe.pad.pixels()
    assert drawn.shape == (8, 8) and drawn.max() > 100
    seen.take("conv2")
    seen.page.view.setFocus()
    seen.key(Qt.Key.Key_Delete)
    seen.settle()
    assert np.array_equal(seen.probe.pad.pixels(), drawn)
    assert np.allclose(drawn / 255, pixels(seen), atol=1e-6), "what is seen is what the network gets"


def test_each_page_has_its_own_drawing(look):
    seen = look("gallery:conv-checks")
    seen.press(seen.probe.clear_button)
    stroke(seen, (0.3, 0.3), (0.7, 0.7))
    drawn, window = seen.probe.pad.pixels(), seen.window
    window.feature(Documents).open(LENET)
    other = Looking(window, seen._qtbot)
    first = seen.probe.pad.pixels()
    assert not np.array_equal(first, drawn)
    assert np.array_equal(first, (other.now.seen.sample.stored[0].numpy()))
    window.turn_to(1)
    seen.settle()
    assert np.array_equal(seen.probe.pad.pixels(), drawn)
    assert np.allclose(drawn / 255, pixels(seen), atol=1e-6)


# -- the data -------------------------------------------------------------------------------------------------------


def strip(seen: Looking):
    examples = seen.probe.examples
    seen._qtbot.waitUntil(lambda: bool(examples.grid.examples) and examples.grid.isVisible())
    seen.settle()
    return examples


def test_an_example_is_clicked(look):
    seen = look()
    grid = strip(seen).grid
    before = seen.answer()
    seen.probe.ensureWidgetVisible(grid)
    QTest.mouseClick(grid, LEFT, NONE, grid.place(3).center().toPoint())
    seen.settle()
    part, index = grid.examples[3].key
    assert seen.now.seen.sample.place == (part, index)
    assert seen.answer() != before and "the true class" in seen.answer() + "the true class" * (
        seen.now.seen.true_class not in {guess.number for guess in seen.now.seen.guesses})
    assert read(seen.probe.answers.loss).startswith("loss ")
    assert np.array_equal(seen.probe.pad.pixels(), grid.examples[3].pixels) or seen.probe.pad.pixels().max() > 0


def test_worst_mistakes_come_first(look, qtbot):
    seen = look()
    examples = strip(seen)
    first = [each.key for each in examples.grid.examples]
    order = examples.order
    index = order.findData("worst")
    order.setFocus()
    QTest.keyClick(order, Qt.Key.Key_End)
    QApplication.processEvents()
    assert order.currentIndex() == index
    qtbot.waitUntil(lambda: bool(examples.grid.examples) and examples.grid.isVisible()
                    and [each.key for each in examples.grid.examples] != first)
    assert all(each.is_right is False for each in examples.grid.examples), "an untrained network is mostly wrong"
    losses = []
    for place in (0, 5, 11):
        seen.probe.ensureWidgetVisible(examples.grid)
        QTest.mouseClick(examples.grid, LEFT, NONE, examples.grid.place(place).center().toPoint())
        seen.settle()
        losses.append(seen.now.seen.loss)
        true = seen.now.seen.true_class
        likely = seen.probe.answers.bars.likely
        assert [each.name for each in likely if each.is_true] == [str(true)], "however unlikely it is"
        truth = next(each for each in likely if each.is_true)
        assert math.exp(-losses[-1]) == pytest.approx(truth.probability, rel=1e-4) and truth.place > 1
    assert losses == sorted(losses, reverse=True)
    order.setFocus()
    QTest.keyClick(order, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: [each.key for each in examples.grid.examples] == first)


def test_another_sample_is_put_beside_it_and_away_again(look):
    seen = look()
    grid = strip(seen).grid

    def click(place: int, keys=NONE) -> None:
        seen.probe.ensureWidgetVisible(grid)
        QTest.mouseClick(grid, LEFT, keys, grid.place(place).center().toPoint())
        seen.settle()

    click(1)
    click(2, SHIFT)
    seen.take("conv1")
    side = seen.panel.maps.side
    assert side.isVisible() and seen.now.second is not None
    numbers = {}
    for id in ("this", "other", "difference"):
        seen.press(side.buttons[id])
        numbers[id] = seen.panel.maps.maps.grid.values.array
    assert np.allclose(numbers["difference"], numbers["this"] - numbers["other"])
    assert np.abs(numbers["difference"]).max() > 0
    click(2, SHIFT)
    assert seen.now.second is None and not side.isVisible()


def test_data_that_are_not_there_are_said_and_shown(look):
    seen = look("gallery:lenet")
    examples = seen.probe.examples
    assert "not on this computer" in read(examples.message) and not examples.grid.isVisible()
    assert seen.answer(), "what is looked at meanwhile are zeros"
    seen.probe.ensureWidgetVisible(examples.action)
    seen.press(examples.action)
    assert in_front(seen.window) == "Data"


# -- files ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "mode", "size"), [
    ("grey.png", "L", (8, 8)), ("wide.png", "RGB", (90, 20)), ("clear.png", "RGBA", (31, 57)), ("one.png", "1", (8, 8)),
    ("deep.png", "I;16", (8, 8)), ("palette.gif", "P", (12, 9)),
])
def test_pictures_of_all_kinds_are_taken(look, tmp_path, name, mode, size):
    seen = look()
    path = tmp_path / name
    Image.new(mode, size).save(path)
    before = seen.now.seen
    seen.window.feature(Probing).open_picture(path)
    seen.settle()
    assert seen.now.seen is not None and seen.now.seen is not before and seen.answer()
    assert tuple(seen.now.seen.sample.x.shape) == tuple(before.sample.x.shape)


def test_a_file_that_is_no_picture_is_said(look, tmp_path):
    seen = look()
    path = tmp_path / "no.png"
    path.write_bytes(b"not a picture")
    seen.window.feature(Probing).open_picture(path)
    seen.settle()
    assert "no.png" in seen.page.notice.text.text() and seen.page.notice.isVisible()
    assert seen.now.seen is not None and seen.now.outputs.items, "what was seen before is seen still"
    strip(seen)
    seen.probe.ensureWidgetVisible(seen.probe.examples.grid)
    QTest.mouseClick(seen.probe.examples.grid, LEFT, NONE, seen.probe.examples.grid.place(0).center().toPoint())
    seen.settle()
    assert seen.now.outputs.items and seen.probe.answers.bars.isVisible()


def test_a_pasted_picture_that_is_too_large_is_said_at_once(look):
    seen = look()
    before, vast = seen.now.make, QImage(9000, 9000, QImage.Format.Format_Mono)
    QApplication.clipboard().setImage(vast)
    seen.probe.pad.setFocus()
    QTest.keyClick(seen.probe.pad, Qt.Key.Key_V, CTRL)
    assert "9000×9000" in seen.page.notice.text.text().replace("\u202f", "") and seen.now.make is before
    QApplication.clipboard().clear()


def test_an_answer_that_is_not_of_the_classes_says_why_no_class_is_named(look):
    seen = look(network((1, 8, 8), Conv2d(out_channels=2, kernel_size=(3, 3))))
    assert seen.answer().startswith("The network gives 2×6×6, but there are 10 classes: it should end in 10 numbers.")
    assert len(seen.answer().split("  ")) == 12 and seen.answer().endswith(" … (72)")


@pytest.mark.parametrize("outputs", [1, 5, 12])
def test_another_number_of_outputs_than_classes_is_no_answer(look, outputs):
    seen = look(network((1, 8, 8), Flatten(), Linear(out_features=outputs)))
    assert seen.answer().startswith(f"The network gives {outputs}, but there are 10 classes")


# -- what is typed --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "part"), [
    ("[1, 2, 3]", "3"), ("[1, 2", "cannot be read"), ("torch.rand(2, 3, 8, 8)", "2×3×8×8"), ("hello", "hello"),
    ("torch.zeros(10**9)", ""), ("torch.zeros(3, 1, 8, 8)", "3"), ("__import__('os')", ""),
])
def test_what_cannot_be_taken_is_said_at_the_row(look, text, part):
    seen = look(network((1, 8, 8), Conv2d(out_channels=2), Flatten(), Linear(out_features=3)))
    before = seen.now.seen
    seen.type(text)
    said = read(seen.probe.typed_row.error)
    assert said and part in said, said
    assert seen.now.seen is not None and seen.now.outputs.items, "what was seen before is seen still"
    assert before is not None
    seen.type("torch.ones(8, 8)")
    assert not read(seen.probe.typed_row.error) and float(seen.now.seen.sample.x.sum()) == 64


def test_the_row_is_that_of_the_page_in_front(look):
    first = look(network((2,), Linear(out_features=1)))
    first.type("[1, 2]")
    other = look()
    assert other.probe.typed_row.text() == ""
    other.window.turn_to(other.window.pages.index(first.page))
    first.settle()
    assert first.probe.typed_row.text() == "[1, 2]"


# -- how it looks ---------------------------------------------------------------------------------------------------


def test_the_mode_is_seen(look):
    seen = look(network((1, 40), Dropout(p=0.5)))
    seen.press(seen.probe.mode.buttons["train"])
    assert seen.probe.mode.shown == "train" and seen.now.training
    seen.press(seen.probe.mode.buttons["predict"])
    assert seen.probe.mode.shown == "predict" and not seen.now.training


def test_weights_are_chosen(look, qtbot):
    seen = look("gallery:scalar-checks")
    seen.type("torch.tensor([1., 2, 3, 4])")
    assert seen.answer() == "80"
    choice = seen.window.feature(Probing).weights
    assert [choice.itemText(index) for index in range(choice.count())] == ["Initial"]
    seen.window.feature(Training).train()
    trainer = seen.window.feature(Training).trainer
    qtbot.waitUntil(lambda: trainer.state == "idle", timeout=60_000)
    seen.settle()
    trained = seen.answer()
    assert trained != "80" and choice.currentText() == "Best epoch"
    choice.setFocus()
    QTest.keyClick(choice, Qt.Key.Key_Home)
    seen.settle()
    assert seen.answer() == "80"
    QTest.keyClick(choice, Qt.Key.Key_End)
    seen.settle()
    assert seen.answer() == trained
