"""Why: what is masked changes the answer and the accuracy; ablation, occlusion, two samples and experiments in the
window, against the engine or plain torch."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton

from app.features.inside import Inside
from app.features.masking import Masking
from app.features.occluding import Occluding
from app.features.probing_examples import ProbingExamples
from app.features.small_experiments import SmallExperiments
from app.features.two_samples import TwoSamples
from app.features.what_if import WhatIf
from app.window.window import MainWindow
from engine.data.tensors.loading import load_data
from engine.inspect.why.gradcam import grad_cam
from engine.inspect.why.gradients import score_of
from engine.network.weights import initial_module
from tests.app.looking import LEFT, NONE, Looking, looking, looking_window

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
LENET, WAIT = "gallery:lenet-digits", 20_000


@pytest.fixture(scope="module")
def shared_window(request) -> Iterator[MainWindow]:
    with looking_window(request) as window:
        yield window


@pytest.fixture
def seen(shared_window, qtbot) -> Iterator[Looking]:
    with looking(shared_window, qtbot, LENET) as seen:
        yield seen


def masked_accuracy(seen: Looking, channel: int | None) -> float:
    """Of the validation examples, with a channel of conv1 at 0, by a hook in plain torch."""
    experiment = seen.page.document.experiment
    module, data = initial_module(experiment).eval(), load_data(experiment.data)

    def mask(_part: object, _given: object, made: torch.Tensor) -> torch.Tensor:
        made = made.clone()
        if channel is not None:
            made[:, channel] = 0
        return made

    module.conv1.register_forward_hook(mask)
    inputs = torch.nn.functional.interpolate(data.validation.inputs, size=(28, 28), mode="bilinear", antialias=True)
    with torch.no_grad():
        answer = module(inputs.float() / 255)
    return float((answer.argmax(1) == data.validation.targets).float().mean())


def test_a_masked_channel_is_crossed_out_and_changes_answer_and_accuracy(seen, qtbot) -> None:
    seen.take("conv1")
    tile = seen.output("conv1")
    seen.click(tile.mapToScene(tile.tiles()[2].center()))
    seen.settle()
    assert seen.now.unit is not None and seen.now.channel == 2
    before = {guess.name: guess.probability for guess in seen.now.seen.guesses}
    seen.turn_to("Why")
    what = seen.panel.why.what_if
    seen.press(what.mask_button)
    assert [(each.place, each.kind, each.channel) for each in seen.now.changes] == [("conv1", "mask", 2)]
    assert not seen.now.seen.look.outputs["conv1"][0, 2].any() and set(tile.changed) == {2}
    rows = {guess.name: guess.probability for guess in seen.now.seen.before}
    assert all(rows[name] == pytest.approx(value) for name, value in before.items())

    judge = seen.window.feature(WhatIf)
    qtbot.waitUntil(lambda: judge.judged is not None and judge.judged.accuracy is not None, timeout=WAIT)
    accuracy = judge.judged.accuracy
    assert accuracy == pytest.approx((masked_accuracy(seen, None), masked_accuracy(seen, 2)), abs=1e-6)
    [button] = what.list.findChildren(QToolButton)
    seen.press(button)
    assert seen.now.changes == () and seen.now.seen.look.outputs["conv1"][0, 2].any()


def test_the_menu_of_a_map_offers_what_would_change_it(seen, qtbot) -> None:
    seen.take("conv2")
    item, view = seen.output("conv2"), seen.page.view
    spot = seen.spot(item.mapToScene(item.tiles()[3].center()))
    QApplication.sendEvent(view.viewport(), QContextMenuEvent(QContextMenuEvent.Reason.Mouse, spot,
                                                              view.viewport().mapToGlobal(spot)))
    menu = seen.window.feature(WhatIf).menu
    words = {action.text(): action for action in menu.actions() if action.text()}
    assert {"Mask channel 3", "Hold channel 3", "Mask all of conv2"} <= set(words)
    words["Mask all of conv2"].trigger()
    menu.close()
    seen.settle()
    assert not seen.now.seen.look.outputs["conv2"].any()
    seen.window.feature(Inside).set_changes(())


def test_every_channel_masked_in_turn_is_a_bar_and_heat_on_the_card(seen, qtbot) -> None:
    masking = seen.window.feature(Masking)
    seen.take("conv1")
    seen.window.places.bottom.bring(masking.tab)
    QTest.mouseClick(masking.chart.button, LEFT, NONE, masking.chart.button.rect().center())
    qtbot.waitUntil(lambda: masking._now is None, timeout=WAIT)
    ablation = masking.chart.bars.ablation
    assert ablation.layer == "conv1" and ablation.baseline == pytest.approx(masked_accuracy(seen, None), abs=1e-6)
    assert list(ablation.masked) == pytest.approx([masked_accuracy(seen, channel) for channel in range(6)], abs=1e-6)
    assert seen.page.scene.cards["conv1"].face.heat == 1.0 and seen.page.scene.cards["conv2"].face.heat < 0
    seen.window.commands["workspace_build"].trigger()
    seen.window.commands["workspace_inside"].trigger()
    seen.settle()
    assert seen.page.scene.cards["conv1"].face.heat == 1.0, "what is known stays while one is elsewhere"
    document = seen.page.document
    document.edit_graph("Remove", document.experiment.graph.healed("act1"))
    seen.settle()
    assert all(card.face.heat < 0 for card in seen.page.scene.cards.values()), "of another network nothing is known"


def test_masking_that_was_stopped_begins_anew(seen, qtbot) -> None:
    masking = seen.window.feature(Masking)
    seen.take("fc1")
    masking.ask()
    qtbot.waitUntil(lambda: masking._now is not None and len(masking._now[1].accuracies) > 1, timeout=WAIT)
    masking.stop()
    assert masking._now is None
    masking.ask()
    qtbot.waitUntil(lambda: masking._now is None, timeout=WAIT)
    assert len(masking._masks[seen.page].layers["fc1"].accuracies) == 120


def test_a_change_can_be_taken_away_while_the_sample_changes(seen) -> None:
    seen.take("conv1")
    seen.window.feature(WhatIf).change("conv1", "mask", 1)
    seen.settle()
    seen.turn_to("Why")
    [button] = seen.panel.why.what_if.list.findChildren(QToolButton)
    QTest.mousePress(button, LEFT, NONE, button.rect().center())
    seen.window.feature(Inside).draw_again()
    seen.settle()
    QTest.mouseRelease(button, LEFT, NONE, button.rect().center())
    seen.settle()
    assert seen.now.changes == ()


def test_grad_cam_saliency_and_occlusion_are_shown_as_computed(seen, qtbot) -> None:
    seen.take("conv2")
    seen.turn_to("Why")
    look, lens = seen.now.seen.look, seen.now.seen.lens
    best = int(look.answer.argmax())
    shown = seen.panel.why.explained.picture
    assert np.allclose(shown._values, grad_cam(lens, look.x, "conv2", score_of(best)).over((28, 28)).numpy())
    seen.window.feature(Inside).ask_why("saliency", 3)
    seen.settle()
    gradient = lens.back(look.x, score_of(3)).of_x[0].abs().amax(0)
    assert np.allclose(shown._values, gradient.numpy(), atol=1e-6)
    seen.window.feature(Inside).ask_why("occlusion", None)
    occluding = seen.window.feature(Occluding)
    qtbot.waitUntil(lambda: occluding._found is not None and occluding._found.done == occluding._found.total,
                    timeout=WAIT)
    assert np.allclose(shown._values, occluding._found.lost.clamp(min=0).numpy())
    assert "Occlusion" in seen.panel.why.explained.words.text().replace("​", "")


def test_a_second_sample_lies_beside_the_first(seen, qtbot) -> None:
    two, strip = seen.window.feature(TwoSamples), seen.window.feature(ProbingExamples)
    seen.window.places.bottom.bring(two.tab)
    grid = seen.probe.examples.grid
    qtbot.waitUntil(lambda: len(grid.examples) > 3, timeout=WAIT)
    seen.probe.ensureWidgetVisible(grid)
    QTest.mouseClick(grid, LEFT, Qt.KeyboardModifier.ShiftModifier, grid.place(3).center().toPoint())
    seen.settle()
    assert seen.now.second is not None and strip is not None
    rows = {row.name: row for row in two.table.rows}
    one, other = seen.now.seen.look.outputs, seen.now.seen.other.outputs
    assert list(rows) == list(one)
    for name, row in rows.items():
        gap = float((one[name] - other[name]).norm())
        size = float(one[name].norm() + other[name].norm()) / 2
        assert row.relative == pytest.approx(gap / size if size else 0, rel=1e-4)
        assert np.allclose(row.difference, (one[name] - other[name])[0].numpy(), atol=1e-6)
    seen.window.feature(Inside).compare(None)
    seen.settle()
    assert not two.table.rows or two.table.empty.isVisible()


def test_a_small_experiment_is_one_click(seen, qtbot) -> None:
    experiments = seen.window.feature(SmallExperiments)
    before = seen.page.document.experiment
    experiments.bring()
    seen.settle()
    view = experiments.view
    qtbot.waitUntil(lambda: view.chosen != "", timeout=WAIT)
    view.choose("one-input")
    view.asked.emit("one-input")
    qtbot.waitUntil(lambda: experiments._job is None and view.finding("one-input") is not None, timeout=WAIT)
    finding = view.finding("one-input")
    assert finding.sentence and finding.pictures
    assert seen.page.document.experiment is before and not seen.page.document.dirty


def test_where_a_click_lies_beside_all_maps_the_card_alone_is_chosen(seen) -> None:
    item = seen.output("conv1")
    last = item.tiles()[-1]
    seen.click(item.mapToScene(QPointF(last.right() + 12, last.center().y())))
    seen.settle()
    assert seen.now.card == "conv1" and seen.now.unit is None
