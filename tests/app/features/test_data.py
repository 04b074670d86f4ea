"""The data tab: an image step by step, data that are fetched or refused, files that are dropped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.features.data import Data
from app.features.documents import Documents
from app.features.training import Training
from app.window.window import MainWindow
from engine.messages import LayerloomError, say
from tests.app.windows import opened, turn_to
from tests.engine.data.data_cases import idx_files
from tests.seen import texts


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", "gallery:lenet-digits") as window:
        yield window


def test_an_image_is_shown_step_by_step_with_its_class(window, qtbot, monkeypatch):
    feature, told = window.feature(Data), []
    library, panel = feature.library, feature.panel
    library.reload()
    with qtbot.waitSignal(library.described, timeout=20_000) as described:
        pass
    count = described.args[0].parts[0].examples
    monkeypatch.setattr(panel, "show_steps", lambda steps, label: told.append((steps, label)))
    for index in (3, count + 3, 4):
        panel.steps_requested.emit(index)
        qtbot.waitUntil(lambda index=index: len(told) == [3, count + 3, 4].index(index) + 1, timeout=20_000)
    assert all(len(steps) >= 2 and label in list("0123456789") for steps, label in told)
    pixels = [steps[0].pixels for steps, _ in told]
    assert pixels[0] == pixels[1] != pixels[2], "after the last comes the first"
    told.clear()
    document = window.page.document
    panel.steps_requested.emit(0)
    document.edit("linear", replace(document.experiment, data=document.experiment.data.with_options(dataset="linear")))
    panel.steps_requested.emit(0)  # numbers have none
    qtbot.wait(300)
    assert not told, "of data that are not shown any more"
    document.undo()
    monkeypatch.setattr("app.features.data._steps", lambda *_: (_ for _ in ()).throw(LayerloomError("torn")))
    panel.steps_requested.emit(0)
    qtbot.waitUntil(lambda: window.page.notice.text.text() == "torn", timeout=20_000)


def test_what_was_fetched_for_a_run_is_shown_and_what_cannot_be_used_is_said(window, qtbot, monkeypatch):
    feature, looked = window.feature(Data), []
    trainer = window.feature(Training).trainer
    monkeypatch.setattr(feature.library, "reload", lambda: looked.append(1))
    for state, missing, count in (("running", False, 0), ("paused", True, 0), ("running", True, 1)):
        feature.library.is_missing = missing
        trainer.state_changed.emit(state)
        assert len(looked) == count
    feature.library.is_missing = False
    feature.library.failed.emit(say("No line"))
    assert window.page.notice.text.text() == "No line"
    forgotten, shown, document = [], [], window.page.document
    monkeypatch.setattr(feature.panel, "forget_typing", lambda: forgotten.append(1))
    monkeypatch.setattr(feature.panel, "show_spec", shown.append)
    feature.files.refused.emit(window.page.document, say("No table"))
    assert window.page.notice.text.text() == "No table"
    assert forgotten == [1] and shown == [window.page.document.experiment.data]
    assert feature.opener(Path("a.csv")) is not None and feature.opener(Path("a.gif")) is None
    window.show_start()
    assert feature.opener(Path("a.csv")) is None
    feature.files.refused.emit(document, say("Nothing"))
    assert forgotten == [1] and window.pages[0].notice.text.text() == "Nothing", "of that network, not of what is seen"


def test_data_are_shown_when_they_are_others_not_with_each_edit_of_the_network(window, monkeypatch):
    feature, shown = window.feature(Data), []
    window.places.bottom.setCurrentWidget(feature.panel)
    monkeypatch.setattr(feature.panel, "show_spec", shown.append)
    document = window.page.document
    document.edit_graph("Delete", document.experiment.graph.without(["fc2"]))
    assert shown == []
    document.edit("linear", replace(document.experiment, data=document.experiment.data.with_options(dataset="linear")))
    assert shown == [document.experiment.data]
    document.undo()
    assert shown[1:] == [document.experiment.data]
    window.feature(Documents).open("gallery:lenet-digits")
    assert shown[2:] == [window.page.document.experiment.data]


def described(window: MainWindow, qtbot, source: str) -> None:
    """Another network in front, once its data are read."""
    with qtbot.waitSignal(window.feature(Data).library.described, timeout=20_000):
        window.feature(Documents).open(source)


def test_the_panel_shows_what_the_data_of_the_network_in_front_are(window, qtbot):
    feature, panel = window.feature(Data), window.feature(Data).panel
    with qtbot.waitSignal(feature.library.described, timeout=20_000):
        feature.library.reload()
    window.places.bottom.setCurrentWidget(panel)
    QApplication.processEvents()
    assert panel.strip.shown() > 5 and panel.sizes.text() == "1\xa0374 training · 153 validation · 270 test"
    described(window, qtbot, "gallery:linreg")
    rows = panel.samples.rows.texts
    assert len(rows) > 10 and len(rows[0]) == 4 and panel.strip.shown() == 0
    assert "training" in panel.sizes.text() and "1\xa0374" not in panel.sizes.text()
    window.turn_to(0)
    qtbot.waitUntil(lambda: panel.strip.shown() > 5, timeout=20_000)


def test_samples_that_came_while_the_tab_was_hidden_are_there_when_it_is_turned_to(window, qtbot):
    panel, bottom = window.feature(Data).panel, window.places.bottom
    turn_to(window, "Training")
    described(window, qtbot, "gallery:linreg")
    bottom.setCurrentWidget(panel)
    assert len(panel.samples.rows.texts) > 10 and "training" in panel.sizes.text()


def test_what_is_found_in_a_file_is_learned_by_the_network_in_front(window, qtbot, tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n" + "".join(f"{index},{index / 3}\n" for index in range(20)))
    window.feature(Data).files.open(tmp_path / "a.csv")
    document = window.page.document
    qtbot.waitUntil(lambda: document.experiment.data.is_known and document.experiment.data.dataset == "table",
                    timeout=20_000)
    assert document.experiment.data.sample_shape == (1,) and document.history.undo_text == "Change the data"
    panel = window.feature(Data).panel
    qtbot.waitUntil(lambda: sum(map(int, re.findall(r"\d+", panel.sizes.text()))) == 20, timeout=20_000)
    window.show_start()
    window.feature(Data).files.open(tmp_path / "a.csv")
    panel.steps_requested.emit(0)
    assert window.page is None


def test_missing_data_are_fetched_where_one_asks_for_it(window, qtbot, monkeypatch):
    feature, fetched = window.feature(Data), []
    monkeypatch.setattr("app.features.library._fetch", lambda spec, _root, _job: fetched.append(spec.dataset))
    document = window.page.document
    document.edit("mnist", replace(document.experiment, data=document.experiment.data.with_options(dataset="mnist")))
    qtbot.waitUntil(lambda: feature.library.is_missing, timeout=20_000)
    feature.panel.download_requested.emit()
    qtbot.waitUntil(lambda: fetched == ["mnist"], timeout=20_000)


def test_what_is_missing_or_under_way_stands_in_the_place_of_samples(window):
    feature = window.feature(Data)
    feature.library.missing.emit("Not here")
    window.places.bottom.setCurrentWidget(feature.panel)
    assert "Not here" in " ".join(texts(feature.panel.missing))
    feature.library.downloading.emit("Reading it", 1, 2)
    assert "Reading it" in " ".join(texts(feature.panel.download))


def test_what_went_wrong_with_a_download_is_not_said_once_the_data_are_there(window, qtbot, tmp_path):
    feature, notice = window.feature(Data), window.page.notice
    window.places.bottom.setCurrentWidget(feature.panel)
    root = window.settings.data_root = tmp_path / "sets"
    document = window.page.document
    document.edit("mnist", replace(document.experiment, data=document.experiment.data.with_options(dataset="mnist")))
    feature.library.failed.emit(say("No line"))
    assert feature.library.is_missing and notice.isVisible() and feature.panel.missing.isVisible()
    idx_files(document.experiment.data, root)
    document.edit("batch", replace(document.experiment, recipe=document.experiment.recipe.with_options(batch_size=77)))
    qtbot.waitUntil(lambda: feature.panel.strip.isVisible())
    assert not notice.isVisible() and not feature.library.is_missing
