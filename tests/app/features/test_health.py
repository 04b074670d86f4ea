"""Bars on cards while one trains, and what was measured of every layer over time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.features.health import Health
from app.features.run_book import RunBook
from app.window.window import MainWindow
from engine.messages import say
from engine.training.doctor.values import LayerHealth
from engine.training.values import Remark
from tests.app.features.sick_run import DEAD, NAN, STARTED, WELL, examined, lenet
from tests.app.threads import FakeThread, hear
from tests.app.windows import lent, shared
from widgets.health.page import HealthPage

LEFT = Qt.MouseButton.LeftButton
DYING = LayerHealth(0.1, 0.2, 0.41, NAN, NAN, NAN)


@pytest.fixture(scope="module")
def whole(request: pytest.FixtureRequest) -> Iterator[MainWindow]:
    with shared(request, (1400, 950)) as window:
        yield window


@pytest.fixture(params=["gallery:lenet-conv-relu"])
def window(request, whole, qtbot, monkeypatch) -> Iterator[MainWindow]:
    monkeypatch.setattr("app.features.trainer.TrainingThread", FakeThread)
    monkeypatch.setattr(RunBook, "refresh", lambda _book: None)  # it would read a second later, in another test
    with lent(whole, qtbot, request.param) as window:
        window.commands["train"].trigger()
        hear(window, STARTED)
        yield window
        hear(window, over=True)
        window.places.stage.choose("build")


def face(window: MainWindow, name: str):
    return window.page.scene.cards[name].face


def told(window: MainWindow, qtbot, *events: object) -> None:
    """And shown: a bar waits a moment."""
    hear(window, *events)
    qtbot.waitUntil(lambda: face(window, window.page.scene.graph.order[1]).health >= 0)


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


# -- bars -------------------------------------------------------------------------------------------------------------


def test_a_bar_on_each_card_that_was_examined(window, qtbot):
    assert face(window, "conv1").health < 0
    told(window, qtbot, *examined(lenet(act2=DYING)))
    assert face(window, "conv1").health == 1 and face(window, "act2").health == pytest.approx(0.59, abs=0.02)
    assert face(window, "input").health < 0
    assert {face(window, name).ill for name in window.page.scene.cards} == {""}, "nothing was found: all is calm"
    hear(window, DEAD)
    qtbot.waitUntil(lambda: face(window, "act2").ill == "warn")
    assert plain(face(window, "act2").ailment) == "41 % dead" and face(window, "act1").ill == ""


def test_only_cards_whose_bar_is_another_are_painted_anew(window, qtbot, monkeypatch):
    told(window, qtbot, *examined(lenet()))
    asked, redress = [], window.page.scene.redress
    monkeypatch.setattr(window.page.scene, "redress", lambda names: (asked.append(sorted(names)), redress(names)))
    hear(window, *examined(lenet(act2=DYING), (0.6,)))
    qtbot.waitUntil(lambda: bool(asked))
    assert asked == [["act2"]]


def test_a_layer_of_another_kind_has_nothing_of_the_one_before(window, qtbot):
    told(window, qtbot, *examined(lenet()))
    page = window.page
    graph, other = page.document.experiment.graph, page.document.experiment.graph.nodes["conv1"].layer
    page.document.edit_graph("other", replace(graph, nodes={
        **graph.nodes, "act1": replace(graph.nodes["act1"], layer=other)}))
    assert face(window, "act1").health < 0 and face(window, "conv1").health == 1


@pytest.mark.parametrize("window", ["gallery:residual-small"], indirect=True)
def test_a_block_is_as_well_as_the_worst_in_it(window, qtbot):
    page = window.page
    block = next(name for name, node in page.document.experiment.graph.nodes.items() if node.layer.category == "block")
    inner = [f"{block}.conv1", f"{block}.act1", block]
    layers = {"conv1": WELL["conv"], inner[0]: WELL["conv"], inner[1]: DYING, inner[2]: WELL["act"]}
    hear(window, *examined(layers), Remark("dead", say("Dead"), None, inner[1]))
    qtbot.waitUntil(lambda: face(window, block).ill == "warn")
    assert plain(face(window, block).ailment) == "41 % dead"
    page.open(block)
    assert face(window, "conv1").health == 1 and face(window, "act1").ill == "warn"
    page.go_out()


# -- over time --------------------------------------------------------------------------------------------------------


def page_of(window: MainWindow) -> HealthPage:
    return window.places.bottom.findChild(HealthPage)


def test_a_click_on_the_picture_takes_the_layer_and_the_moment(window, qtbot):
    health, moments = window.feature(Health), []
    health.moment.connect(lambda _page, at: moments.append(at))
    hear(window, *examined(lenet(), np.arange(0, 4, 0.25)))
    window.commands["health"].trigger()
    shown = page_of(window)
    assert shown.isVisible() and window.places.panels.workspace == "train"
    assert shown.picture.measured.names == ("conv1", "conv2", "fc1"), "only those that have gradients"
    row, axis = shown.picture.row_rect(1), shown.picture.axis
    QTest.mouseClick(shown.picture, LEFT, pos=QPoint(round(axis.x(2.1)), round(row.center().y())))
    assert window.page.scene.selected_names() == ["conv2"] and moments == [2.0]
    assert shown.picture.measured.chosen == (1,) and shown.picture.measured.at == shown.chart.measured.at == 2.0
    assert [shown.picture.measured.names[line] for line in shown.chart.measured.lines] == ["conv2"]
    shown.quantity_chosen.emit("dead")
    assert shown.picture.measured.names == ("input", "act1", "act2") and shown.picture.measured.at == 2.0
    shown.quantity_chosen.emit("gradient")


def test_why_there_is_nothing_to_see(window):
    window.commands["health"].trigger()
    assert page_of(window).empty.isVisible() and "first steps" in page_of(window).empty.text()
