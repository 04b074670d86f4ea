"""The doctor beside the curves: what it says of a run, what a cure would do and does, and nothing is said twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.features.cures import offered
from app.features.doctor import Doctor
from app.features.documents import Documents
from app.features.health import Health
from app.features.previewing import Previewing
from app.features.run_book import RunBook
from app.window.window import MainWindow
from engine.messages import say
from engine.runs.folder import record
from engine.runs.naming import new_run_folder
from engine.training.doctor.born import Born
from engine.training.doctor.values import LayerHealth
from engine.training.events import EpochEnded, Finished, NumbersEnded
from engine.training.values import Metrics, Remark, Summary
from tests.app.features.sick_run import DEAD, NAN, RISING, STARTED, examined, lenet
from tests.app.threads import FakeThread, hear
from tests.app.windows import lent, shared
from widgets.health.doctor_section import DoctorSection
from widgets.health.finding_card import FindingCard
from widgets.results.born import BornPage

LEFT = Qt.MouseButton.LeftButton
SICK = lenet(act2=LayerHealth(0.1, 0.2, 0.41, NAN, NAN, NAN))


@pytest.fixture(scope="module")
def whole(request: pytest.FixtureRequest) -> Iterator[MainWindow]:
    with shared(request, (1500, 1300)) as window:
        yield window


@pytest.fixture
def window(whole, qtbot, monkeypatch) -> Iterator[MainWindow]:
    monkeypatch.setattr("app.features.trainer.TrainingThread", FakeThread)
    monkeypatch.setattr(RunBook, "refresh", lambda _book: None)  # it would read a second later, in another test
    with lent(whole, qtbot, "gallery:lenet-conv-relu") as window:
        window.places.stage.choose("train")
        yield window
        if window.page is not None and window.feature(Doctor)._training.trainer.state != "idle":
            hear(window, over=True)
        window.places.stage.choose("build")


def section(window: MainWindow) -> DoctorSection:
    return window.places.column.findChild(DoctorSection)


def card(window: MainWindow, headline: str) -> FindingCard:
    return next(card for card in section(window).cards if card.shown.headline == headline)


def headlines(window: MainWindow) -> list[str]:
    return [card.headline.text() for card in section(window).cards]


def begin(window: MainWindow, *events: object) -> None:
    window.commands["train"].trigger()
    hear(window, STARTED, *events)


def test_a_quiet_sentence_then_healthy_then_what_was_found(window):
    assert headlines(window) == [] and section(window).words.text().startswith("While the network learns")
    begin(window)
    assert section(window).words.text() == "Looking at the first steps…"
    hear(window, *examined(lenet()))
    assert headlines(window) == ["Gradients, updates, activations: healthy"] and section(window).words.isHidden()
    assert section(window).cards[0].shown.tone == "ok"
    hear(window, DEAD, Remark("early stop", say("It ends early")))
    assert headlines(window) == ["act2: units that never answer"]
    hear(window, RISING)
    assert headlines(window) == ["The loss rises", "act2: units that never answer"], "the gravest first"
    assert [each.shown.tone for each in section(window).cards] == ["error", "warn"]


def test_a_card_leads_to_its_layer_and_a_cure_is_seen_before_it_is_done(window):
    page, found = window.page, "act2: units that never answer"

    def detail() -> str:
        return page.scene.cards["act2"].face.detail

    page.scene.select([])
    begin(window, *examined(SICK), DEAD)
    before = page.document.experiment
    QTest.mouseClick(card(window, found), LEFT, pos=QPoint(20, 14))
    assert page.scene.selected_names() == ["act2"]
    assert card(window, found).isVisible(), "what may help stays in sight"
    cures = offered(before, DEAD)
    link = next(link for link, cure in zip(card(window, found).links, cures, strict=False)
                if cure.of(before).graph != before.graph)
    after = cures[card(window, found).links.index(link)].of(before)
    link.pointed_at.emit(True)
    assert "Leaky ReLU" in detail() and window.feature(Previewing).is_on
    assert page.document.experiment is before, "it is only looked at"
    link.pointed_at.emit(False)
    assert "Leaky ReLU" not in detail() and not window.feature(Previewing).is_on
    text = link.text()
    QTest.mouseClick(link, LEFT)
    assert page.document.experiment.graph.nodes["act2"].layer == after.graph.nodes["act2"].layer
    assert page.document.history.undo_text == text and len(page.document.history.earlier) == 1
    assert text not in [each.text() for each in card(window, found).links], "it would change nothing any more"


def test_a_run_that_goes_on_is_begun_again_with_the_cure(window, qtbot):
    begin(window, *examined(SICK), RISING)
    found = card(window, "The loss rises")
    assert "Start again with it" not in [link.text() for link in found.links]
    thread = FakeThread.newest
    QTest.mouseClick(found.links[0], LEFT)
    again = next(link for link in card(window, "The loss rises").links if link.text() == "Start again with it")
    QTest.mouseClick(again, LEFT)
    assert thread.control.stopped and FakeThread.newest is thread, "the one that goes on ends first"
    hear(window, over=True)
    qtbot.waitUntil(lambda: FakeThread.newest is not thread)
    assert FakeThread.newest.going.experiment.recipe.lr == 0.001
    assert headlines(window) == []


def test_what_is_seen_beside_the_curves_is_not_said_over_the_canvas(window):
    page = window.page
    begin(window, *examined(SICK), RISING, Remark("early stop", say("It ends early")))
    assert page.notice.text.text() == "It ends early"
    page.notice.dismiss()
    window.places.stage.choose("build")
    hear(window, DEAD)
    assert page.notice.isVisible() and "give 0 for every example" in page.notice.text.text()
    cures = [link.text() for link in card(window, "The loss rises").links]
    assert cures and page.notice.buttons
    window.places.stage.choose("train")
    assert page.notice.isHidden() and "act2: units that never answer" in headlines(window)


def test_nobody_is_examined_where_it_is_switched_off(window):
    switch = section(window).switch
    assert switch.isChecked()
    QTest.mouseClick(switch, LEFT, pos=QPoint(8, switch.height() // 2))
    assert not window.settings.doctor
    begin(window)
    assert FakeThread.newest.given[-1] is False
    assert section(window).words.text() == "Layers are not examined; what the losses tell is said here."
    QTest.mouseClick(switch, LEFT, pos=QPoint(8, switch.height() // 2))
    assert window.settings.doctor and FakeThread.newest.given[-1] is False, "it counts from the next run on"


def test_what_was_found_in_the_last_run_is_known_when_its_network_is_opened_again(whole, qtbot):
    with lent(whole, qtbot, "gallery:lenet-conv-relu") as window:
        experiment, runs = window.page.document.experiment, window.settings.runs
        metrics = Metrics(1.0, 0.5)
        summary = Summary(1, 1, metrics, metrics, metrics, 1.0, "cpu", 1, 0)
        folder = new_run_folder(runs, window.page.document.network)
        list(record([STARTED, RISING, EpochEnded(1, metrics, metrics, True, {"w": torch.ones(1)}),
                     Finished(summary, False)], experiment, folder))
        window.close_page(0)
        window.feature(Documents).open("gallery:lenet-conv-relu")
        window.places.stage.choose("train")
        window.feature(RunBook).refresh()
        qtbot.waitUntil(lambda: headlines(window) == ["The loss rises"], timeout=20_000)
        window.page.document.edit("other", replace(experiment, recipe=experiment.recipe.with_options(lr=0.5)))
        assert headlines(window) == ["The loss rises"] and card(window, "The loss rises").links
        window.places.stage.choose("build")


def test_numbers_that_are_none_are_shown_with_the_layer_that_gave_them(window):
    page = window.page
    given, gave = torch.ones(4, 6, 3, 3), torch.zeros(4, 16, 2, 2)
    gave[2, 5] = torch.nan
    born = Born("conv2", "forward", 2, 7, say("{place} gave {what}", place="conv2", what="nan"),
                torch.linspace(-1, 2, 4 * 784).reshape(4, 1, 28, 28), torch.arange(4), given, gave, (2,))
    begin(window, *examined(lenet()))
    hear(window, NumbersEnded(born), say("The loss became nan"), over=True)
    assert headlines(window) == ["Not a number"] and card(window, "Not a number").sentence.text() == "conv2 gave nan"
    assert page.scene.cards["conv2"].face.ill == "error" and page.scene.cards["conv1"].face.ill == ""
    assert page.notice.text.text() == "The loss became nan"
    [show] = page.notice.buttons
    QTest.mouseClick(show, LEFT)
    assert page.notice.isHidden()
    shown = window.places.bottom.findChild(BornPage)
    assert shown.isVisible() and shown.title.text() == "conv2 gave nan"
    assert [each.key for each in shown.examples.examples] == [2, 0, 1, 3], "those that it is about first"
    assert "−1 … 2" in shown.facts.text() and "1 of 4 examples" in shown.facts.text()
    assert shown.which.currentText() == "What conv2 gave" and "4 of 64 are no numbers" in shown.told.text()
    assert shown.values.values.shape == (16, 2, 2)
    page.scene.select([])
    QTest.mouseClick(shown.open_layer, LEFT)
    assert page.scene.selected_names() == ["conv2"]
    QTest.mouseClick(shown.back, LEFT)
    assert not shown.isVisible() and window.feature(Health)._page.isVisible()
