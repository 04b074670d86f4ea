"""Tables in the window: rows and columns to look at, a target that is asked about, files that changed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from app.document.document import Document
from app.features.data import Data
from app.features.problems import Problems
from app.features.training import Training
from app.window.window import MainWindow
from engine.data.progress import Step
from engine.data.spec import reading
from tests.app.windows import opened
from widgets.data.panel import DataPanel

HOUSES = "Id,area,heating,price\n" + "".join(
    f'{i},"{1000 + 37 * i:,}",{("gas", "oil")[i % 2]},{i * 3 % 50}.5\n' for i in range(1, 61))


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", "gallery:linreg") as window:
        window.places.bottom.setCurrentWidget(window.feature(Data).panel)
        yield window


def opened_table(window: MainWindow, qtbot: QtBot, path: Path, text: str) -> DataPanel:
    path.write_text(text)
    feature = window.feature(Data)
    feature.files.open(path)
    qtbot.waitUntil(lambda: window.page.document.experiment.data.path == str(path)
                    and bool(feature.panel.rows.raw.table.rows), timeout=20_000)
    return feature.panel


def shown(panel: DataPanel) -> list[str]:
    return [panel.tabs.bar.tabText(index) for index in range(panel.tabs.bar.count())
            if panel.tabs.bar.isTabVisible(index)]


def test_rows_stand_beside_what_the_network_gets(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    panel = opened_table(window, qtbot, tmp_path / "houses.csv", HOUSES)
    assert shown(panel) == ["Columns", "Rows", "Against the target", "Preparation", "Numbers"]
    panel.tabs.show_page(panel.rows)
    raw, learned = panel.rows.raw.table, panel.rows.learned.table
    assert list(raw.names) == ["Id", "area", "heating", "price"] and list(raw.rows[0]) == ["1", "1,037", "oil", "3.5"]
    assert list(learned.names) == ["area", "heating=gas", "heating=oil", "price"]
    assert list(raw.numbers) == [*range(1, 21)]
    assert [row[1:3] for row in learned.rows[:2]] == [["0", "1"], ["1", "0"]]
    panel.rows.raw.verticalScrollBar().setValue(40)
    assert panel.rows.learned.verticalScrollBar().value() == panel.rows.raw.verticalScrollBar().value()


def test_a_column_stands_against_the_target(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    text = "a,b,kind\n" + "".join(f"{i % 13}.5,{i}.25,{('x', 'y', 'z')[i % 3]}\n" for i in range(60))
    panel = opened_table(window, qtbot, tmp_path / "kinds.csv", text)
    panel.tabs.show_page(panel.scatter)
    QApplication.processEvents()
    scatter = panel.scatter
    assert scatter.choice.count() == 2 and [strip.name for strip in scatter.view.strips] == ["x", "y", "z"]
    assert len(scatter.view.dots.data) == 46 and scatter.note.text().startswith("46 of 46 training rows")
    scatter.choice.setFocus()
    qtbot.keyClick(scatter.choice, Qt.Key.Key_Down)
    assert scatter.choice.currentData() == "b" and scatter.view.y_name == "b"
    panel = opened_table(window, qtbot, tmp_path / "houses.csv", HOUSES)
    assert not scatter.view.strips and scatter.view.x_name == "area" and "correlation" in scatter.note.text()
    window.grab()


def test_a_target_of_names_is_asked_about_and_another_one_chosen(window: MainWindow, qtbot: QtBot,
                                                                 tmp_path: Path) -> None:
    path, feature = tmp_path / "people.csv", window.feature(Data)
    path.write_text("x,z,name\n" + "".join(f"{i % 7}.5,{i}.25,person {i}\n" for i in range(40)))
    before = window.page.document.experiment.data
    with qtbot.waitSignal(feature.files.questioned, timeout=20_000):
        feature.files.open(path)
    panel = feature.panel
    assert "40 different texts in 40 rows" in window.page.notice.text.text()
    assert window.page.document.experiment.data == before and panel.tabs.current is panel.table
    assert "Choose another target" in panel.table.notes.text()
    view = panel.table.columns
    QApplication.processEvents()
    place = view.visualRect(view.model().index(1, 0)).center()
    with qtbot.waitSignal(feature.library.described, timeout=20_000):
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place))
    data = window.page.document.experiment.data
    assert (data.path, data.table.target, data.task) == (str(path), "z", "regression")


def button(window: MainWindow, text: str) -> QPushButton:
    return next(button for button in window.page.notice.buttons if button.text() == text)


def test_changed_data_are_said_before_training(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    path, training = tmp_path / "houses.csv", window.feature(Training)
    opened_table(window, qtbot, path, HOUSES)
    path.write_text(HOUSES + '61,"3,000",gas,7.5\n')
    begun = []
    training.trainer.state_changed.connect(begun.append)
    with qtbot.waitSignal(training.data_changed, timeout=20_000):
        training.train()
    assert "houses.csv has changed since it was read" in window.page.notice.text.text() and not begun
    with qtbot.waitSignal(window.feature(Data).library.described, timeout=20_000):
        qtbot.mouseClick(button(window, "Read again"), Qt.MouseButton.LeftButton)
    assert window.page.document.experiment.data.examples == 61 and not begun
    assert "It was read again" in window.page.notice.text.text()
    training.train()
    qtbot.waitUntil(lambda: "running" in begun, timeout=20_000)
    training.trainer.stop()
    qtbot.waitUntil(lambda: training.trainer.state == "idle", timeout=20_000)
    path.write_text(HOUSES)
    with qtbot.waitSignal(training.data_changed, timeout=20_000):
        training.train()
    begun.clear()
    qtbot.mouseClick(button(window, "Train anyway"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "running" in begun, timeout=20_000)
    training.trainer.stop()
    qtbot.waitUntil(lambda: training.trainer.state == "idle", timeout=20_000)


def test_changed_data_are_trained_on_anyway_only_where_the_network_can_be_trained(
        window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    path, training, page = tmp_path / "houses.csv", window.feature(Training), window.page
    opened_table(window, qtbot, path, HOUSES)

    def ask() -> None:
        with qtbot.waitSignal(training.data_changed, timeout=20_000):
            training.train()

    path.write_text(HOUSES + '61,"3,000",gas,7.5\n')
    ask()
    graph = page.document.experiment.graph
    page.document.edit_graph("cut", graph.without_edges(graph.edges))
    qtbot.mouseClick(button(window, "Train anyway"), Qt.MouseButton.LeftButton)
    assert training.trainer.state == "idle" and page.document.run is None
    assert window.places.bottom.shows(window.feature(Problems).tab)
    page.document.undo()
    ask()
    training.trainer.document, training.trainer.state = Document(page.document.experiment, "other"), "running"
    qtbot.mouseClick(button(window, "Train anyway"), Qt.MouseButton.LeftButton)
    assert page.notice.text.text() == "linreg waits as it is now, and is trained after other."
    training.line.clear()
    assert page.notice.isHidden()
    training.trainer.document, training.trainer.state = None, "idle"
    ask()
    data = page.document.experiment.data
    page.document.edit("other", replace(page.document.experiment, data=data.with_dataset("linear")))
    assert page.notice.isHidden(), "it is said of data that are chosen no more"


def test_a_table_that_takes_long_can_be_left_at_once(window: MainWindow, qtbot: QtBot, tmp_path: Path,
                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "long.csv").write_text(HOUSES)
    left = []

    def endless(*_: object) -> Iterator[Step]:
        try:
            for done in range(10_000):
                time.sleep(0.01)
                yield Step("long.csv", done, 10_000, "reading")
        finally:
            left.append(True)

    monkeypatch.setattr(reading, "choosing", endless)
    feature = window.feature(Data)
    with qtbot.waitSignal(feature.files.reading, timeout=20_000):
        feature.files.open(tmp_path / "long.csv")
    assert feature.panel.download.isVisible()
    before = window.page.document.experiment.data
    with qtbot.waitSignal(feature.files.refused, timeout=20_000):
        qtbot.mouseClick(feature.panel.download.cancel, Qt.MouseButton.LeftButton)
    assert left == [True] and window.page.document.experiment.data == before
    assert not feature.panel.download.isVisible() and window.page.notice.text.text() == "Reading was stopped"
