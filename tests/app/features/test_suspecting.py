"""Label issues of a k-fold run in the window: judged once they are looked at, decided by keys and buttons, undoable."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.features.correcting import Correcting
from app.features.documents import Documents
from app.features.suspecting import Suspecting
from app.features.training import Training
from app.window.window import MainWindow
from engine import DataSpec, save_experiment, suspects
from engine.data.spec.reading import described
from engine.runs import suspects as module
from resources import folder as resource
from tests.app.windows import opened, titles
from tests.engine.cases import experiment
from tests.seen import button_with, texts
from widgets.runs.suspects import SuspectsPage

MS = 30_000
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
ENTER, DELETE, KEEP, BACK = Qt.Key.Key_Return, Qt.Key.Key_Delete, Qt.Key.Key_K, Qt.Key.Key_Backspace


@pytest.fixture(scope="module")
def noisy(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A small perceptron on 900 digits of which every thirtieth is labelled wrong, in two folds."""
    place = tmp_path_factory.mktemp("noisy")
    with np.load(resource("data") / "digits.npz") as file:
        images, labels = file["images"][:900], file["labels"][:900].astype(np.int64)
    labels[::30] = (labels[::30] + 3) % 10
    np.savez(place / "d.npz", x=images, y=labels)
    data = described(DataSpec(dataset="tensors", path=str(place / "d.npz")))
    save_experiment(experiment(data=data, folds=2, epochs=8, batch_size=16), place / "noisy.loom")
    return str(place / "noisy.loom")


@pytest.fixture
def window(qtbot, tmp_path: Path, noisy: str) -> Iterator[MainWindow]:
    """Of its own: after a run the book of all runs is read a while later."""
    with opened(qtbot, tmp_path / "layerloom", noisy) as window:
        yield window


def trained(window: MainWindow, qtbot) -> SuspectsPage:
    """The page, once the folds are trained and every example is judged."""
    document, trainer = window.page.document, window.feature(Training).trainer
    window.feature(Training).train(series=True)
    qtbot.waitUntil(lambda: document.run is not None and document.run.states.series is not None and (
        trainer.state == "idle"), timeout=MS)
    window.commands["suspects"].trigger()
    return listed(window, qtbot)


def listed(window: MainWindow, qtbot) -> SuspectsPage:
    view = window.feature(Suspecting).view
    assert view is not None
    qtbot.waitUntil(lambda: bool(view.list.rows) and view.list.isVisible(), timeout=MS)
    return view


def test_each_is_relabelled_excluded_or_kept_by_keys_and_undo_takes_it_back(window: MainWindow, qtbot,
                                                                             monkeypatch) -> None:
    assert "Label issues" not in titles(window)
    window.commands["suspects"].trigger()
    assert "Train with K-fold first" in window.page.notice.text.text()
    judged, times = module.suspecting, list[int]()
    monkeypatch.setattr(module, "suspecting", lambda *args, **named: times.append(1) or judged(*args, **named))
    view, document = trained(window, qtbot), window.page.document
    assert "Label issues" in titles(window) and window.places.panels.workspace == "train"
    assert times == [1]
    found = suspects(document.run.folder).found
    assert [(row.key, row.title) for row in view.list.rows] == [
        (each.id, f"{each.given} → {each.suggested}") for each in found]
    assert not button_shown(view, "Train again")
    view.list.setFocus()
    for key in (ENTER, DELETE, KEEP):
        QTest.keyClick(view.list, key)
    assert [row.decided for row in view.list.rows[:4]] == [f"now {found[0].suggested}", "excluded", "kept", ""]
    assert view.list.chosen == [found[3].id], "the next one is in hand"
    by_id = {each.id: each.label for each in document.experiment.data.corrections}
    assert by_id == {found[0].id: found[0].suggested, found[1].id: None}
    assert button_shown(view, "Train again")
    document.undo()
    assert view.list.rows[1].decided == "" and len(document.experiment.data.corrections) == 1
    document.undo()
    assert not button_shown(view, "Train again") and [row.decided for row in view.list.rows[:3]] == ["", "", "kept"]
    QTest.keyClick(view.list, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    button_with(view, "Relabel as suggested").click()
    assert len(document.experiment.data.corrections) == len(found)
    assert document.history.undo_text == f"Relabel {len(found)} examples"
    QTest.keyClick(view.list, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(view.list, BACK)
    assert document.experiment.data.corrections == ()
    view.menu_asked.emit([found[0].id], view.mapToGlobal(view.rect().center()))
    menu = window.feature(Correcting).menu
    next(action for action in menu.actions() if action.text() == "Exclude").trigger()
    menu.close()
    first = document.run
    button_with(view, "Train again").click()
    qtbot.waitUntil(lambda: document.run is not first and document.run.states.series is not None and (
        window.feature(Training).trainer.state == "idle"), timeout=MS)
    again = listed(window, qtbot)
    assert found[0].id not in [row.key for row in again.list.rows], "it is not there any more"
    window.feature(Documents).open("gallery:linreg")
    assert "Label issues" not in titles(window), "of another network there are none"


def button_shown(view: SuspectsPage, text: str) -> bool:
    return view.train.isVisible() and view.train.text() == text


def test_judging_can_be_stopped_and_what_goes_wrong_is_said(window: MainWindow, qtbot, monkeypatch) -> None:
    view, document = trained(window, qtbot), window.page.document
    view.asked_again.emit()
    button_with(view, "Stop").click()
    assert "Stopped." in texts(view)
    for path in list(document.run.folder.rglob("best.safetensors")):
        path.unlink()
    button_with(view, "Look for them").click()
    qtbot.waitUntil(lambda: any("has come to weights yet" in text for text in texts(view)), timeout=MS)


def test_numbers_are_suspect_by_their_residual_and_nothing_is_suggested_to_be_written_down(
        qtbot, tmp_path: Path) -> None:
    a, rng = np.linspace(-2, 2, 120), np.random.default_rng(2)
    y = 3 * a + rng.normal(scale=0.1, size=120)
    y[[20, 50, 80]] += 8  # one of them may be set aside
    (tmp_path / "t.csv").write_text("\n".join(["a,y", *(f"{x:.4f},{each:.4f}" for x, each in zip(a, y, strict=True))]))
    data = described(DataSpec(dataset="table", path=str(tmp_path / "t.csv")))
    save_experiment(experiment(("fc", "Linear", {"out_features": 1}), data=data, folds=2, epochs=40, lr=0.4,
                               loss="mse"), tmp_path / "net.loom")
    with opened(qtbot, tmp_path / "layerloom", str(tmp_path / "net.loom")) as window:
        view, document = trained(window, qtbot), window.page.document
        worst = suspects(document.run.folder).found[0]
        row = view.list.rows[0]
        assert row.key == worst.id and worst.id.number in (20, 50, 80) and row.pixels is None
        assert row.title == f"{worst.given}, predicted {worst.suggested}" and row.right.endswith(" spreads")
        assert not view.relabel.isVisible() and "three times the usual spread" in view.summary.text()
        view.list.setFocus()
        QTest.keyClick(view.list, ENTER)
        assert document.experiment.data.corrections == ()
        QTest.keyClick(view.list, DELETE)
        assert [each.id for each in document.experiment.data.corrections] == [worst.id]
