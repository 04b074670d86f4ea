"""The data tab: an image step by step, data that are fetched or refused, files that are dropped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.features.data import Data
from app.features.documents import Documents
from app.features.training import Training
from app.window.window import MainWindow
from engine.messages import LayerloomError, say
from tests.app.windows import opened


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
    assert forgotten == [1] and window.places.notice.text.text() == "Nothing"


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
