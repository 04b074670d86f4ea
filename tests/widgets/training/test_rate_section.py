"""The learning rate of a run: the line is what the engine foresees, on an axis that shows it, with its words."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.experiment.choices.schedules import SCHEDULES
from engine.experiment.moves import Held, Rate, rates
from engine.experiment.recipe import Recipe
from tests.in_front import in_front
from tests.legible import cut_words
from tests.painted import drawn as painted
from tests.painted import words
from tests.widgets.training.recipe_hands import settle
from widgets.training.rate_section import POINTS, RateSection, is_deep

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def section(qtbot: QtBot) -> RateSection:
    return in_front(qtbot, RateSection(), 280, 240)


def alone(recipe: Recipe, batches: int) -> list[Rate]:
    return rates([Held(0.0, recipe)], batches * recipe.batch_size, POINTS)


def show(section: RateSection, recipe: Recipe, batches: int = 0) -> None:
    section.show_recipes((Held(0.0, recipe),), batches * recipe.batch_size)


def drawn(section: RateSection, at: float) -> float:
    """What the plot says of a place when the mouse rests there."""
    section.plot.show_now(at)
    return float(section.plot.readout.split("·")[-1].replace("about", "").strip())


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_the_line_is_what_the_engine_foresees(section: RateSection, schedule: str) -> None:
    for recipe in (Recipe(schedule=schedule, epochs=30), Recipe(schedule=schedule, schedule_by="batch", warmup=3)):
        show(section, recipe, 50)
        points = alone(recipe, 50)
        for position, rate in (points[0], points[len(points) // 3], points[-1]):
            assert drawn(section, position) == pytest.approx(rate, rel=6e-3)
        assert drawn(section, recipe.epochs) == pytest.approx(points[-1][1], rel=6e-3), "it holds to the end"
        place = section.plot.point(*points[-1])
        assert section.plot.area.left() <= place.x() <= section.plot.area.right()
        measured = SCHEDULES[schedule].is_measured
        assert section.words.isVisible() == measured and ("nobody knows" in section.words.text()) == measured


def test_of_a_run_that_was_changed_each_part_is_as_it_was(section: RateSection) -> None:
    first = Recipe(schedule="cosine", epochs=20, lr=0.1)
    section.show_recipes((Held(0.0, first), Held(10.0, first.with_options(lr=1.0)),
                          Held(20.0, first.with_options(lr=1.0, epochs=40))), 50 * first.batch_size)
    for place, rate in ((0.0, 0.1), (9.98, 0.1 * first.lr_factor(10)), (10.0, 0.1 * first.lr_factor(10)),
                        (10.02, first.lr_factor(11)), (20.02, 0.5)):
        assert drawn(section, place) == pytest.approx(rate, rel=6e-3)
    assert "40 epochs" in words(painted(section.plot)) and not section.words.isVisible()
    section.show_recipes((Held(0.0, Recipe(schedule="plateau")), Held(5.0, Recipe(schedule="cosine"))))
    assert section.words.isVisible(), "what was is not known either"


def test_what_falls_far_is_drawn_by_factors_and_half_a_wave_is_not() -> None:
    def deep(**options: object) -> bool:
        return is_deep([rate for _, rate in alone(Recipe().with_options(**options), 100)])

    assert deep(schedule="exponential:factor=0.5", epochs=50) and deep(schedule="step:every=10", epochs=60)
    assert not deep(schedule="cosine", schedule_by="batch", epochs=50) and not deep(schedule="one_cycle", epochs=50)
    assert not deep() and not deep(schedule="linear") and not deep(schedule="exponential:factor=0")
    assert not deep(schedule="step:every=10", epochs=30), "100 times is no more than a line can show"


def test_no_number_is_said_that_is_only_guessed(section: RateSection) -> None:
    recipe = Recipe(schedule="cosine", schedule_by="batch", lr=0.3)
    show(section, recipe)
    section.plot.show_now(5.0)
    assert section.plot.readout == "epoch 5 · about 0.15"
    assert section.plot.accessibleDescription() == "up to 0.3"
    show(section, recipe, 100)
    assert section.plot.readout == "epoch 5 · 0.15"
    assert section.plot.accessibleDescription() == "from ≈ 0 to 0.3"


def test_where_the_run_is_and_what_the_mouse_reads(section: RateSection, qtbot: QtBot) -> None:
    show(section, Recipe(schedule="linear", epochs=10, lr=1.0), 100)
    assert section.plot.readout == ""
    section.plot.show_now(2.5)
    assert section.plot.readout == "epoch 3 · 50 % · 0.8", "a schedule by epochs"
    area = section.plot.area.toRect()
    qtbot.mouseMove(section.plot, QPoint(area.left() + 2 * area.width() // 10, area.center().y()))
    qtbot.mouseMove(section.plot, QPoint(area.center().x(), area.center().y()))
    assert section.plot.readout in ("epoch 5 · 95 % · 0.6", "epoch 5 · 0.5", "epoch 6 · 4 % · 0.5")
    QApplication.sendEvent(section.plot, QEvent(QEvent.Type.Leave))
    assert section.plot.readout == "epoch 3 · 50 % · 0.8"


@pytest.mark.usefixtures("font")
def test_its_words_are_not_cut(section: RateSection) -> None:
    show(section, Recipe(schedule="plateau"))
    section.resize(228, 300)
    settle()
    assert cut_words(section) == [] and section.words.isVisible()
