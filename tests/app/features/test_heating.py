"""The heat map in the window: shares on cards, one at a time, measured times, what it says when they are old."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING

import pytest

from app.features.documents import Documents
from app.features.heating import Heating, Measured, PageHeat
from app.features.training import Training
from app.window.window import MainWindow
from engine.experiment.experiment import Experiment
from engine.messages import LayerloomError
from engine.units import SPACE, seconds_text, share_text
from tests.app.windows import opened
from tests.legible import cut_words
from widgets.canvas.cards.heat import LEVELS, heat_color
from widgets.frame.heat_legend import HeatLegend
from widgets.look import theme
from widgets.look.contrast import contrast

if TYPE_CHECKING:
    from engine.inspect.timing import Timing

MODES = ("params", "compute", "memory", "time")


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", "gallery:lenet", (1300, 850)) as window:
        yield window


def face(window: MainWindow, name: str):
    return window.page.scene.cards[name].face


def legend(window: MainWindow):
    return window.page.view.findChild(HeatLegend)


def timing(**seconds: float) -> Timing:
    from engine.inspect.timing import Timing  # loads torch

    return Timing(seconds, 64, "cpu", 5)


def checked(window: MainWindow) -> list[str]:
    return [mode for mode in ("none", *MODES) if window.commands[f"heat_{mode}"].isChecked()]


@pytest.mark.parametrize("look", [theme.DARK, theme.LIGHT])
def test_words_can_be_read_on_every_step(look):
    with theme.painting_as(look):
        for step in range(LEVELS + 1):
            assert contrast(heat_color(step / LEVELS), theme.color("text")) >= 4.5


def test_parameters_as_shares(window):
    before = face(window, "fc1")
    window.commands["heat_params"].trigger()
    total = window.page.analysis.params
    params = {name: window.page.analysis.nodes[name].facts.params for name in window.page.scene.cards}
    shares = {name: face(window, name).heat_text for name, count in params.items() if count}
    assert {face(window, name).heat_text for name in params.keys() - shares.keys()} == {""}
    assert {text.partition(SPACE)[2] for text in shares.values()} == {"%"}
    assert {name: float(text.partition(SPACE)[0]) for name, text in shares.items()} == {
        name: pytest.approx(100 * params[name] / total, rel=0.05) for name in shares}
    assert face(window, "fc1").heat == 1.0 and face(window, "act1").heat == 0.0
    assert face(window, "fc1").count == face(window, "fc1").heat_text
    assert legend(window).isVisible() and checked(window) == ["params"]
    window.commands["heat_none"].trigger()
    assert face(window, "fc1") == before and not legend(window).isVisible() and checked(window) == ["none"]


@pytest.mark.parametrize(("mode", "hottest"), [("compute", "conv2"), ("memory", "conv1")])
def test_other_measures(window, mode, hottest):
    window.commands[f"heat_{mode}"].trigger()
    window.commands[f"heat_{mode}"].trigger()  # twice is not off
    assert checked(window) == [mode]
    heats = {name: card.face.heat for name, card in window.page.scene.cards.items()}
    assert max(heats.values()) == 1.0 and heats[hottest] > 0.9


@pytest.mark.usefixtures("font")
def test_the_legend_can_be_read(window):
    for mode in ("params", "compute", "memory"):
        window.commands[f"heat_{mode}"].trigger()
        assert cut_words(legend(window)) == []
        scale = legend(window).scale
        assert scale.width() >= scale.minimumSizeHint().width()


def test_it_follows_edits_undo_and_new_networks(window):
    window.commands["heat_params"].trigger()
    page = window.page
    before = {name: card.face for name, card in page.scene.cards.items()}
    layer = page.scene.graph.nodes["fc1"].layer
    page.edit("More", page.scene.graph.with_layer("fc1", layer.model_copy(update={"out_features": 2})))
    assert face(window, "conv2").heat > before["conv2"].heat
    page.document.undo()
    assert {name: card.face for name, card in page.scene.cards.items()} == before
    window.feature(Documents).open("gallery:resnet18")
    assert face(window, "stage4").heat == 1.0 and legend(window).isVisible()
    window.page.open("stage4")
    assert max(card.face.heat for card in window.page.scene.cards.values()) == 1.0
    assert face(window, "conv2").heat_text.endswith("%")


def test_a_broken_card_says_what_is_wrong_instead(window):
    page = window.page
    window.commands["heat_params"].trigger()
    layer = page.scene.graph.nodes["conv2"].layer
    page.edit("Break", page.scene.graph.with_layer("conv2", layer.model_copy(update={"kernel_size": 40})))
    assert face(window, "conv2").heat < 0 and face(window, "conv2").problem
    page.document.undo()
    assert face(window, "conv2").heat > 0


def test_measured_times(window, qtbot):
    window.commands["heat_time"].trigger()
    assert legend(window).note.text().startswith("Measuring")
    assert legend(window).title.text() == "Time of a step" and not legend(window).scale.isVisible()  # nothing yet
    assert face(window, "conv2").heat_text == ""
    qtbot.waitUntil(lambda: not legend(window).note.text().startswith("Measuring"), timeout=30_000)
    assert face(window, "conv2").heat_text.endswith(("ms", "µs"))
    assert max(card.face.heat for card in window.page.scene.cards.values()) == 1.0
    assert "batch" in legend(window).note.text() and legend(window).measure.isVisible()
    page = window.page
    page.edit("Move", page.scene.graph.moved({"conv1": (5.0, 80.0)}))
    assert "batch" in legend(window).note.text()  # where a card lies does not matter
    page.edit("Bypass", page.scene.graph.with_marks(["act1"], bypassed=True))
    assert legend(window).note.text().startswith("Measured before")
    page.document.undo()
    assert "batch" in legend(window).note.text()


def test_what_cannot_be_measured_says_why(window):
    page = window.page
    page.edit("Cut", page.scene.graph.without(["conv1"]))
    window.commands["heat_time"].trigger()
    assert legend(window).note.text() and not legend(window).measure.isVisible()
    assert not legend(window).note.text().startswith("Measuring")
    page.document.undo()


def test_the_legend_ends_it(window):
    window.commands["heat_compute"].trigger()
    legend(window).close_button.click()
    assert checked(window) == ["none"] and face(window, "conv1").heat < 0


def test_titles_and_notes_say_what_is_shown(window):
    page = window.page
    for mode, title, said in (("params", "Parameters · 61 706", ""), ("compute", "Multiply-adds · ", ""),
                              ("memory", "Training memory by layer", "The most: ")):
        window.commands[f"heat_{mode}"].trigger()
        assert legend(window).title.text().replace(SPACE, " ").startswith(title)
        assert legend(window).note.text().startswith(said) and bool(said) is bool(legend(window).note.text())
        assert legend(window).scale.isVisible() and not legend(window).measure.isVisible()
    assert face(window, "act1").count == face(window, "act1").heat_text
    heat = PageHeat(page)
    heat.count("params")
    shares = heat.heat
    assert (shares.most, shares.total) == (page.analysis.nodes["fc1"].facts.params, 61_706)
    assert shares.text(shares.total) == share_text(1.0) and shares.text(shares.total / 4) == share_text(0.25)
    heat.count("none")
    assert (heat.heat.values, heat.heat.most, heat.heat.total) == ({}, 0.0, 0.0)
    assert heat.decorate(page.scene.cards["fc1"].face) is page.scene.cards["fc1"].face
    heat.count("time")
    assert heat.heat.values == {} and not heat.is_stale() and heat.heat.text(0.002) == seconds_text(0.002)
    graph = page.document.experiment.graph
    heat.measured = Measured(timing(conv1=0.003, fc1=0.001, gone=1.0), graph)
    heat.count("time")
    assert heat.heat.values == {"conv1": 0.003, "fc1": 0.001} and heat.heat.most == 0.003 and not heat.is_stale()
    shown = {name: heat.decorate(page.scene.cards[name].face) for name in ("conv1", "fc1", "act1")}
    assert [face.heat for face in shown.values()] == [1.0, pytest.approx((1 / 3) ** 0.5), 0.0]
    assert [face.count for face in shown.values()] == [seconds_text(0.003), seconds_text(0.001), ""]


def test_times_wait_for_torch_and_for_the_end_of_a_training(window, monkeypatch):
    heating, trainer = window.feature(Heating), window.feature(Training).trainer
    monkeypatch.setattr(window, "is_ready", False)
    window.commands["heat_time"].trigger()
    assert legend(window).note.text() == "PyTorch is still loading…" and not legend(window).measure.isVisible()
    monkeypatch.setattr(window, "is_ready", True)
    monkeypatch.setattr(trainer, "state", "running")
    heating.measure(window.page)
    assert legend(window).note.text() == "Times can be measured when the training has ended."
    assert not legend(window).measure.isVisible()
    monkeypatch.setattr(trainer, "state", "idle")
    window.feature(Heating).show(window.page)
    assert legend(window).note.text().startswith("Measuring")
    window.commands["heat_none"].trigger()


def test_a_measurement_that_fails_ends_the_map(window, qtbot, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise LayerloomError("no memory")

    monkeypatch.setattr("engine.inspect.timing.time_layers", fail)
    window.commands["heat_time"].trigger()
    qtbot.waitUntil(lambda: window.page.notice.text.text() == "no memory", timeout=20_000)
    assert checked(window) == ["none"] and not legend(window).isVisible()


def test_each_network_that_comes_to_the_front_is_measured_in_its_turn(window, qtbot, monkeypatch):
    measured = []

    def measure(experiment: Experiment, **_: object) -> Timing:
        measured.append(experiment.graph)
        return timing(conv1=0.002)

    monkeypatch.setattr("engine.inspect.timing.time_layers", measure)
    first = window.page
    window.commands["heat_time"].trigger()
    window.feature(Documents).open("gallery:mlp")
    qtbot.waitUntil(lambda: len(measured) == 2 and not legend(window).note.text().startswith("Measuring"),
                    timeout=20_000)
    assert measured == [first.document.experiment.graph, window.page.document.experiment.graph]
    assert legend(window).note.text() == "Forward and back, batch 64 on cpu, median of 5 steps"
    assert legend(window).measure.isVisible()
    window.places.documents.setCurrentIndex(0)
    assert legend(window).title.text() == f"Time of a step · {seconds_text(0.002)}" and len(measured) == 2
    legend(window).measure.click()
    qtbot.waitUntil(lambda: len(measured) == 3, timeout=20_000)


def test_no_number_takes_the_unit_of_another_map(window, monkeypatch):
    """From every map to every other where nothing was measured yet, on two tabs and inside a block."""
    monkeypatch.setattr(Heating, "measure", lambda *_: None)
    window.feature(Documents).open("gallery:resnet18")
    window.page.open("stage4")
    for first, second in product(MODES, MODES):
        window.commands[f"heat_{first}"].trigger()
        window.commands[f"heat_{second}"].trigger()
        for page in window.pages:
            told = {card.face.heat_text for card in page.scene.cards.values()} - {""}
            assert {text.rpartition(SPACE)[2] for text in told} == (set() if second == "time" else {"%"})
        marks = legend(window).scale.marks
        assert all(mark.endswith("%") for mark in marks[1:]) if second != "time" else marks == ("", "", "")
        heat = PageHeat(window.page)
        heat.count(first)
        before = heat.heat
        heat.count(second)
        assert before.mode == first and (first == "time" or before.text(before.most).endswith("%"))
