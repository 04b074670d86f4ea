"""The window with everything connected: files, tabs, training, exports, and what goes wrong, said in place."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton

from app.features.data import Data
from app.features.documents import Documents
from app.features.exporting import Exporting
from app.features.problems import Problems
from app.features.training import Training
from app.window.settings import Settings
from app.window.window import MainWindow
from engine.experiment.experiment import DEFAULT, load_experiment
from engine.files import WriteError
from engine.graph.graph import Edge
from tests.app.windows import opened
from tests.seen import colors

READY_MS, TRAIN_MS = 60_000, 60_000


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom") as window:
        yield window


def notice(window: MainWindow) -> str:
    """What the notice in front says."""
    place = window.page.notice if window.page else window.places.notice
    return " ".join(label.text() for label in place.findChildren(QLabel)) if place.isVisible() else ""


def recipe(window: MainWindow, **options: object) -> None:
    document = window.page.document
    document.edit("recipe", replace(document.experiment, recipe=document.experiment.recipe.with_options(**options)))


def train_to_the_end(window: MainWindow, qtbot) -> None:
    window.feature(Training).train()
    assert window.feature(Training).trainer.state != "idle"
    qtbot.waitUntil(lambda: window.feature(Training).trainer.state == "idle", timeout=TRAIN_MS)


def test_it_opens_with_lenet_ready_to_train(window):
    assert window.page.analysis.params == 61_706
    assert [problem for problem in window.page.problems if problem.severity == "error"] == []
    train = next(b for b in window.places.top.findChildren(QPushButton) if b.text().strip() == "Train")
    assert train.isEnabled()


def test_train_by_its_button_and_read_the_last_line(window, qtbot):
    recipe(window, epochs=1)
    train = next(b for b in window.places.top.findChildren(QPushButton) if b.text().strip() == "Train")
    QTest.mouseClick(train, Qt.MouseButton.LeftButton)
    trainer = window.feature(Training).trainer
    qtbot.waitUntil(lambda: window.page.document.run is not None and trainer.state == "idle", timeout=TRAIN_MS)
    line = str(window.page.document.run.summary.line)
    assert any(line in label.text() or line in label.toolTip() for label in window.places.top.findChildren(QLabel))
    assert sorted(path.name for path in window.page.document.run.folder.iterdir()) == [
        "best.safetensors", "checkpoint.pt", "experiment.loom", "health.jsonl", "last.safetensors", "metrics.csv",
        "moments", "points.csv", "run.json", "summary.json", "times.csv"]


def test_editing_goes_on_while_training_and_the_run_keeps_its_network(window, qtbot):
    recipe(window, epochs=500)
    window.feature(Training).train()
    qtbot.waitUntil(lambda: bool(window.page.document.run.state.points), timeout=TRAIN_MS)
    trained = window.page.document.run.experiment.graph
    window.page.view.append("Dropout")
    assert "drop1" in window.page.scene.cards and "drop1" not in trained.nodes
    count = len(window.page.document.run.state.points)
    qtbot.waitUntil(lambda: len(window.page.document.run.state.points) > count, timeout=TRAIN_MS)
    window.feature(Training).trainer.stop()
    qtbot.waitUntil(lambda: window.feature(Training).trainer.state == "idle", timeout=TRAIN_MS)
    assert window.page.document.run.experiment.graph is trained
    assert window.page.document.run.best is not None


def test_a_loss_that_is_no_number_ends_the_run_with_a_sentence(window, qtbot):
    recipe(window, optimizer="sgd", lr=1000.0, loss="mse", epochs=50, initialization="kaiming_uniform")
    graph = window.page.scene.graph
    for name in ("act1", "act2", "act3", "act4"):
        graph = graph.healed(name)
    window.page.document.edit_graph("without activations", graph)
    train_to_the_end(window, qtbot)
    assert "learning rate" in notice(window)
    assert window.page.document.run.summary is None
    recipe(window, epochs=1, lr=0.003, optimizer="adam", loss="cross_entropy")
    train_to_the_end(window, qtbot)
    assert window.page.document.run.summary is not None, "the program lives on"


def test_missing_data_offline_is_one_sentence(window, qtbot, monkeypatch):
    def offline(*_: object, **__: object) -> None:
        raise OSError("[Errno -2] Name or service not known")

    monkeypatch.setattr("urllib.request.urlopen", offline)
    window.places.top.dataset_chosen.emit("fashion-mnist")
    assert window.page.document.experiment.data.sample_shape == (1, 28, 28)
    train_to_the_end(window, qtbot)
    assert "Fashion-MNIST" in notice(window) and "FashionMNIST" in notice(window)


def test_a_network_with_an_error_is_not_trained_but_explained(window):
    window.page.document.edit_graph("cut", window.page.scene.graph.without_edges([Edge("fc2", "act4")]))
    assert "act4" not in window.page.analysis.members
    window.feature(Training).train()
    assert window.feature(Training).trainer.state == "idle"
    assert window.places.bottom.currentWidget() is window.feature(Problems).panel


def test_undo_and_redo_keys_after_edits_of_every_kind(window, qtbot):
    first = window.page.document.experiment
    window.page.view.append("ReLU")
    recipe(window, lr=0.5)
    window.feature(Data).panel.spec_changed.emit(first.data.with_options(normalize=True), "normalize")
    last = window.page.document.experiment
    window.page.view.setFocus()
    for _ in range(3):
        QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.page.document.experiment == first
    for _ in range(3):
        QTest.keyClick(window, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert window.page.document.experiment == last


def test_keys_delete_copy_and_paste_on_the_canvas(window):
    window.page.view.setFocus()
    window.page.scene.select(["act4"])
    QTest.keyClick(window.page.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(window.page.view, Qt.Key.Key_Delete)
    assert "act4" not in window.page.scene.cards
    QTest.keyClick(window.page.view, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert "act4" in window.page.scene.cards
    QTest.keyClick(window.page.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(window.page.scene.selected_names()) == len(window.page.scene.cards)


def test_typing_in_the_inspector_changes_the_card_and_keeps_the_focus(window, qtbot):
    window.page.scene.select(["fc1"])
    field = next(edit for edit in window.places.inspector.findChildren(QLineEdit) if edit.text() == "120")
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "90")
    assert "90" in window.page.scene.cards["fc1"].face.detail and not window.page.document.dirty, "only tried"
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert window.page.scene.graph.nodes["fc1"].layer.out_features == 90
    assert field.hasFocus() and field.text() == "90"
    assert "90" in window.page.scene.cards["fc1"].face.detail
    window.page.document.undo()
    assert not window.page.document.dirty, "one field, one undo"


def test_save_dirty_mark_reopen_and_recent(window, tmp_path, monkeypatch):
    path = tmp_path / "mine.loom"
    monkeypatch.setattr("app.window.dialogs.save_path", lambda *_: path)
    window.page.view.append("ReLU")
    assert "•" in window.places.documents.tabText(0)
    QTest.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert "•" not in window.places.documents.tabText(0) and window.places.documents.tabText(0).startswith("mine.loom")
    assert load_experiment(path) == window.page.document.experiment
    assert window.settings.recent == [str(path)]
    window.feature(Documents).open(str(path))
    assert len(window.pages) == 1, "a file that is open comes to the front"


def test_a_full_disk_on_save_is_a_sentence_and_loses_nothing(window, tmp_path, monkeypatch):
    path = tmp_path / "mine.loom"
    window.page.document.save(path)
    before = path.read_bytes()
    window.page.view.append("ReLU")

    def full(*_: object) -> None:
        raise WriteError("{path} could not be written: no space left on device. Nothing was changed.", path=path)

    monkeypatch.setattr("app.document.document.save_experiment", full)
    window.commands["save"].trigger()
    assert "no space left" in notice(window)
    assert path.read_bytes() == before and window.page.document.dirty


def test_when_the_last_network_is_closed_the_start_page_is_there(window):
    window.close_page(0)
    assert window.pages == [] and window.places.stack.currentWidget() is window.places.start


def test_a_file_is_dropped_on_the_window(window, tmp_path):
    path = tmp_path / "dropped.loom"
    path.write_text(Path("resources/gallery/mlp.loom").read_text())
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    none, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    canvas = window.page.view.viewport()  # which takes layers, and leaves files to the window
    QApplication.sendEvent(canvas, QDragEnterEvent(QPoint(300, 300), Qt.DropAction.CopyAction, data, left, none))
    QApplication.sendEvent(canvas, QDropEvent(QPointF(300, 300), Qt.DropAction.CopyAction, data, left, none))
    assert window.page.document.path == path


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "layerloom", "version": 99}', "\x00\x01"])
def test_a_broken_file_is_a_sentence(window, tmp_path, text):
    path = tmp_path / "broken.loom"
    path.write_text(text)
    window.feature(Documents).open(str(path))
    assert len(window.pages) == 1
    assert len(notice(window)) > 15 and "Traceback" not in notice(window)


def test_the_gallery_opens_from_the_start_page(window, qtbot):
    window.show_start()
    window.places.start.gallery_requested.emit("residual-small")
    assert window.page.document.name == "residual-small"
    assert len(window.pages) == 2
    window.places.documents.setCurrentIndex(0)
    assert window.page.document.name == "lenet-digits"


def test_export_reload_and_wrong_weights(window, qtbot, tmp_path, monkeypatch):
    path = tmp_path / "weights.safetensors"
    window.feature(Exporting).export(window.page.document.experiment, path, None, _message("Untrained weights"))
    qtbot.waitUntil(lambda: "verified" in notice(window), timeout=READY_MS)
    window.feature(Exporting).load(window.page.document, path)
    qtbot.waitUntil(lambda: window.page.document.loaded is not None, timeout=READY_MS)
    window.feature(Documents).open("gallery:mlp")
    window.feature(Exporting).load(window.page.document, path)
    qtbot.waitUntil(lambda: "conv1.weight" in notice(window) or "fc1" in notice(window), timeout=READY_MS)
    assert window.page.document.loaded is None


def test_curves_are_saved_as_picture_and_numbers(window, qtbot, tmp_path, monkeypatch):
    recipe(window, epochs=2)
    train_to_the_end(window, qtbot)
    for name in ("c.png", "c.svg", "c.csv"):
        path = tmp_path / name
        monkeypatch.setattr("app.window.dialogs.save_path", lambda *_, p=path: p)
        window.commands["save_curves"].trigger()
        qtbot.waitUntil(lambda name=name: "Saved" in notice(window) and name in notice(window), timeout=READY_MS)
    shown = QImage(str(tmp_path / "c.png"))
    assert shown.width() > 300 and len(colors(shown)) > 20
    drawn = ElementTree.parse(tmp_path / "c.svg").getroot().iter("{http://www.w3.org/2000/svg}path")
    assert max(path.get("d", "").count("L") for path in drawn) >= len(window.page.document.run.state.points) - 1
    head, *rows = (tmp_path / "c.csv").read_text().splitlines()
    history = window.page.document.run.state
    assert "loss" in head and len(rows) == len(history.points) + len(history.epochs)


def mean_lightness(window: MainWindow) -> float:
    """Of the whole window, 0 to 255."""
    return window.grab().toImage().scaled(1, 1, Qt.AspectRatioMode.IgnoreAspectRatio,
                                          Qt.TransformationMode.SmoothTransformation).pixelColor(0, 0).lightness()


def test_both_themes_are_chosen_and_remembered(window, tmp_path):
    window.commands["theme_light"].trigger()
    light = mean_lightness(window)
    window.commands["theme_dark"].trigger()
    assert light > 200 > 60 > mean_lightness(window)
    assert Settings(tmp_path / "layerloom").theme == "dark"


def test_unsaved_work_is_copied_while_one_works_and_the_copy_goes_when_it_is_saved(window, qtbot, tmp_path):
    folder = window.settings.recovery
    for width in range(20, 44):  # edits that never pause for long
        graph = window.page.scene.graph
        window.page.document.edit_graph("edit", graph.with_layer("fc2", graph.nodes["fc2"].layer.with_options(
            out_features=width)))
        qtbot.wait(100)
    assert len(list(folder.glob("*.json"))) == 1
    window.page.document.save(tmp_path / "saved.loom")
    assert list(folder.glob("*.json")) == []


def test_what_is_being_typed_counts_for_the_document_it_was_typed_for(window, qtbot):
    window.feature(Documents).open("gallery:mlp")
    typed, other = window.page.document, window.pages[0].document
    before = other.experiment
    window.places.bottom.setCurrentWidget(window.feature(Data).panel)
    field = next(line for line in window.feature(Data).panel.findChildren(QLineEdit) if line.text() == "0.1")
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "0.3")
    window.places.documents.setCurrentIndex(0)
    assert typed.experiment.data.validation == 0.3
    assert other.experiment == before


def test_a_cancelled_download_can_be_begun_again(window, qtbot, monkeypatch):
    def hangs(*_: object, **__: object) -> None:
        time.sleep(0.2)
        raise OSError("timed out")

    monkeypatch.setattr("urllib.request.urlopen", hangs)
    window.places.top.dataset_chosen.emit("mnist")
    library = window.feature(Data).library
    qtbot.waitUntil(lambda: library.is_missing)
    for _ in range(2):
        with qtbot.waitSignal(library.downloading):
            library.download()
        with qtbot.waitSignal(library.missing, timeout=READY_MS):
            library.cancel()


def test_a_new_network_starts_with_a_recipe_that_learns(window):
    window.feature(Documents).new()
    window.feature(Documents).new()
    assert [page.document.name for page in window.pages[1:]] == ["untitled", "untitled 2"]
    assert window.page.document.experiment.recipe == load_experiment(DEFAULT).recipe
    assert window.page.document.experiment.data.sample_shape == (1, 28, 28)


def _message(text: str):
    from engine.messages import say

    return say(text)
