"""The table of runs in the window, with real mouse and keys: what its rows say, and what a person does to them."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QFile, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit

from app.features import run_book
from app.features.run_book import RunBook
from app.window.settings import Settings
from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment, save_experiment
from engine.files import WriteError
from engine.runs.book.marks import Marks, mark, marks_of
from engine.runs.claim import claim
from engine.runs.folder import record
from engine.runs.names import EXPERIMENT, NETWORK, SWEEP
from engine.training.events import EpochEnded, Event, Finished, Started
from engine.training.values import Metrics, Summary
from tests.app.features.runs_desk import desk, experiment, folder_of, kept, numbers, series, trashed, with_recipe
from tests.app.windows import CTRL
from tests.widgets.runs import hands

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
Keys = Qt.Key
BASE = experiment(epochs=3)


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)  # where the terminal's runs would be
    monkeypatch.setattr(run_book, "APART_MS", 0)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))


def sweep(root: Path, minute: int) -> Path:
    """Two settings, one of them with two seeds."""
    folder = folder_of(root, minute)
    folder.mkdir()
    (folder / SWEEP).write_text("{}")
    save_experiment(BASE, folder / NETWORK)
    for place, options in enumerate(({"lr": 0.5, "seed": 0}, {"lr": 0.5, "seed": 1}, {"lr": 0.7})):
        kept(folder, place, with_recipe(BASE, **options), (0.2, 0.3 + place / 100))
    return folder


def every_kind(root: Path) -> None:
    kept(root, 0, BASE, (0.5, 0.9, 0.8))
    for seed, best in enumerate((0.93, 0.95, 0.94)):
        kept(root, 1 + seed, with_recipe(BASE, lr=0.05, seed=seed), (0.5, best))
    kept(root, 4, with_recipe(BASE, batch_size=16), (0.5,), stopped=True)
    (kept(root, 5, BASE) / EXPERIMENT).write_text("{")
    series(root, 6, BASE)
    sweep(root, 7)
    kept(root, 8, with_recipe(BASE, lr=0.3), (0.1, 0.2), ends=False)


def test_every_kind_of_run_has_its_row(qtbot, tmp_path):
    root = tmp_path / "runs"
    every_kind(root)
    held = claim(folder_of(root, 8))
    assert held is not None
    kept(tmp_path / "runs", 9, BASE, network="other")
    try:
        with desk(qtbot, tmp_path) as window:
            window.has("9 running", "8 × 3 runs", "7 × 2", "6 failed", "5 stopped", "2 × 3 seeds", "1")
            of = {title: (window.row(title).changed, *numbers(window.row(title))) for title in window.order}
            assert of["1"] == ("the first run", "0.9000", "0.8000", "0.8900", "1 234", "0:06", "0")
            assert of["2 × 3 seeds"] == ("lr 0.005 → 0.05", "0.940 ± 0.010", "0.9400", "0.9300", "1 234", "0:12", "0–2")
            assert of["5 stopped"][:3] == ("batch 64 → 16", "0.5000", "0.5000")
            assert of["6 failed"][0].startswith("experiment.loom: This is not a Layerloom file")
            assert of["7 × 2"][1] == "0.7000", "the better one"
            assert of["8 × 3 runs"][1] == "0.3200"
            assert of["9 running"][1] == "0.2000" and of["9 running"][0] == "lr 0.005 → 0.3"
            # groups unfold, by the keyboard too
            window.double_click("7 × 2")
            assert window.order[3:5] == ["7.1", "7.2"]
            assert [window.row(f"7.{place}").changed for place in (1, 2)] == ["slow: lr 0.005 → 0.001",
                                                                               "fast: lr 0.005 → 0.1"]
            window.click("8 × 3 runs")
            window.press(Keys.Key_Return)
            assert window.order[1:5] == ["8 × 3 runs", "8.1 × 2 seeds", "8.3", "7 × 2"]
            assert window.table.foot.text().startswith("12 runs · ")
            # what goes on is not deleted, nor is one of a series by itself
            window.click("9 running")
            window.press(Keys.Key_Delete)
            assert window.said == "Run 9 goes on: stop it before you delete it" and folder_of(root, 8).exists()
            window.click("7.1")
            window.press(Keys.Key_Delete)
            assert "goes with the whole series" in window.said and folder_of(root, 6).exists()
            # those of all networks
            QTest.mouseClick(window.table.bar.tools.scope.buttons["all"], Qt.MouseButton.LeftButton)
            assert window.order[0] == "other 1" and "net 1" in window.order
    finally:
        held.release()


def four(root: Path) -> list[Path]:
    """Runs 1 to 4, each with another batch size and another accuracy."""
    return [kept(root, place, with_recipe(BASE, batch_size=batch), (0.5, best))
            for place, (batch, best) in enumerate(((64, 0.7), (32, 0.9), (16, 0.8), (8, 0.6)))]


def test_what_a_newcomer_tries(qtbot, tmp_path):
    one, two, three, last = four(tmp_path / "runs")
    with desk(qtbot, tmp_path, size=(1280, 720)) as window:
        window.has("4", "3", "2", "1")
        # a star by mouse and by key, in the run's own folder
        window.star("2")
        qtbot.waitUntil(lambda: window.row("2").star)
        window.click("1")
        window.press(Keys.Key_Space)
        qtbot.waitUntil(lambda: window.row("1").star and marks_of(one) == Marks(star=True))
        # a note
        window.press(Keys.Key_F2)
        assert isinstance(QApplication.focusWidget(), QLineEdit)
        window.type("the first try")
        window.press(Keys.Key_Return)
        qtbot.waitUntil(lambda: marks_of(one).note == "the first try" and window.row("1").note == "the first try")
        qtbot.wait(50)
        assert len(window.window.pages) == 1, "Enter ended the note, and opened nothing"
        # sorting by a heading, and as it was by the third click
        for order in (["2", "3", "1", "4"], ["4", "1", "3", "2"], ["4", "3", "2", "1"]):
            hands.heading(window.table, 2)
            assert window.order == order
        # filtering by just typing, then by numbers, words of notes, and the star
        window.click("3")
        window.type("b")
        assert QApplication.focusWidget() is window.table.bar.line and window.table.bar.line.text() == "b"
        for text, left in (("batch_size<20", ["4", "3"]), ("best>0.75", ["3", "2"]), ("first try", ["1"]),
                           ("32 batch", ["3", "2"]), ("nobody", [])):
            window.press(Keys.Key_A, held=CTRL)
            window.type(text)
            assert window.order == left, text
        window.press(Keys.Key_Escape)
        assert window.order == ["4", "3", "2", "1"]
        QTest.mouseClick(window.table.bar.star, hands.LEFT)
        assert window.order == ["2", "1"]
        QTest.mouseClick(window.table.bar.star, hands.LEFT)
        # all are selected by Ctrl+A, none of the canvas's cards
        window.click("3")
        window.press(Keys.Key_A, held=CTRL)
        assert window.chosen == ["4", "3", "2", "1"] and window.window.page.scene.selected_names() == []
        # deleted: in the bin, and the canvas keeps its layers
        window.choose("4", "3")
        layers = set(window.window.page.document.experiment.graph.nodes)
        window.press(Keys.Key_Delete)
        window.has("2", "1")
        assert window.said == "2 runs are in the bin"
        assert set(window.window.page.document.experiment.graph.nodes) == layers
        assert trashed(tmp_path / "home") == [three.name, last.name] and not three.exists() and two.exists()
        assert window.table.tree.key_at(window.table.tree.currentIndex()) == window.row("2").key, "it took their place"
        assert window.chosen == [] and window.table.foot.text().startswith("2 runs · ")
        # numbers of what is gone come no more
        kept(tmp_path / "runs", 9, with_recipe(BASE, batch_size=4))
        window.window.feature(RunBook).refresh()
        window.has("5", "2", "1")


def test_what_cannot_be_written_is_said(qtbot, tmp_path, monkeypatch):
    four(tmp_path / "runs")

    def refuse(*_: object) -> None:
        raise WriteError("{path} cannot be written", path="marks.json")

    monkeypatch.setattr(run_book, "mark", refuse)
    monkeypatch.setattr(QFile, "moveToTrash", staticmethod(lambda _: (False, "")))
    with desk(qtbot, tmp_path) as window:
        window.has("4", "3", "2", "1")
        window.star("2")
        assert window.said == "marks.json cannot be written" and not window.row("2").star
        window.click("3")
        window.press(Keys.Key_Delete)
        assert "could not be moved to the bin" in window.said and window.order == ["4", "3", "2", "1"]
        [button] = [each for each in window.window.page.notice.findChildren(QAbstractButton)
                    if each.text() == "Delete for good"]
        QTest.mouseClick(button, hands.LEFT)
        window.has("4", "2", "1")


def test_other_programs_write_and_delete_runs(qtbot, tmp_path):
    folders = four(tmp_path / "runs")
    with desk(qtbot, tmp_path) as window:
        window.has("4", "3", "2", "1")
        window.choose("3", "2")
        shutil.rmtree(folders[2])
        mark(folders[0], star=True, note="from the terminal")
        window.window.feature(RunBook).refresh()
        window.has("4", "2", "1")
        assert window.chosen == ["2"] and (window.row("1").star, window.row("1").note) == (True, "from the terminal")
        # gone since it was looked at: whatever is asked of it is answered in words
        window.click("4")
        shutil.rmtree(folders[3])
        window.double_click("4")
        qtbot.waitUntil(lambda: window.said != "")
        assert len(window.window.pages) == 1
        window.window.page.notice.dismiss()
        window.press(Keys.Key_Delete)
        window.has("2", "1")
        # the terminal's own place
        kept(Path("runs"), 20, with_recipe(BASE, lr=0.7))
        window.window.feature(RunBook).refresh()
        qtbot.waitUntil(lambda: len(window.order) == 3)


def test_how_runs_are_looked_at_is_remembered(qtbot, tmp_path):
    root = tmp_path / "runs"
    four(root)
    kept(root, 9, BASE, network="other")
    with desk(qtbot, tmp_path) as window:
        window.has("4", "3", "2", "1")
        assert window.table.bar.tools.metrics.text() == "metric ▾ validation accuracy"
        hands.heading(window.table, 2)
        window.table.bar.tools.metrics.chosen.emit("loss")
        assert window.order == ["4", "1", "3", "2"], "the largest loss first"
        assert numbers(window.row("2"))[0] == "0.1000"
        QTest.mouseClick(window.table.bar.tools.scope.buttons["all"], hands.LEFT)
        assert "other 1" in window.order
    with desk(qtbot, tmp_path) as window:
        qtbot.waitUntil(lambda: len(window.order) == 5)
        assert window.table.bar.tools.scope.shown == "all" and window.table.sorting.column == "best"
        assert window.table.bar.tools.metrics.text() == "metric ▾ validation loss"
        assert numbers(window.row("net 2"))[0] == "0.1000"


def numeric(lr: float) -> Experiment:
    """A network that predicts a number."""
    return experiment(("fc1", "Linear", {"out_features": 1}), data=DataSpec(dataset="linear"), epochs=2, lr=lr)


def numbered(loss: float) -> Metrics:
    return Metrics(loss, math.nan, (("rmse", loss**0.5),))


def told(base: Experiment, losses: tuple[float, ...], judged: bool) -> Iterator[Event]:
    """A run of numbers, with validation or without."""
    yield Started("cpu", 3, 100, base.recipe.epochs, 1, planned=base.recipe.epochs)
    nothing = Metrics(math.nan)
    rows = [(numbered(loss), numbered(2 * loss) if judged else nothing) for loss in losses]
    for epoch, (train, validation) in enumerate(rows, 1):
        yield EpochEnded(epoch, train, validation, True, {})
    yield Finished(Summary(len(rows), len(rows), *rows[-1], nothing, 500.0, "cpu", 3, base.recipe.seed), False)


def test_runs_of_numbers_and_runs_without_validation(qtbot, tmp_path):
    root = tmp_path / "runs"
    for minute, (lr, losses, judged) in enumerate(((0.1, (0.9, 0.25), True), (0.2, (0.8, 0.04), True),
                                                    (0.3, (0.5, 0.16), False))):
        base = numeric(lr)
        for _ in record(told(base, losses, judged), base, folder_of(root, minute)):
            pass
    with desk(qtbot, tmp_path, numeric(0.1)) as window:
        window.has("3", "2", "1")
        assert [numbers(window.row(name))[:3] for name in ("1", "2")] == [["0.5000", "0.5000", "0.2500"],
                                                                         ["0.0800", "0.0800", "0.0400"]]
        assert numbers(window.row("3"))[0] == "0.1600", "there is nothing but training"
        hands.heading(window.table, 2)
        hands.heading(window.table, 2)
        assert window.order == ["2", "3", "1"], "the smallest first"
        window.table.bar.tools.metrics.chosen.emit("rmse")
        assert numbers(window.row("2"))[0] == f"{0.08**0.5:.4f}"
        window.choose("1", "2")
        window.window.commands["run_compare"].trigger()
        qtbot.waitUntil(lambda: window.compared[1].get("rmse · best") == (f"{0.08**0.5:.4f}", f"{0.5**0.5:.4f}"))


def test_a_measure_that_no_run_has_is_another_networks(qtbot, tmp_path):
    four(tmp_path / "runs")
    Settings(tmp_path).runs_view = {"metric": "rmse", "scope": "nonsense", "sort": 3, "widths": {"best": "x"}}
    with desk(qtbot, tmp_path) as window:
        window.has("4", "3", "2", "1")
        assert numbers(window.row("2"))[0] == "0.9000"
        assert window.table.bar.tools.metrics.text() == "metric ▾ validation accuracy"
        # what goes on in the background ends with the window, and another page's table is another's
        window.choose("1", "2")
        window.window.commands["new"].trigger()
        qtbot.waitUntil(lambda: len(window.window.pages) == 2)
        assert window.order == [] and window.chosen == []
        assert not window.table.bar.tools.metrics.isVisible(), "there is nothing to choose from"
        window.window.turn_to(0)
        window.has("4", "3", "2", "1")
        window.window.feature(RunBook).refresh()
