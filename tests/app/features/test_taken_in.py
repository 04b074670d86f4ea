"""What the network is shown: dropped, pasted, of a camera, typed; and what is said where data are not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.features.documents import Documents
from app.features.inside import Inside, PageInside
from app.features.probing import Probing
from app.features.probing_camera import ProbingCamera
from app.window.camera import Camera
from app.window.window import MainWindow
from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment, load_experiment, save_experiment
from engine.inspect.samples.sample import Sample
from engine.messages import say
from engine.network.building import build_module
from tests.app.windows import CTRL, lent, shared
from tests.seen import button_with, texts
from widgets.probe.panel import ProbePanel

SEEN_MS = 5_000
BYTE = 1 / 255  # pixels are whole numbers
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture(scope="module")
def one_window(request) -> Iterator[MainWindow]:
    with shared(request) as window:
        yield window


@pytest.fixture
def window(one_window, qtbot) -> Iterator[MainWindow]:
    with lent(one_window, qtbot, "gallery:lenet-digits") as window:
        window.commands["workspace_inside"].trigger()
        qtbot.waitUntil(lambda: now(window).seen is not None, timeout=SEEN_MS)
        yield window
        window.commands["workspace_build"].trigger()


def now(window: MainWindow) -> PageInside:
    return window.feature(Inside).of(window.page)


def sample_of(window: MainWindow) -> Sample | None:
    """What is seen now; nothing while the first answer is on its way."""
    return now(window).seen.sample if now(window).seen is not None else None


def panel(window: MainWindow) -> ProbePanel:
    return window.feature(Probing).panel


def x_of(window: MainWindow, qtbot, before: object) -> np.ndarray:
    """What the network gets once another sample is seen."""

    def is_there() -> bool:
        seen = now(window).seen
        return seen is not None and seen.sample is not before and seen.question.make is now(window).make

    qtbot.waitUntil(is_there, timeout=SEEN_MS)
    return now(window).seen.sample.x[0, 0].numpy()


def drawing(dark: bool) -> QImage:
    """A black square on white, or a white one on black, of the size of the digits."""
    image = QImage(8, 8, QImage.Format.Format_Grayscale8)
    image.fill(Qt.GlobalColor.white if dark else Qt.GlobalColor.black)
    for row in range(2, 5):
        for column in range(3, 6):
            image.setPixelColor(column, row, Qt.GlobalColor.black if dark else Qt.GlobalColor.white)
    return image


def square() -> np.ndarray:
    """The white one as the network gets it: digits are made larger, bilinearly."""
    pixels = torch.zeros(1, 1, 8, 8)
    pixels[..., 2:5, 3:6] = 1
    return torch.nn.functional.interpolate(pixels, size=(28, 28), mode="bilinear")[0, 0].numpy()


def written(folder: Path, dark: bool = False) -> Path:
    path = folder / "square.png"
    assert drawing(dark).save(str(path))
    return path


def of_files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def dropped(window: MainWindow, data: QMimeData) -> bool:
    """Over the top bar; whether the window takes it."""
    spot, action, buttons = QPoint(20, 10), Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(spot, action, data, buttons, NONE)
    enter.ignore()
    QApplication.sendEvent(window, enter)
    if enter.isAccepted():
        QApplication.sendEvent(window, QDropEvent(QPointF(spot), action, data, buttons, NONE))
    return enter.isAccepted()


def said(window: MainWindow) -> str:
    return window.page.notice.text.text() if window.page.notice.isVisible() else ""


# -- pictures from outside ------------------------------------------------------------------------------------------


def test_a_picture_can_be_dropped_anywhere_while_one_looks_inside(window, qtbot, tmp_path) -> None:
    before, data = sample_of(window), of_files(written(tmp_path))
    assert dropped(window, data)
    x = x_of(window, qtbot, before)
    np.testing.assert_allclose(x, square(), atol=BYTE)
    pad = panel(window).pad.pixels()  # those of the data, before they are made larger
    np.testing.assert_array_equal(pad > 127, np.pad(np.ones((3, 3), bool), ((2, 3), (3, 2))))
    window.commands["workspace_build"].trigger()
    assert not dropped(window, data)


def test_a_picture_is_pasted_wherever_the_probe_has_the_keyboard(window, qtbot, tmp_path) -> None:
    line, graph = panel(window).typed_row.line, window.page.document.experiment.graph
    for place, as_file in [(panel(window).pad, True), (panel(window).invert, False), (panel(window).invert, True),
                           (line, False), (line, True)]:
        if as_file:
            QGuiApplication.clipboard().setMimeData(of_files(written(tmp_path)))
        else:
            QGuiApplication.clipboard().setImage(drawing(False))
        before = sample_of(window)
        place.setFocus()
        QTest.keyClick(place, Qt.Key.Key_V, CTRL)
        np.testing.assert_allclose(x_of(window, qtbot, before), square(), atol=BYTE)
    assert window.page.document.experiment.graph is graph and panel(window).typed_row.text() == ""
    QGuiApplication.clipboard().setText("[1, 2]")
    line.setFocus()
    QTest.keyClick(line, Qt.Key.Key_V, CTRL)
    assert panel(window).typed_row.text() == "[1, 2]"
    line.clear()


def test_dark_lines_on_white_are_turned_round_and_each_page_remembers_it(window, qtbot, tmp_path) -> None:
    sample = now(window).seen.sample
    assert dropped(window, of_files(written(tmp_path, dark=True)))
    np.testing.assert_allclose(x_of(window, qtbot, sample), 1 - square(), atol=BYTE)
    sample = now(window).seen.sample
    QTest.mouseClick(button_with(panel(window), "Invert"), LEFT)
    np.testing.assert_allclose(x_of(window, qtbot, sample), square(), atol=BYTE)
    sample = now(window).seen.sample
    QGuiApplication.clipboard().setImage(drawing(True))
    panel(window).pad.setFocus()
    QTest.keyClick(panel(window).pad, Qt.Key.Key_V, CTRL)
    np.testing.assert_allclose(x_of(window, qtbot, sample), square(), atol=BYTE)
    first = window.page
    window.feature(Documents).open("gallery:lenet-digits")
    qtbot.waitUntil(lambda: now(window).seen is not None, timeout=SEEN_MS)
    assert window.page is not first and not panel(window).invert.isChecked()
    window.turn_to(window.pages.index(first))
    assert panel(window).invert.isChecked()


# -- the camera -----------------------------------------------------------------------------------------------------


@pytest.fixture
def camera(window, monkeypatch) -> Camera:
    """One that is there and gives what a test says; whether it runs is in ``is_on``."""
    on = {"now": False}

    def start(camera: Camera) -> None:
        on["now"] = not broken
        if broken:
            camera.failed.emit(say("The camera has stopped: {reason}", reason="it is in use"))

    broken: list[bool] = []
    monkeypatch.setattr(Camera, "is_there", lambda _camera: True)
    monkeypatch.setattr(Camera, "start", start)
    monkeypatch.setattr(Camera, "stop", lambda _camera: on.update(now=False))
    monkeypatch.setattr(Camera, "is_on", property(lambda _camera: on["now"]))
    found = window.feature(ProbingCamera).findChild(Camera)
    found.setProperty("break", broken.append)
    assert not panel(window).camera.isVisible()  # there was none when one came here
    window.commands["workspace_build"].trigger()
    window.commands["workspace_inside"].trigger()
    assert panel(window).camera.isVisible()
    return found


def switched(window: MainWindow, camera: Camera, on: bool) -> None:
    QTest.mouseClick(panel(window).camera, LEFT)
    assert camera.is_on is on and panel(window).camera.isChecked() is on


def test_the_network_sees_what_the_camera_sees(window, qtbot, camera) -> None:
    switched(window, camera, True)
    before, frame = sample_of(window), np.zeros((8, 8, 3), np.uint8)
    frame[2:5, 3:6] = 255
    camera.frame.emit(frame)
    np.testing.assert_allclose(x_of(window, qtbot, before), square(), atol=BYTE)
    assert camera.is_on
    switched(window, camera, False)


def test_the_camera_is_free_once_one_does_not_look_through_it(window, camera) -> None:
    def draw() -> None:
        QTest.mouseClick(panel(window).pad, LEFT)
        QApplication.processEvents()

    there_and_back = [
        (draw, None), (lambda: typed(window, "torch.zeros(28, 28)"), None),
        (window.show_start, lambda: window.turn_to(0)),
        (window.commands["workspace_build"].trigger, window.commands["workspace_inside"].trigger),
        (lambda: window.feature(Documents).open("gallery:lenet-digits"), None), (lambda: window.close_page(1), None)]
    for leave, come_back in there_and_back:
        switched(window, camera, True)
        leave()
        assert not camera.is_on and not panel(window).camera.isChecked()
        if come_back is not None:
            come_back()


def test_a_camera_that_fails_is_said(window, camera) -> None:
    camera.property("break")(True)
    switched(window, camera, False)
    assert said(window) == "The camera has stopped: it is in use"


# -- typed ----------------------------------------------------------------------------------------------------------


def typed(window: MainWindow, text: str) -> None:
    line = panel(window).typed_row.line
    line.setPlainText(text)
    QTest.keyClick(line, Qt.Key.Key_Return)


def test_what_is_wrong_with_something_typed_stands_where_it_was_typed(window, qtbot) -> None:
    row, answers = panel(window).typed_row, panel(window).answers
    typed(window, "[1, 2, 3]")
    qtbot.waitUntil(lambda: row.error.isVisible(), timeout=SEEN_MS)
    assert "the network takes 1×28×28" in row.error.text().replace("\u200b", "")
    assert "28×28" not in " ".join(texts(answers))
    before = sample_of(window)
    typed(window, "torch.arange(784.).reshape(28, 28)")
    np.testing.assert_array_equal(x_of(window, qtbot, before), torch.arange(784.0).reshape(28, 28))
    assert not row.error.text() and answers.bars.isVisible()


# -- data that are not there ----------------------------------------------------------------------------------------


@pytest.fixture
def nothing(window, tmp_path, monkeypatch) -> Path:
    """The folder of the data, in which there are none."""
    folder = tmp_path / "data"
    monkeypatch.setattr(type(window.settings), "data_root", property(lambda _settings: folder))
    monkeypatch.setattr("engine.data.tensors.loading.fetch", lambda *_: pytest.fail("something is downloaded"))
    return folder


def fashion(window: MainWindow, qtbot, folder: Path, **options: object) -> Experiment:
    experiment = load_experiment("gallery:lenet")
    made = Experiment(experiment.graph, DataSpec(dataset="fashion-mnist", **options), experiment.recipe)
    path = folder / "fashion.loom"
    save_experiment(made, path)
    window.feature(Documents).open(str(path))
    qtbot.waitUntil(lambda: now(window).seen is not None, timeout=SEEN_MS)
    assert not now(window).seen.sample.x.any()
    return made


def test_without_the_data_zeros_are_seen_and_everything_drawn_and_typed(window, qtbot, nothing, tmp_path) -> None:
    experiment = fashion(window, qtbot, tmp_path)
    before = sample_of(window)
    QTest.mouseClick(panel(window).pad, LEFT)
    x = x_of(window, qtbot, before)
    assert x.shape == (28, 28) and x.max() == 1.0
    sample = now(window).seen.sample
    typed(window, "torch.ones(28, 28)")
    assert x_of(window, qtbot, sample).min() == 1.0
    with torch.no_grad():
        expected = build_module(experiment).eval()(torch.ones(1, 1, 28, 28))
    np.testing.assert_allclose(now(window).seen.look.answer, expected, atol=1e-5)
    assert not nothing.exists()


def test_what_is_missing_to_normalise_a_drawing_is_said(window, qtbot, nothing, tmp_path) -> None:
    fashion(window, qtbot, tmp_path, normalize=True)
    QTest.mouseClick(panel(window).pad, LEFT)

    def words() -> str:
        return " ".join([*texts(panel(window)), said(window)]).replace("\u200b", "")

    qtbot.waitUntil(lambda: "how an input is prepared follows from it: Train fetches it" in words(), timeout=SEEN_MS)
    typed(window, "torch.ones(28, 28)")
    qtbot.waitUntil(lambda: now(window).seen is not None and now(window).seen.sample.x.min() == 1, timeout=SEEN_MS)
    assert not nothing.exists()
