"""What is selected in the table of runs lies behind the run in hand: colours, bands, and the mouse both ways."""

from __future__ import annotations

import shutil
from statistics import fmean, stdev

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.features import run_book
from app.features.run_book import RunBook
from engine.runs.book.marks import mark
from engine.runs.claim import claim
from engine.runs.names import METRICS, POINTS
from tests.app.features.runs_desk import Desk, desk, experiment, folder_of, kept, series, with_recipe
from tests.app.windows import CTRL
from tests.mouse import click
from widgets.look import theme
from widgets.plot.run_colors import run_color
from widgets.runs.painting import dot_color
from widgets.runs.rows import IN_HAND

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
Keys = Qt.Key
BASE = experiment(epochs=3)
SEEDS = ((0.6, 0.93), (0.5, 0.95), (0.7, 0.91))


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.setattr(run_book, "APART_MS", 0)


def again(window: Desk) -> None:
    window.window.feature(RunBook).refresh()


def place(window: Desk, x: float, y: float) -> QPoint:
    """Where a point of the loss is in the window."""
    plot = window.plots.loss
    return plot.viewport().mapTo(window.window, plot.surround.point(plot.area, x, y)).toPoint()


def test_what_is_selected_lies_behind_the_run_in_hand(qtbot, tmp_path):
    root = tmp_path / "runs"
    for minute, (batch, accuracies) in enumerate(((64, (0.2, 0.3)), (32, (0.5, 0.6)), (16, (0.8, 0.9)))):
        kept(root, minute, with_recipe(BASE, batch_size=batch), accuracies)
    for seed, accuracies in enumerate(SEEDS):
        kept(root, 10 + seed, with_recipe(BASE, lr=0.05, seed=seed), accuracies)
    (kept(root, 20, BASE) / "experiment.loom").write_text("{")
    with desk(qtbot, tmp_path, torch=True) as window:
        window.has("7 failed", "4 × 3 seeds", "3", "2", "1")
        window.choose("1", "2")
        window.draws("1", "2")
        first = window.colors
        assert len(set(first.values())) == 2
        assert first == {title: dot_color(window.row(title).color, run_color).name() for title in ("1", "2")}
        # colours stay with their runs, and are free again
        window.click("3", CTRL)
        window.draws("1", "2", "3")
        assert {title: color for title, color in window.colors.items() if title in first} == first
        freed = first["1"]
        window.click("1", CTRL)
        window.click("4 × 3 seeds", CTRL)
        window.draws("2", "3", "4 × 3 seeds")
        assert window.colors["2"] == first["2"] and window.colors["4 × 3 seeds"] == freed
        assert window.row("1").color is None
        # several seeds: a mean with its band, and no curve of each
        [group] = [other for other in window.plots.loss.others if other.told.title == "4 × 3 seeds"]
        loss, accuracy = group.bands
        np.testing.assert_allclose(accuracy.mean, [fmean(each) for each in zip(*SEEDS, strict=True)])
        np.testing.assert_allclose(accuracy.sd, [stdev(each) for each in zip(*SEEDS, strict=True)])
        np.testing.assert_allclose(loss.mean, 1 - accuracy.mean)
        # one that is damaged has no curve, and spoils none
        window.press(Keys.Key_A, held=CTRL)
        window.draws("1", "2", "3", "4 × 3 seeds")
        assert window.row("7 failed").color is None
        # hovered in the table: its curve stands out; a member of the group lights the group's
        window.point_at("2")
        assert window.plots.loss.lit == window.row("2").key == window.plots.accuracy.lit
        mark(folder_of(root, 0), note="another book")
        again(window)
        qtbot.waitUntil(lambda: window.row("1").note == "another book")
        assert window.plots.loss.lit == window.row("2").key, "it goes on standing out while the book is read"
        kept(root, 30, with_recipe(BASE, lr=0.7))
        again(window)
        window.has("8", "7 failed", "4 × 3 seeds", "3", "2", "1")
        window.double_click("4 × 3 seeds")
        window.point_at("5")
        assert window.plots.loss.lit == window.row("4 × 3 seeds").key
        window.point_beside()
        assert window.plots.loss.lit == ""
        # hovered in the plot: its row; clicked: it is selected as well
        window.choose("8")
        window.draws("8")
        window.click("1", CTRL)
        window.draws("1", "8")
        at = place(window, 2.0, 0.7)  # run 1: a loss of 1 − 0.3
        QTest.mouseMove(window.window.windowHandle(), at + QPoint(1, 0))
        QTest.mouseMove(window.window.windowHandle(), at)
        QApplication.processEvents()
        assert window.table.tree._lit == window.row("1").key == window.plots.loss.lit
        window.choose("8")
        window.draws("8")
        window.click("1", CTRL)
        window.draws("1", "8")
        click(window.window, place(window, 2.0, 0.7))
        assert window.table.tree.key_at(window.table.tree.currentIndex()) == window.row("1").key
        assert sorted(window.chosen) == ["1", "8"] and window.table.tree.hasFocus()
        # the run in hand is the accent's, is not drawn twice, and its curve means its row
        window.double_click("2")
        qtbot.waitUntil(lambda: len(window.window.pages) == 2)
        qtbot.waitUntil(lambda: window.row("2").color == IN_HAND)
        window.click("3")
        window.press(Keys.Key_A, held=CTRL)
        window.draws("1", "3", "4 × 3 seeds", "8")
        assert dot_color(window.row("2").color, run_color) == theme.color("accent")
        click(window.window, place(window, 2.0, 0.4))
        assert window.table.tree.key_at(window.table.tree.currentIndex()) == window.row("2").key
        # back in the tab where it is not in hand it is one of the others
        window.window.turn_to(0)
        window.draws("1", "2", "3", "4 × 3 seeds", "8")


def test_a_run_that_goes_on_elsewhere_and_runs_that_go(qtbot, tmp_path):
    root = tmp_path / "runs"
    running = kept(root, 0, with_recipe(BASE, epochs=9), (0.2, 0.3), ends=False)
    kept(root, 1, with_recipe(BASE, batch_size=16), (0.5, 0.6))
    series(root, 2, BASE)
    (folder_of(root, 1) / POINTS).unlink()
    held = claim(running)
    assert held is not None
    try:
        with desk(qtbot, tmp_path, torch=True) as window:
            window.has("3 × 2", "2", "1 running")
            window.click("2")
            window.press(Keys.Key_A, held=CTRL)
            window.draws("1 running", "2", "3.1", "3.2")
            seen = []
            show = window.plots.show_others
            window.plots.show_others = lambda others: (seen.append(len(others)), show(others))  # type: ignore[method-assign]
            with (running / METRICS).open("a", encoding="utf-8") as file:
                file.write("3,1.0,0.5,0.1,0.95\n")
            again(window)
            [other] = [other for other in window.plots.loss.others if other.told.title == "1 running"]
            qtbot.waitUntil(lambda: all(each is not other for each in window.plots.loss.others))
            assert set(seen) == {4}, "what is drawn stays until there is something newer"
            [other] = [other for other in window.plots.loss.others if other.told.title == "1 running"]
            assert other.end == 3
            # deleted elsewhere while it is drawn
            shutil.rmtree(folder_of(root, 1))
            again(window)
            window.draws("1 running", "3.1", "3.2")
            window.click("1 running")
            window.draws("1 running")
    finally:
        held.release()
