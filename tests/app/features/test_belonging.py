"""Trained weights and the network stay together: a network is trained, changed, and taken away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton

from app.document.document import Document
from app.features import trainer
from app.features.belonging import Belonging
from app.features.comparing import Comparing
from app.features.documents import Documents
from app.features.parameters import Parameters
from app.features.results import Results
from app.window import dialogs
from app.window.window import MainWindow
from engine.layers.activation import ReLU, Tanh
from engine.messages import say
from engine.training.events import EpochEnded, Finished, MemberStarted, Preparing, Started
from engine.training.values import Metrics, Summary
from tests.app.ran import come_to, ended
from tests.app.threads import FakeThread, hear
from tests.app.windows import opened

SUMMARY = Summary(2, 1, Metrics(1.0), Metrics(1.0), Metrics(1.0), 1.0, "cpu", 1, 1)
STARTED = Started("cpu", 10, 20, 1, 3, 1)


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", "gallery:mlp") as window:
        yield window


def trained(document: Document) -> None:
    """The document has a run with real weights, which no other initial weights equal."""
    from engine.network.weights import initial_module, on_cpu

    module = initial_module(document.experiment)
    weights = on_cpu({key: value + 0.01 for key, value in module.state_dict().items()})
    run = document.begin_run(Path("mlp-run"))
    come_to(run, weights)
    ended(run, SUMMARY)


def change(document: Document) -> None:
    """Another activation: every key still fits."""
    graph = document.experiment.graph
    name = next(name for name, node in graph.nodes.items() if isinstance(node.layer, ReLU))
    document.edit_graph("another activation", graph.with_layer(name, Tanh()))


def lines(window: MainWindow) -> list[str]:
    """What stands over the pages that show numbers of a run, and at the top."""
    belonging = window.feature(Belonging)
    bars = [*belonging._bars, *belonging._over_weights]
    return [bar.text.text() for bar in bars if not bar.line.isHidden()]


def test_a_change_is_seen_wherever_numbers_of_the_run_stand(window):
    document = window.page.document
    trained(document)
    window.refresh()
    assert lines(window) == []
    change(document)
    assert lines(window) == ["Changed since training: the network"] * 3
    document.undo()
    assert lines(window) == []
    document.edit("data", replace(document.experiment, data=document.experiment.data.with_options(validation=0.4)))
    assert lines(window) == ["Changed since training: the data"] * 3
    change(document)
    assert lines(window) == ["Changed since training: the network and the data"] * 3
    window.feature(Documents).open("gallery:lenet")
    assert lines(window) == []
    window.turn_to(0)
    assert len(lines(window)) == 3
    assert window.places.top.progress.sentence.text().startswith("Changed since training · best epoch 1 of ")
    document.undo()
    document.undo()
    assert "Changed" not in window.places.top.progress.sentence.text()


def top(window: MainWindow) -> str:
    return window.places.top.progress.sentence.text()


def test_the_second_run_counts_from_its_first_epoch_and_edits_on_the_way_are_seen_at_its_end(window, monkeypatch):
    monkeypatch.setattr(trainer, "TrainingThread", FakeThread)
    document = window.page.document
    trained(document)
    change(document)
    assert len(lines(window)) == 3 and top(window).startswith("Changed since training · ")
    epoch = EpochEnded(1, Metrics(1.0), Metrics(1.0), True, document.trained.best)
    window.commands["train"].trigger()
    hear(window, STARTED)
    assert document.since.network and len(lines(window)) == 1, "the weights are still those of the run before"
    hear(window, epoch)
    assert not document.since.anything and lines(window) == []
    hear(window, Finished(SUMMARY, stopped=True), over=True)
    assert top(window).startswith("best epoch 1 of ")
    document.undo()
    assert len(lines(window)) == 3 and top(window).startswith("Changed since training · ")
    document.redo()
    assert lines(window) == [] and top(window).startswith("best epoch 1 of ")
    window.commands["train"].trigger()
    hear(window, STARTED, epoch)
    document.undo()
    hear(window, Finished(SUMMARY, stopped=True), over=True)
    assert len(lines(window)) == 3 and top(window).startswith("Changed since training · ")
    document.redo()
    assert top(window).startswith("best epoch 1 of ")


def test_curves_of_a_run_that_came_to_no_weights_are_held_against_its_own_network(window, monkeypatch):
    """The loss was no number in its first epoch: the weights, and what belongs to them, are of the run before."""
    monkeypatch.setattr(trainer, "TrainingThread", FakeThread)
    document = window.page.document
    trained(document)
    change(document)
    window.commands["train"].trigger()
    hear(window, STARTED, over=True)
    belonging = window.feature(Belonging)
    assert document.trained is not document.run
    assert [bar.line.isHidden() for bar in belonging._bars] == [True, True], "they are of what is drawn"
    assert [bar.text.text() for bar in belonging._over_weights] == ["Changed since training: the network"]
    document.undo()
    assert [bar.line.isHidden() for bar in belonging._over_weights] == [True]
    for bar in belonging._bars:
        assert bar.text.text() == "Changed since training: the network" and not bar.line.isHidden()
        assert bar.trained.isHidden() and bar.difference.isHidden(), "nothing of that run is left to be shown"


def test_a_run_that_never_began_trained_nothing_that_could_have_changed(window, monkeypatch):
    """Its data are not here."""
    monkeypatch.setattr(trainer, "TrainingThread", FakeThread)
    window.commands["train"].trigger()
    hear(window, Preparing(say("Reading the data"), 0, 0), over=True)
    change(window.page.document)
    assert window.page.document.run is not None and lines(window) == [] and top(window) == ""


def test_what_was_trained_is_shown_in_a_page_of_its_own_with_its_run(window, qtbot):
    page = window.page
    window.commands["show_trained"].trigger()
    assert page.notice.text.text() == "Train the network first"
    trained(page.document)
    before = page.document.experiment
    window.commands["show_trained"].trigger()
    assert page.notice.text.text() == "Nothing has changed since training: this is the trained network"
    change(page.document)
    bar = window.feature(Belonging)._bars[0]
    qtbot.mouseClick(bar.trained, Qt.MouseButton.LeftButton)
    document = window.page.document
    assert (len(window.pages), document.name, document.experiment) == (2, "mlp as trained", before)
    assert document.trained is page.document.trained and lines(window) == [] and not document.dirty
    window.turn_to(0)
    bar.trained.click()
    assert len(window.pages) == 2 and window.page.document is document
    assert window.places.documents.currentIndex() == 1, "its tab is in front, too"


def test_what_changed_is_one_picture(window, qtbot):
    page = window.page
    trained(page.document)
    change(page.document)
    qtbot.mouseClick(window.feature(Belonging)._bars[0].difference, Qt.MouseButton.LeftButton)
    panel = window.feature(Comparing).panel(page)
    assert [pair.change for pair in panel.union.pairs.values() if pair.change] == ["changed"]


def said(window: MainWindow, qtbot, words: str) -> list[QPushButton]:
    """Once it is said: the buttons beside it."""
    notice = window.page.notice
    qtbot.waitUntil(lambda: words in notice.text.text(), timeout=60_000)
    return notice.buttons


def test_weights_and_the_code_they_belong_to_are_a_pair(window, qtbot, tmp_path, monkeypatch):
    """The pair gives what was trained; the code of the canvas says that the weights are not its own."""
    import torch
    from safetensors.torch import load_file

    from engine.network.weights import trained_module

    document, path = window.page.document, tmp_path / "taken.safetensors"
    trained(document)
    run = document.trained
    change(document)
    monkeypatch.setattr(dialogs, "save_path", lambda *_: path)
    window.commands["export_best"].trigger()
    buttons = said(window, qtbot, "Best weights, of epoch 1: taken.safetensors is written and verified")
    assert [button.text() for button in buttons] == ["Export their code too"]
    qtbot.mouseClick(buttons[0], Qt.MouseButton.LeftButton)
    said(window, qtbot, "PyTorch code of taken.safetensors: taken.py is written and verified")
    wanted = trained_module(run.experiment, run.best).eval()
    x = torch.rand(5, *document.experiment.data.sample_shape)
    assert torch.equal(made_of(tmp_path / "taken.py", load_file(path))(x), wanted(x))

    monkeypatch.setattr(dialogs, "save_path", lambda *_: tmp_path / "drawn.py")
    window.commands["export_code"].trigger()
    buttons = said(window, qtbot, "The trained weights do not belong to it: the network was changed since training")
    assert not torch.allclose(made_of(tmp_path / "drawn.py", load_file(path))(x), wanted(x))
    monkeypatch.setattr(dialogs, "save_path", lambda _parent, _title, suggestion, _rows: tmp_path / suggestion)
    qtbot.mouseClick(buttons[0], Qt.MouseButton.LeftButton)
    said(window, qtbot, "PyTorch code of the trained network: mlp-trained.py is written and verified")
    assert torch.equal(made_of(tmp_path / "mlp-trained.py", load_file(path))(x), wanted(x))


def made_of(code: Path, weights: object):
    """The class of a file, with these weights."""
    names: dict = {"__name__": "code"}
    exec(code.read_text(), names)
    module = names["Network"]()
    module.load_state_dict(weights)
    return module.eval()


def test_a_file_that_is_there_is_asked_about_before_code_takes_its_place(window, qtbot, tmp_path, monkeypatch):
    document = window.page.document
    trained(document)
    (tmp_path / "taken.py").write_text("mine")
    monkeypatch.setattr(dialogs, "save_path", lambda *_: tmp_path / "taken.pt")
    window.commands["export_latest"].trigger()
    buttons = said(window, qtbot, "verified")
    asked = []
    monkeypatch.setattr(dialogs, "save_path", lambda *given: asked.append(given[2]))
    buttons[0].click()
    assert asked == [tmp_path / "taken.py"] and (tmp_path / "taken.py").read_text() == "mine"


def test_copied_code_says_whose_weights_are_not_its_own(window, qtbot):
    document = window.page.document
    trained(document)
    window.commands["copy_code"].trigger()
    assert window.page.notice.text.text() == "The PyTorch code is on the clipboard"
    change(document)
    window.commands["copy_code"].trigger()
    assert window.page.notice.text.text().startswith(
        "The PyTorch code is on the clipboard. The trained weights do not belong to it")
    assert "Tanh" in QGuiApplication.clipboard().text()


def test_loaded_weights_belong_to_the_network_they_were_held_against(window):
    document = window.page.document
    document.load_weights({"w": None})
    assert document.owner is None
    change(document)
    assert document.owner is not None
    window.commands["copy_code"].trigger()
    assert "The loaded weights do not belong to it" in window.page.notice.text.text()
    document.load_weights(None)
    assert document.owner is None


def test_the_pages_are_those_that_show_numbers_of_a_run(window):
    belonging = window.feature(Belonging)
    assert len(belonging._bars) == 2 and len(belonging._over_weights) == 1
    assert any(bar.isAncestorOf(window.feature(Results).panel) for bar in belonging._bars)
    assert belonging._over_weights[0].isAncestorOf(window.feature(Parameters).panel)


def test_weights_of_a_variant_belong_to_the_variant(window):
    document = window.page.document
    drawn, graph = document.experiment, document.experiment.graph
    name = next(name for name, node in graph.nodes.items() if isinstance(node.layer, ReLU))
    run = document.begin_run(Path("mlp-run"))
    variant = replace(drawn, graph=graph.with_layer(name, Tanh()))
    run.states.hear(MemberStarted(1, 1, "tanh", variant))
    come_to(run, {"w": 0})
    assert document.owner is variant and not document.since.anything and lines(window) == []
    window.commands["copy_code"].trigger()
    assert window.page.notice.text.text().endswith("The trained weights belong to the variant “tanh”")
