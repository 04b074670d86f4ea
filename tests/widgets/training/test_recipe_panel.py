"""The recipe panel: every choice by hand, what matters in its place, what is live while training runs."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from engine.experiment.choices.measures import MEASURES
from engine.experiment.choices.optimizers import OPTIMIZERS
from engine.experiment.choices.precisions import PRECISIONS
from engine.experiment.choices.schedules import SCHEDULES
from engine.experiment.recipe import Recipe
from tests.in_front import in_front
from tests.legible import cut_words
from tests.widgets.training.recipe_hands import retype, row, settle, unfold
from widgets.fields.editors import ChoiceEditor, LineEditor
from widgets.look.text import tooltip
from widgets.parts.holder import Holder
from widgets.parts.scroll import ScrollPanel
from widgets.training.recipe_groups import relevant
from widgets.training.recipe_panel import RecipePanel
from widgets.training.recipe_scroll import RecipeScroll

# Said by the offscreen platform, which has no windows to size; no window system says it.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
COMMON = ("loss", "optimizer", "lr", "schedule", "warmup", "batch_size", "epochs")
RARE = ("weight_decay", "averaging", "clip_norm", "precision", "early_stop", "best_by", "seed", "folds")
LIVE = ("lr", "batch_size", "epochs", "weight_decay")


@pytest.fixture
def panel(qtbot: QtBot) -> RecipePanel:
    return in_front(qtbot, RecipePanel(), 300, 700)


@pytest.fixture
def opened(qtbot: QtBot) -> RecipePanel:
    panel = in_front(qtbot, RecipePanel(), 300, 1800)
    unfold(qtbot, panel)
    return panel


def shown(panel: RecipePanel) -> set[str]:
    return {name for name, each in panel.form.rows.items() if each.editor.isVisible() and each.label.isVisible()}


# -- typing and choosing --------------------------------------------------------------------------------------------


def test_numbers_are_typed(qtbot: QtBot, opened: RecipePanel) -> None:
    asked = []
    opened.recipe_changed.connect(lambda recipe, field: asked.append((getattr(recipe, field), field)))
    for name, text, value in (("lr", "1e-3", 1e-3), ("weight_decay", "0.01", 0.01), ("batch_size", "64", 64),
                              ("epochs", "3", 3), ("seed", "7", 7), ("folds", "5", 5), ("label_smoothing", "0.1", 0.1),
                              ("clip_norm", "2", 2.0), ("early_stop", "4", 4), ("warmup", "1.5", 1.5)):
        retype(qtbot, row(opened, name).editor, text)
        assert asked[-1] == (value, name) and getattr(opened.form.value, name) == value
        assert row(opened, name).editor.hasFocus() and row(opened, name).editor.text() == text
    count = len(asked)
    opened.show_recipe(Recipe(seed=9))
    assert len(asked) == count, "nobody typed"


def test_choices_have_human_names(panel: RecipePanel) -> None:
    for name, count in (("loss", 7), ("optimizer", len(OPTIMIZERS)), ("schedule", len(SCHEDULES)), ("averaging", 3),
                        ("initialization", 5), ("reduction", 2), ("class_weights", 2), ("best_by", len(MEASURES)),
                        ("schedule_by", 2), ("precision", len(PRECISIONS))):
        editor = row(panel, name).editor
        assert isinstance(editor, ChoiceEditor)
        labels = [editor.itemText(i) for i in range(editor.count())]
        assert len(labels) == len(set(labels)) == count
        assert all("_" not in label and (label[0].isupper() or label[0] == "½" or name == "precision")
                   for label in labels)
    said = row(panel, "initialization").editor
    assert [said.itemText(index) for index in range(5)] == [
        "PyTorch's own", "Xavier uniform", "Kaiming uniform", "Normal, σ = 0.01", "Normal, σ = 1"]


def test_momentum_is_there_for_the_optimizer_that_has_it(qtbot: QtBot, panel: RecipePanel) -> None:
    assert "momentum" not in shown(panel)
    optimizer = row(panel, "optimizer").editor
    optimizer.setFocus()
    with qtbot.waitSignal(panel.recipe_changed) as asked:
        qtbot.keyClick(optimizer, Qt.Key.Key_Down)
    recipe, field = asked.args
    assert (recipe.optimizer, field) == ("momentum", "optimizer")
    assert "momentum" in shown(panel) and optimizer.hasFocus()
    panel.show_recipe(Recipe(optimizer="adam"))
    assert "momentum" not in shown(panel)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [("batch_size", "x", "Batch size must be a whole number"), ("batch_size", "0", "Batch size must be at least 1"),
     ("lr", "nan", "Learning rate must be a finite number"), ("epochs", "-3", "Epochs must be at least 1")],
)
def test_a_bad_number_is_refused_in_place(qtbot: QtBot, panel: RecipePanel, name: str, text: str, reason: str) -> None:
    retype(qtbot, row(panel, name).editor, text)
    settle()
    error, editor = row(panel, name).error, row(panel, name).editor
    assert error.text().startswith(reason) and error.isVisible()
    assert panel.form.value == Recipe()
    assert error.x() == row(panel, name).label.x() and error.geometry().right() == editor.geometry().right()
    assert 0 < error.y() - editor.geometry().bottom() < 12
    qtbot.keyClick(editor, Qt.Key.Key_Tab)
    assert not error.isVisible()


def test_another_recipe_is_shown(panel: RecipePanel) -> None:
    panel.show_recipe(Recipe(lr=0.5, batch_size=32, loss="mse", schedule="cosine:end=0.1"))
    assert row(panel, "lr").editor.text() == "0.5"
    assert row(panel, "batch_size").editor.text() == "32"
    assert row(panel, "loss").editor.currentText() == "Mean squared error"
    assert row(panel, "schedule").editor.currentText() == "Cosine"
    assert row(panel, "schedule.end").editor.text() == "0.1"


# -- groups ---------------------------------------------------------------------------------------------------------


def test_rare_options_fold_away(qtbot: QtBot, panel: RecipePanel) -> None:
    assert shown(panel) == set(COMMON)
    fold = panel.form.folds["regularization"]
    row(panel, "epochs").editor.setFocus()
    qtbot.keyClick(row(panel, "epochs").editor, Qt.Key.Key_Tab)
    assert fold.hasFocus() and fold.arrowType() == Qt.ArrowType.RightArrow
    qtbot.keyClick(fold, Qt.Key.Key_Space)
    assert shown(panel) == {*COMMON, "weight_decay", "l1", "label_smoothing", "averaging"}
    assert fold.arrowType() == Qt.ArrowType.DownArrow
    qtbot.keyClick(fold, Qt.Key.Key_Tab)
    assert row(panel, "weight_decay").editor.hasFocus()
    qtbot.mouseClick(fold, Qt.MouseButton.LeftButton)
    assert shown(panel) == set(COMMON)
    for id in panel.form.folds:
        qtbot.mouseClick(panel.form.folds[id], Qt.MouseButton.LeftButton)
    assert shown(panel) > {*COMMON, *RARE}


def test_every_option_has_its_place(opened: RecipePanel) -> None:
    opened.show_recipe(Recipe(optimizer="momentum", weight_decay=0.1, schedule="cosine", warmup=1))
    assert shown(opened) == set(opened.form.rows) == set(Recipe.model_fields) - {"device"}


def test_nothing_acts_unseen(panel: RecipePanel) -> None:
    regular, judging = panel.form.folds["regularization"], panel.form.folds["judging"]
    assert (regular.text(), judging.text()) == ("Regularization", "Start and judging")
    assert "Weight decay, L1 decay" in regular.toolTip(), "what is behind it"
    panel.show_recipe(Recipe(folds=5, label_smoothing=0.1, weight_decay=1, decay_biases=False, averaging="ema"))
    assert (regular.text(), judging.text()) == ("Regularization · 4 set", "Start and judging · 1 set")
    assert judging.toolTip() == "<qt>Folds</qt>" and judging.accessibleName() == "Start and judging · 1 set"
    panel.show_recipe(Recipe(loss="mse", label_smoothing=0.1))  # which mean squared error does not use
    assert regular.text() == "Regularization"
    panel.show_recipe(Recipe(weight_decay=0.1))
    regular.click()
    assert (regular.text(), regular.toolTip()) == ("Regularization", "")


@pytest.mark.parametrize(
    ("recipe", "seen", "hidden"),
    [(Recipe(), {"label_smoothing", "class_weights"}, {"momentum", "decay_biases", "schedule_by", "warmup_start"}),
     (Recipe(loss="nll", warmup=1), {"class_weights", "warmup_start"}, {"label_smoothing"}),
     (Recipe(loss="huber", weight_decay=3, optimizer="rprop"), {"decay_biases"}, {"label_smoothing", "weight_decay"})],
)
def test_only_what_matters_is_shown(opened: RecipePanel, recipe: Recipe, seen: set[str], hidden: set[str]) -> None:
    opened.show_recipe(recipe)
    assert seen <= shown(opened) and not hidden & shown(opened)
    assert not any(row(opened, name).editor.isVisible() or row(opened, name).label.isVisible() for name in hidden)


STEADY = {"schedule_by", "warmup_start"}


@pytest.mark.parametrize(("recipe", "without"), [
    (Recipe(), {"momentum", "decay_biases", *STEADY}),
    (Recipe(optimizer="momentum", weight_decay=0.1), STEADY),
    (Recipe(optimizer="adam:amsgrad=yes", l1=0.1), {"momentum", *STEADY}),
    (Recipe(optimizer="rprop"), {"momentum", "weight_decay", "decay_biases", *STEADY}),
    (Recipe(loss="mse"), {"momentum", "decay_biases", "label_smoothing", "class_weights", *STEADY}),
    (Recipe(loss="nll"), {"momentum", "decay_biases", "label_smoothing", *STEADY}),
    (Recipe(schedule="cosine", warmup=2), {"momentum", "decay_biases"}),
    (Recipe(schedule="one_cycle", warmup=2), {"momentum", "decay_biases", "schedule_by"}),
    (Recipe(schedule="plateau"), {"momentum", "decay_biases", *STEADY}),
])  # fmt: skip
def test_which_options_change_anything(recipe: Recipe, without: set[str]) -> None:
    assert relevant(recipe) == set(Recipe.model_fields) - without


def test_the_loss_decides_at_once(qtbot: QtBot, opened: RecipePanel) -> None:
    loss = row(opened, "loss").editor
    loss.setFocus()
    with qtbot.waitSignal(opened.recipe_changed) as asked:
        qtbot.keyClick(loss, Qt.Key.Key_Down)
    assert asked.args[0].loss == "bce" and "label_smoothing" not in shown(opened)
    qtbot.keyClick(loss, Qt.Key.Key_Up)
    assert "label_smoothing" in shown(opened)


def test_typing_away_the_decay_keeps_the_field(qtbot: QtBot, opened: RecipePanel) -> None:
    opened.show_recipe(Recipe(weight_decay=3))
    biases = row(opened, "decay_biases").editor
    biases.setFocus()
    with qtbot.waitSignal(opened.recipe_changed) as asked:
        qtbot.keyClick(biases, Qt.Key.Key_Space)
    assert asked.args[0].decay_biases is False
    opened.show_recipe(Recipe())
    assert biases.isVisible() and biases.hasFocus(), "the keyboard is here"


# -- while it trains ------------------------------------------------------------------------------------------------


def test_while_training_what_is_live_is_open_and_waits_for_enter(qtbot: QtBot, opened: RecipePanel) -> None:
    opened.show_recipe(Recipe(optimizer="adam", schedule="step"))
    own = {name: row(opened, name).editor.toolTip() for name in opened.form.rows}
    before = row(opened, "loss").editor.mapTo(opened, QPoint())
    opened.set_locked(True, "Stop training to change this.", LIVE)
    settle()
    assert {name for name in opened.form.rows if row(opened, name).editor.isEnabled()} == set(LIVE)
    assert before == row(opened, "loss").editor.mapTo(opened, QPoint()), "nothing jumps"
    assert not opened.presets.isVisible()
    for name in ("loss", "schedule", "optimizer.beta1", "schedule.every"):
        assert row(opened, name).editor.toolTip() == "<qt>Stop training to change this.</qt>"
        assert not row(opened, name).editor.isEnabled()
    for name in opened.form.rows:
        assert row(opened, name).editor.toolTip() == row(opened, name).label.toolTip()
        assert bool(row(opened, name).editor.property("live")) is (name in LIVE)
    assert "next batch" in row(opened, "lr").editor.toolTip()
    rate = row(opened, "lr").editor
    assert isinstance(rate, LineEditor)
    with qtbot.assertNotEmitted(opened.recipe_changed):
        retype(qtbot, rate, "1e-3")
    with qtbot.waitSignal(opened.recipe_changed) as asked:
        qtbot.keyClick(rate, Qt.Key.Key_Return)
    assert (asked.args[0].lr, asked.args[1]) == (1e-3, "lr")
    with qtbot.assertNotEmitted(opened.recipe_changed):
        retype(qtbot, row(opened, "epochs").editor, "40")
    with qtbot.waitSignal(opened.recipe_changed) as asked:
        row(opened, "batch_size").editor.setFocus()
    assert (asked.args[0].epochs, asked.args[1]) == (40, "epochs")
    opened.show_recipe(Recipe(optimizer="nadam", schedule="step"))  # as undoing does: its options are made now
    assert not row(opened, "optimizer.beta1").editor.isEnabled()
    opened.set_locked(False)
    names = [*opened.form.rows, "optimizer.beta1", "schedule.every"]
    assert all(row(opened, name).editor.isEnabled() for name in names)
    assert opened.presets.isVisible() and not row(opened, "lr").editor.property("live")
    assert {name: row(opened, name).editor.toolTip() for name in own} == own | {
        "optimizer": tooltip(OPTIMIZERS["nadam"].about)}
    with qtbot.waitSignal(opened.recipe_changed):
        retype(qtbot, rate, "2")


def test_locked_without_a_reason_it_says_what_it_says_always(panel: RecipePanel) -> None:
    panel.set_locked(True)
    assert not any(row(panel, name).editor.isEnabled() for name in panel.form.rows)
    assert row(panel, "epochs").editor.toolTip() == row(panel, "epochs").hint
    assert panel.presets.isVisible() and not panel.presets.isEnabled()


# -- places and words -----------------------------------------------------------------------------------------------


def test_labels_left_editors_right_in_lines_of_36_pixels(opened: RecipePanel) -> None:
    opened.show_recipe(Recipe(optimizer="adam", schedule="cosine"))
    settle()
    names = ["loss", "optimizer", "optimizer.beta1", "optimizer.beta2", "optimizer.amsgrad", "lr", "schedule",
             "schedule.end", "schedule_by", "warmup", "batch_size", "epochs", "weight_decay"]
    places = [row(opened, name).editor.mapTo(opened, QPoint()) for name in names]
    assert len({place.x() for place in places}) == 1, "options stand below what they belong to"
    assert {row(opened, name).editor.geometry().right() for name in ("loss", "lr", "seed")} == {
        opened.form.width() - 1}
    assert all(later.y() - earlier.y() >= 36 for earlier, later in pairwise(places))
    assert [places[index + 1].y() - places[index].y() for index in (0, 6, 9, 10)] == [36] * 4
    for name in names:
        label = row(opened, name).label
        assert label.mapTo(opened, QPoint(label.width(), 0)).x() < places[0].x()
        assert abs(label.mapTo(opened, label.rect().center()).y() - row(opened, name).editor.mapTo(
            opened, row(opened, name).editor.rect().center()).y()) <= 1


def test_the_keyboard_goes_line_by_line(panel: RecipePanel, qtbot: QtBot) -> None:
    panel.show_recipe(Recipe(optimizer="adam", schedule="step"))
    panel.presets.setFocus()
    passed = []
    for _ in range(13):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        passed.append(QApplication.focusWidget().objectName())
    assert passed == ["loss", "optimizer", "", "lr", "schedule", "schedule.every", "schedule.factor", "schedule_by",
                      "warmup", "batch_size", "epochs", "", ""]
    assert panel.form.folds["steps"].hasFocus()
    qtbot.mouseClick(panel.form.options["optimizer"].fold, Qt.MouseButton.LeftButton)
    panel.show_recipe(Recipe(optimizer="rmsprop"))
    row(panel, "optimizer").editor.setFocus()
    passed = []
    for _ in range(6):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        passed.append(QApplication.focusWidget().objectName())
    assert passed == ["", "optimizer.alpha", "optimizer.eps", "optimizer.momentum", "optimizer.centered", "lr"]


def test_a_screen_reader_is_told_what_each_field_is(opened: RecipePanel) -> None:
    opened.show_recipe(Recipe(optimizer="adam", schedule="step"))
    names = [widget.accessibleName() for widget in opened.findChildren(QWidget)
             if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible()]
    assert all(names) and len(names) == len(set(names)) and "Beta 1 of Adam" in names and "Factor of Step" in names
    assert OPTIMIZERS["adam"].about in row(opened, "optimizer").editor.accessibleDescription()


@pytest.mark.usefixtures("font")
def test_nothing_is_clipped_in_the_narrowest_panel(opened: RecipePanel, qtbot: QtBot) -> None:
    fold = opened.form.options["optimizer"].fold
    assert fold is not None and fold.isChecked()
    for width in (228, 300, 480):
        opened.resize(width, 2400)
        for recipe in (Recipe(optimizer="momentum", weight_decay=0.1, warmup=1, schedule="one_cycle", averaging="swa"),
                       Recipe(optimizer="adagrad", schedule="plateau"), Recipe(optimizer="nadam", folds=3)):
            opened.show_recipe(recipe)
            opened.form.set_option("optimizer", "adamax")
            settle()
            assert cut_words(opened) == []
            for name, each in opened.form.rows.items():
                assert each.editor.geometry().right() <= opened.form.width(), name
    opened.set_locked(True, "Stop", LIVE)
    opened.resize(228, 2400)
    settle()
    assert cut_words(opened) == []


def test_beside_the_curves_it_scrolls_and_keeps_its_edges(qtbot: QtBot) -> None:
    panel = RecipePanel()
    scroll = in_front(qtbot, RecipeScroll(panel), 300, 270)
    unfold(qtbot, panel, "regularization", "steps")
    assert (scroll.minimumWidth(), scroll.maximumWidth()) == (244, 320)
    for width in (244, 320):
        scroll.resize(width, 270)
        settle()
        boxes = [each.editor for each in panel.form.rows.values() if each.editor.isVisible()]
        assert {box.mapTo(scroll, QPoint(box.width(), 0)).x() for box in boxes if isinstance(box, LineEditor)} == {
            width - 16}
        assert {each.label.mapTo(scroll, QPoint()).x() for each in panel.form.rows.values()
                if each.label.isVisible()} == {16}
    assert isinstance(scroll, ScrollPanel) and scroll.verticalScrollBar().isVisible()
    scroll.resize(320, 1200)
    settle()
    assert not scroll.verticalScrollBar().isVisible()
    assert panel.presets.mapTo(scroll, QPoint()).y() < 30, "at the top"
    assert row(panel, "loss").editor.mapTo(scroll, QPoint()).y() < 60


@pytest.mark.usefixtures("font")
def test_in_something_that_scrolls_it_is_whole(qtbot: QtBot) -> None:
    panel = RecipePanel()
    scroll = in_front(qtbot, ScrollPanel(), 280, 400)
    scroll.setWidget(Holder(panel))
    panel.show_recipe(Recipe(optimizer="adam", schedule="one_cycle", warmup=1, weight_decay=0.1))
    unfold(qtbot, panel)
    for width in (260, 320, 500):
        scroll.resize(width, 400)
        settle()
        assert panel.width() == width - 10 and panel.height() >= panel.heightForWidth(panel.width())
        last = row(panel, "test_curve")
        assert last.editor.mapTo(panel, QPoint(0, last.editor.height())).y() <= panel.height()
        assert cut_words(panel) == [] and not scroll.horizontalScrollBar().isVisible()


def test_lines_that_are_not_shown_leave_no_room(panel: RecipePanel) -> None:
    settle()
    height, fold = panel.form.sizeHint().height(), panel.form.folds["steps"]
    fold.click()
    settle()
    tall = panel.form.sizeHint().height()
    assert tall - height == 7 * 36
    panel.show_recipe(Recipe(loss="mse"))
    settle()
    assert tall - panel.form.sizeHint().height() == 36, "class weights are gone"
    panel.show_recipe(Recipe(schedule="step"))
    settle()
    assert panel.form.sizeHint().height() - tall == 3 * 36, "two options, and when it moves"
    panel.show_recipe(Recipe())
    fold.click()
    settle()
    assert panel.form.sizeHint().height() == height
