"""Leaving examples out and relabelling them where they are seen: by menu and keys, undoable, listed in the Data tab."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from app.document.document import Document
from app.features.correcting import Correcting
from app.features.data import Data
from app.features.training import Training
from app.window.window import MainWindow
from engine import DataSpec, Experiment, load_data, open_run, save_experiment
from engine.data.options.corrections import Correction, ExampleId
from engine.data.tensors.identity import identity
from tests.app.looking import LEFT, NONE, Looking, looking, looking_window
from tests.app.windows import opened, turn_to
from tests.engine.cases import experiment
from tests.seen import button_with
from widgets.parts.label_popup import LabelPopup

MS = 30_000
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture(scope="module")
def shared_window(request) -> Iterator[MainWindow]:
    with looking_window(request) as window:
        yield window


@pytest.fixture
def seen(shared_window, qtbot, tmp_path: Path) -> Iterator[Looking]:
    save_experiment(experiment(epochs=1), tmp_path / "net.loom")
    with looking(shared_window, qtbot, str(tmp_path / "net.loom")) as seen:
        strip(seen, qtbot)
        yield seen


def strip(seen: Looking, qtbot) -> list[tuple[str, int]]:
    """The keys of the examples in the strip, once they are there."""
    qtbot.waitUntil(lambda: len(seen.probe.examples.grid.examples) == 12, timeout=MS)
    seen.settle()
    return [each.key for each in seen.probe.examples.grid.examples]


def corrections(seen: Looking) -> tuple[Correction, ...]:
    return seen.page.document.experiment.data.corrections


def ids(seen: Looking, count: int = 12, part: str = "validation") -> list[ExampleId]:
    """As the engine knows them, of the data as they are now."""
    data = load_data(seen.page.document.experiment.data)
    return [identity(data, part, index) for index in range(count)]


def opened_menu(seen: Looking, index: int, by_key: bool = False) -> QMenu:
    grid = seen.probe.examples.grid
    seen.probe.ensureWidgetVisible(grid)
    at = grid.place(index).center().toPoint()
    if by_key:
        QTest.mouseClick(grid, LEFT, NONE, at)
    reason = QContextMenuEvent.Reason.Keyboard if by_key else QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(grid, QContextMenuEvent(reason, QPoint() if by_key else at, grid.mapToGlobal(at)))
    menu = seen.window.feature(Correcting).menu
    assert menu is not None and menu.isVisible()
    return menu


def choose(menu: QMenu, *texts: str) -> None:
    *before, last = texts
    for text in before:
        menu = next(action.menu() for action in menu.actions() if action.text() == text)
    next(action for action in menu.actions() if action.text() == last).trigger()
    QMenu.close(menu)


@pytest.mark.parametrize("by", ["menu", "menu by key", "Delete"])
def test_an_example_of_the_strip_is_left_out_and_comes_back_with_undo(seen: Looking, qtbot, by: str) -> None:
    before = ids(seen, 13)
    if by == "Delete":
        seen.probe.ensureWidgetVisible(seen.probe.examples.grid)
        QTest.mouseClick(seen.probe.examples.grid, LEFT, NONE, seen.probe.examples.grid.place(3).center().toPoint())
        QTest.keyClick(seen.probe.examples.grid, Qt.Key.Key_Delete)
    else:
        choose(opened_menu(seen, 3, by_key=by == "menu by key"), "Exclude")
    assert [each.id for each in corrections(seen)] == [before[3]] and corrections(seen)[0].excludes
    strip(seen, qtbot)
    assert ids(seen) == [*before[:3], *before[4:]], "all others are as they were"
    history = seen.page.document.history
    assert history.undo_text == f"Exclude example {before[3].number} of the training data"
    seen.window.commands["undo"].trigger()
    assert corrections(seen) == () and ids(seen, 13) == before


def test_another_label_is_seen_at_once_and_can_be_taken_back(seen: Looking, qtbot) -> None:
    data = load_data(seen.page.document.experiment.data)
    label = int(data.validation.targets[0])
    other = str((label + 1) % 10)
    menu = opened_menu(seen, 0)
    entries = [action.text() for action in menu.actions()]
    assert entries == [f"Example {ids(seen)[0].number} of the training data", "Exclude", "Label it"]
    labels = menu.actions()[2].menu().actions()
    assert [action.text() for action in labels] == list("0123456789")
    assert [action.text() for action in labels if not action.isEnabled()] == [str(label)], "that it is already"
    choose(menu, "Label it", other)
    assert corrections(seen)[0].label == other
    qtbot.waitUntil(lambda: [each.caption[:1] for each in seen.probe.examples.grid.examples[:1]] == [other], timeout=MS)
    choose(opened_menu(seen, 0), "Restore")
    assert corrections(seen) == ()


def test_several_are_one_step_and_are_told_by_their_part_and_place(seen: Looking, qtbot) -> None:
    feature, document, found = seen.window.feature(Correcting), seen.page.document, list[ExampleId]()
    feature.identify(document, "test", [5, 2], found.extend)
    qtbot.waitUntil(lambda: bool(found), timeout=MS)
    assert found == [ids(seen, 6, "test")[5], ids(seen, 6, "test")[2]]
    feature.exclude(document, found)
    feature.relabel_each(document, [(found[0], "1"), (found[1], "2")])
    assert [each.label for each in corrections(seen)] == [label for _, label in sorted(zip(found, "12", strict=True))]
    assert document.history.undo_text == "Relabel 2 examples"
    document.undo()
    assert all(each.excludes for each in corrections(seen)) and len(corrections(seen)) == 2
    feature.relabel(document, found, "eleven")
    assert "There is no class “eleven”" in seen.page.notice.text.text() and len(corrections(seen)) == 2
    feature.identify(document, "test", [99_999], found.extend, DataSpec())
    qtbot.waitUntil(lambda: "There is no test example 99999" in seen.page.notice.text.text(), timeout=MS)


def test_the_data_tab_lists_them_with_pictures_and_restores_them(seen: Looking, qtbot) -> None:
    window, document = seen.window, seen.page.document
    data, some = load_data(document.experiment.data), ids(seen, 3)
    feature = window.feature(Correcting)
    feature.exclude(document, some[:2])
    feature.relabel(document, some[2:], "4")
    turn_to(window, "Data")
    panel = window.feature(Data).panel
    qtbot.waitUntil(lambda: all(row.pixels is not None for row in panel.corrections.list.rows), timeout=MS)
    assert panel.corrected.text() == "2 examples excluded, 1 relabelled"
    panel.corrected.click()
    wanted = {id: f"{label} excluded" if id in some[:2] else f"{label} → 4"
              for id, label in zip(some, data.validation.targets[:3].tolist(), strict=True)}
    assert {row.key: row.title for row in panel.corrections.list.rows} == wanted
    assert {row.detail for row in panel.corrections.list.rows} == {
        f"example {id.number} of the training data" for id in some}
    first = panel.corrections.list.rows[0].key
    QTest.keyClick(panel.corrections.list, Qt.Key.Key_Delete)
    assert first not in [each.id for each in corrections(seen)] and len(corrections(seen)) == 2
    button_with(panel, "Restore all").click()
    assert corrections(seen) == () and not panel.corrected.isVisible()
    document.undo()
    assert len(corrections(seen)) == 2


@pytest.mark.parametrize(("spec", "typed", "label"), [
    (DataSpec(dataset="emnist"), "q", "Q"), (DataSpec(dataset="linear"), "2,5", 2.5)])
def test_one_of_many_classes_is_searched_and_a_number_is_typed(seen: Looking, spec: DataSpec, typed: str,
                                                               label: str | float) -> None:
    document, over = Document(Experiment(data=spec), "other"), seen.probe
    acts = seen.window.feature(Correcting).menu_for(document, [ExampleId("train", 1, "00000000")], over=over)
    assert [act.text for act in acts] == ["Exclude", "Label it…"]
    assert acts[1].does is not None
    acts[1].does()
    popup = next(each for each in seen.window.findChildren(LabelPopup) if each.isVisible())
    QTest.keyClicks(popup.field, typed)
    QTest.keyClick(popup.field, Qt.Key.Key_Return)
    assert document.experiment.data.corrections[0].label == label


def test_a_run_continues_with_the_corrected_data_as_a_new_one_with_its_weights(qtbot, tmp_path: Path) -> None:
    save_experiment(experiment(epochs=1), tmp_path / "net.loom")
    with opened(qtbot, tmp_path / "layerloom", str(tmp_path / "net.loom")) as window:
        continued(window, window.page.document, qtbot)


def continued(window: MainWindow, document: Document, qtbot) -> None:
    trainer = window.feature(Training).trainer
    window.commands["train"].trigger()
    qtbot.waitUntil(lambda: document.run is not None and document.run.summary is not None and trainer.state == "idle",
                    timeout=MS)
    first = document.run
    data = load_data(document.experiment.data)
    some = [identity(data, "train", index) for index in range(3)]
    window.feature(Correcting).exclude(document, some)
    assert document.since.data and window.commands["continue"].isEnabled()
    window.commands["continue"].trigger()
    qtbot.waitUntil(lambda: document.run is not first and document.run.summary is not None and (
        trainer.state == "idle"), timeout=MS)
    assert document.run is not None and first is not None
    run = open_run(document.run.folder)
    assert [each.id for each in run.experiment.data.corrections] == sorted(some)
    counts = [open_run(each).state.started.train_examples for each in (first.folder, document.run.folder)]
    assert counts[0] - counts[1] == 3 and (document.run.folder / "start.safetensors").exists()


def test_examples_known_by_part_and_index_have_the_menu_too(seen: Looking, qtbot) -> None:
    feature, document = seen.window.feature(Correcting), seen.page.document
    some, spec = ids(seen, 3, "test"), document.experiment.data
    feature.exclude(document, some[:1])
    feature.menu = None
    feature.open_menu_of(document, "test", [2], seen.probe.mapToGlobal(QPoint(5, 5)), seen.probe, spec=spec)
    qtbot.waitUntil(lambda: feature.menu is not None, timeout=MS)
    assert feature.menu is not None
    choose(feature.menu, "Exclude")
    assert {each.id for each in corrections(seen)} == {some[0], some[2]}, "as the data were that the index is of"
