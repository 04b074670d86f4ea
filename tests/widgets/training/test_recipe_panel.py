"""The recipe panel: every choice by hand, momentum where it belongs, locked while training runs."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from engine.experiment.choices.measures import MEASURES
from engine.experiment.choices.optimizers import OPTIMIZERS
from engine.experiment.recipe import Recipe
from tests.in_front import in_front
from tests.legible import cut_words
from widgets.fields.editors import ChoiceEditor, LineEditor
from widgets.fields.form import Row
from widgets.parts.scroll import ScrollPanel
from widgets.training.recipe_panel import RecipeForm, RecipePanel, relevant

# Said by the offscreen platform, which has no windows to size; no window system says it.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def panel(qtbot: QtBot) -> RecipePanel:
    return in_front(qtbot, RecipePanel(), 300, 270)


def form(panel: RecipePanel) -> RecipeForm:
    return panel.findChild(RecipeForm)


def row(panel: RecipePanel, name: str) -> Row:
    return form(panel).rows[name]


def retype(qtbot: QtBot, editor: QWidget, text: str) -> None:
    qtbot.mouseClick(editor, Qt.MouseButton.LeftButton)
    qtbot.keyClick(editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(editor, text)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [("lr", "1e-3", 1e-3), ("weight_decay", "0.01", 0.01), ("batch_size", "64", 64), ("epochs", "3", 3),
     ("seed", "7", 7)],
)
def test_numbers_are_typed(qtbot: QtBot, panel: RecipePanel, name: str, text: str, value: float) -> None:
    with qtbot.waitSignal(panel.recipe_changed):
        retype(qtbot, row(panel, name).editor, text)
    assert getattr(form(panel).value, name) == value
    assert row(panel, name).editor.hasFocus()
    assert row(panel, name).editor.text() == text


@pytest.mark.parametrize(
    ("name", "count"), [("loss", 7), ("optimizer", len(OPTIMIZERS)), ("initialization", 5), ("reduction", 2),
                        ("class_weights", 2), ("best_by", len(MEASURES)), ("schedule_by", 2)],
)
def test_choices_have_human_names(panel: RecipePanel, name: str, count: int) -> None:
    editor = row(panel, name).editor
    assert isinstance(editor, ChoiceEditor)
    labels = [editor.itemText(i) for i in range(editor.count())]
    assert len(labels) == count
    for label in labels:
        assert "_" not in label
        assert label[0].isupper() or label[0] == "½"


def test_momentum_is_there_for_the_optimizer_that_has_it(qtbot: QtBot, panel: RecipePanel) -> None:
    assert not row(panel, "momentum").editor.isVisible()
    optimizer = row(panel, "optimizer").editor
    optimizer.setFocus()
    with qtbot.waitSignal(panel.recipe_changed) as asked:
        qtbot.keyClick(optimizer, Qt.Key.Key_Down)
    recipe, field = asked.args
    assert (recipe.optimizer, field) == ("momentum", "optimizer")
    assert row(panel, "momentum").editor.isVisible()
    assert optimizer.hasFocus()
    panel.show_recipe(Recipe(optimizer="adam"))
    assert not row(panel, "momentum").editor.isVisible()


def test_an_optimizers_options_stay_until_another_is_chosen(qtbot: QtBot, panel: RecipePanel) -> None:
    panel.show_recipe(Recipe(optimizer="adam:amsgrad=yes"))
    assert row(panel, "optimizer").editor.currentText() == "Adam"
    with qtbot.waitSignal(panel.recipe_changed) as asked:
        retype(qtbot, row(panel, "lr").editor, "0.5")
    assert asked.args[0].optimizer == "adam:amsgrad=yes"
    with qtbot.waitSignal(panel.recipe_changed) as asked:
        qtbot.keyClick(row(panel, "optimizer").editor, Qt.Key.Key_Down)
    assert asked.args[0].optimizer == "adamw"


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [("batch_size", "x", "Batch size must be a whole number"), ("batch_size", "0", "Batch size must be at least 1"),
     ("lr", "nan", "Learning rate must be a finite number"), ("lr", "-1", "Learning rate must be more than 0"),
     ("epochs", "-3", "Epochs must be at least 1")],
)
def test_a_bad_number_is_refused_in_place(qtbot: QtBot, panel: RecipePanel, name: str, text: str, reason: str) -> None:
    retype(qtbot, row(panel, name).editor, text)
    assert row(panel, name).error.text().startswith(reason)
    assert row(panel, name).error.isVisible()
    assert form(panel).value == Recipe()
    qtbot.keyClick(row(panel, name).editor, Qt.Key.Key_Tab)
    assert not row(panel, name).error.isVisible()


def test_while_training_only_the_learning_rate_is_open_and_waits_for_enter(qtbot: QtBot, panel: RecipePanel) -> None:
    panel.set_locked(True, "Stop training to change this.")
    assert [name for name in form(panel).rows if row(panel, name).editor.isEnabled()] == ["lr"]
    assert "Stop training" in row(panel, "epochs").editor.toolTip()
    rate = row(panel, "lr").editor
    assert isinstance(rate, LineEditor)
    with qtbot.assertNotEmitted(panel.recipe_changed):
        retype(qtbot, rate, "1e-3")
    with qtbot.waitSignal(panel.recipe_changed) as asked:
        qtbot.keyClick(rate, Qt.Key.Key_Return)
    assert (asked.args[0].lr, asked.args[1]) == (1e-3, "lr")
    panel.set_locked(False)
    assert all(row(panel, name).editor.isEnabled() for name in form(panel).rows)
    assert "Stop training" not in row(panel, "epochs").editor.toolTip()
    with qtbot.waitSignal(panel.recipe_changed):
        retype(qtbot, rate, "2")


def test_another_recipe_is_shown(panel: RecipePanel) -> None:
    panel.show_recipe(Recipe(lr=0.5, batch_size=32, loss="mse"))
    assert row(panel, "lr").editor.text() == "0.5"
    assert row(panel, "batch_size").editor.text() == "32"
    assert row(panel, "loss").editor.currentText() == "Mean squared error"


@pytest.fixture
def opened(qtbot: QtBot, panel: RecipePanel) -> RecipePanel:
    qtbot.mouseClick(form(panel).more, Qt.MouseButton.LeftButton)
    return panel


def test_rare_options_fold_away(qtbot: QtBot, panel: RecipePanel) -> None:
    rare = ("reduction", "folds", "class_weights", "label_smoothing")
    common = ("loss", "optimizer", "lr", "batch_size", "epochs", "weight_decay", "seed", "initialization")
    assert all(row(panel, name).editor.isVisible() for name in common)
    assert not any(row(panel, name).editor.isVisible() for name in rare)
    row(panel, "seed").editor.setFocus()
    qtbot.keyClick(row(panel, "seed").editor, Qt.Key.Key_Tab)
    assert form(panel).more.hasFocus()
    qtbot.keyClick(form(panel).more, Qt.Key.Key_Space)
    assert all(row(panel, name).editor.isVisible() for name in rare)
    qtbot.keyClick(form(panel).more, Qt.Key.Key_Tab)
    assert row(panel, "reduction").editor.hasFocus()
    qtbot.mouseClick(form(panel).more, Qt.MouseButton.LeftButton)
    assert not any(row(panel, name).editor.isVisible() for name in rare)


def test_every_option_has_its_place(opened: RecipePanel) -> None:
    opened.show_recipe(Recipe(optimizer="momentum", weight_decay=0.1, precision="bfloat16", schedule="cosine",
                              warmup=1))
    assert set(form(opened).rows) == set(Recipe.model_fields) - {"device"}
    assert all(form(opened).rows[name].editor.isVisible() for name in form(opened).rows)


def test_nothing_acts_unseen(panel: RecipePanel) -> None:
    assert form(panel).more.text() == "More"
    panel.show_recipe(Recipe(folds=5, label_smoothing=0.1))
    assert form(panel).more.text() == "More · 2 set"
    assert "Folds" in form(panel).more.toolTip()
    panel.show_recipe(Recipe(loss="mse", label_smoothing=0.1))  # which mean squared error does not use
    assert form(panel).more.text() == "More"


@pytest.mark.parametrize(
    ("recipe", "shown", "hidden"),
    [(Recipe(), {"label_smoothing", "class_weights"}, {"momentum", "decay_biases"}),
     (Recipe(loss="nll"), {"class_weights"}, {"label_smoothing"}),
     (Recipe(loss="mse"), {"reduction", "folds"}, {"label_smoothing", "class_weights"}),
     (Recipe(loss="huber", weight_decay=3), {"decay_biases"}, {"label_smoothing", "class_weights"})],
)
def test_only_what_matters_is_shown(opened: RecipePanel, recipe: Recipe, shown: set[str], hidden: set[str]) -> None:
    opened.show_recipe(recipe)
    assert all(row(opened, name).editor.isVisible() for name in shown)
    assert not any(row(opened, name).editor.isVisible() or row(opened, name).label.isVisible() for name in hidden)


def test_the_loss_decides_at_once(qtbot: QtBot, opened: RecipePanel) -> None:
    loss = row(opened, "loss").editor
    loss.setFocus()
    with qtbot.waitSignal(opened.recipe_changed) as asked:
        qtbot.keyClick(loss, Qt.Key.Key_Down)
    assert asked.args[0].loss == "bce"
    assert not row(opened, "label_smoothing").editor.isVisible()
    qtbot.keyClick(loss, Qt.Key.Key_Up)
    assert row(opened, "label_smoothing").editor.isVisible()


@pytest.mark.parametrize(("name", "text", "value"), [("folds", "5", 5), ("label_smoothing", "0.1", 0.1)])
def test_rare_numbers_are_typed_too(qtbot: QtBot, opened: RecipePanel, name: str, text: str, value: float) -> None:
    with qtbot.waitSignal(opened.recipe_changed):
        retype(qtbot, row(opened, name).editor, text)
    assert getattr(form(opened).value, name) == value


def test_typing_away_the_decay_keeps_the_field(qtbot: QtBot, opened: RecipePanel) -> None:
    opened.show_recipe(Recipe(weight_decay=3))
    biases = row(opened, "decay_biases").editor
    biases.setFocus()
    with qtbot.waitSignal(opened.recipe_changed) as asked:
        qtbot.keyClick(biases, Qt.Key.Key_Space)
    assert asked.args[0].decay_biases is False
    opened.show_recipe(Recipe())
    assert biases.isVisible()  # the keyboard is here
    assert biases.hasFocus()


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize("width", [244, 300])
def test_nothing_is_clipped_in_the_narrowest_panel(opened: RecipePanel, width: int) -> None:
    opened.resize(width, 900)
    opened.show_recipe(Recipe(optimizer="momentum", weight_decay=0.1))
    for _ in range(3):
        QApplication.processEvents()
    for each in form(opened).rows.values():
        assert each.editor.geometry().right() <= form(opened).width()
    assert cut_words(opened) == []


# -- places and words -----------------------------------------------------------------------------------------------


def test_words_left_numbers_right(opened: RecipePanel) -> None:
    opened.resize(300, 900)
    opened.show_recipe(Recipe(optimizer="momentum", weight_decay=0.1))
    for _ in range(3):
        QApplication.processEvents()
    rows = form(opened).rows
    lines = [("loss", "batch_size"), ("initialization", "epochs"), ("optimizer", "lr"),
             ("weight_decay", "seed", "momentum"), ("reduction", "folds"), ("class_weights", "label_smoothing"),
             ("decay_biases",)]
    tops = []
    for line in lines:
        boxes = [rows[name].editor.geometry() for name in line]
        assert len({box.top() for box in boxes}) == 1
        assert all(one.right() < other.left() for one, other in pairwise(boxes))
        tops.append(boxes[0].top())
        for name in line:
            label = rows[name].label.geometry()
            assert label.left() == rows[name].editor.x()
            assert label.bottom() < rows[name].editor.y() < label.bottom() + 8
    assert all(later - earlier > 40 for earlier, later in pairwise(tops))
    assert tops[3] < form(opened).more.y() < tops[4]
    assert rows["loss"].editor.width() > 1.3 * rows["batch_size"].editor.width()


def test_what_is_wrong_is_said_over_the_whole_width(qtbot: QtBot, panel: RecipePanel) -> None:
    panel.resize(300, 900)
    retype(qtbot, row(panel, "epochs").editor, "0")
    QApplication.processEvents()
    error, editor = row(panel, "epochs").error, row(panel, "epochs").editor
    assert error.isVisible()
    assert error.x() == row(panel, "loss").editor.x()
    assert error.geometry().right() == editor.geometry().right()
    assert editor.geometry().bottom() < error.y() < row(panel, "lr").editor.y()


def test_the_keyboard_goes_line_by_line(panel: RecipePanel, qtbot: QtBot) -> None:
    passed = []
    row(panel, "loss").editor.setFocus()
    for _ in range(8):
        passed.append(QApplication.focusWidget().objectName())
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert passed == ["loss", "batch_size", "initialization", "epochs", "optimizer", "lr", "weight_decay", "seed"]
    assert form(panel).more.hasFocus()


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
    assert relevant(recipe) == set(Recipe.model_fields) - without - {"precision"}  # of few devices, and never the usual


def test_the_fold_says_whether_it_is_open_and_what_it_hides(panel: RecipePanel) -> None:
    more = form(panel).more
    panel.show_recipe(Recipe(folds=5))
    assert (more.text(), more.toolTip()) == ("More · 1 set", "<qt>Folds</qt>")
    assert more.arrowType() == Qt.ArrowType.RightArrow
    more.click()
    assert (more.text(), more.arrowType()) == ("More", Qt.ArrowType.DownArrow)
    more.click()
    panel.show_recipe(Recipe(weight_decay=0.1, decay_biases=not Recipe().decay_biases))
    assert more.text() == "More · 1 set"
    panel.show_recipe(Recipe())
    assert (more.text(), more.toolTip()) == ("More", "")


def test_hints_while_training_runs(panel: RecipePanel) -> None:
    own = {name: row(panel, name).hint for name in form(panel).rows}
    for reason, said in (("Stop first.", "<qt>Stop first.</qt>"), ("", own["epochs"])):
        panel.set_locked(True, reason)
        assert row(panel, "epochs").editor.toolTip() == row(panel, "epochs").label.toolTip() == said
        assert row(panel, "lr").editor.toolTip() == "<qt>Enter puts it to use at once.</qt>"
    panel.set_locked(False, "Stop first.")
    assert {name: row(panel, name).editor.toolTip() for name in own} == own


def test_names_of_what_can_be_chosen(panel: RecipePanel) -> None:
    said = {name: [editor.itemText(index) for index in range(editor.count())]
            for name in ("optimizer", "initialization", "class_weights") for editor in [row(panel, name).editor]}
    assert said["optimizer"] == [row.title for row in OPTIMIZERS.values()]
    assert said["initialization"] == ["PyTorch's own", "Xavier uniform", "Kaiming uniform", "Normal, σ = 0.01",
                                      "Normal, σ = 1"]
    assert said["class_weights"][0] == "All the same"


def test_labels_take_two_lines_where_there_is_no_room(opened: RecipePanel) -> None:
    labels = [each.label for each in form(opened).rows.values()]
    form(opened).fit(10)
    assert all(label.wordWrap() for label in labels)
    form(opened).fit(2000)
    assert not any(label.wordWrap() for label in labels)


def test_the_panel_scrolls_and_keeps_its_edges(opened: RecipePanel) -> None:
    for width in (244, 304):
        opened.resize(width, 270)
        for _ in range(3):
            QApplication.processEvents()
        boxes = [QRect(each.editor.mapTo(opened, QPoint()), each.editor.size())
                 for each in form(opened).rows.values() if each.editor.isVisible()]
        assert min(box.left() for box in boxes) == 16
        assert max(box.right() for box in boxes) == width - 16 - 1
    assert opened.minimumWidth() == 244 and opened.maximumWidth() == 304
    assert opened.findChild(ScrollPanel).verticalScrollBar().isVisible()
    opened.resize(304, 1200)
    for _ in range(3):
        QApplication.processEvents()
    assert not opened.findChild(ScrollPanel).verticalScrollBar().isVisible()
    assert row(opened, "loss").label.mapTo(opened, QPoint()).y() < 30, "at the top"


def test_the_three_columns_are_of_one_width(panel: RecipePanel) -> None:
    panel.resize(304, 600)
    panel.show_recipe(Recipe(optimizer="momentum"))
    for _ in range(3):
        QApplication.processEvents()
    widths = [row(panel, name).editor.width() for name in ("weight_decay", "seed", "momentum")]
    assert max(widths) - min(widths) <= 1
    assert row(panel, "loss").editor.width() == pytest.approx(2 * widths[0] + 8, abs=2)
    assert {row(panel, name).label.property("role") for name in form(panel).rows} == {"small"}


def test_lines_that_are_not_shown_leave_no_room(panel: RecipePanel, qtbot: QtBot) -> None:
    panel.resize(304, 900)

    def heights() -> tuple[int, int]:
        for _ in range(3):
            QApplication.processEvents()
        more = form(panel).more
        return more.y(), form(panel).sizeHint().height() - more.geometry().bottom()

    fold, below = heights()
    assert below < 30
    form(panel).more.click()
    assert heights()[0] == fold and heights()[1] > 100
    tall = heights()[1]
    panel.show_recipe(Recipe(loss="mse"))
    assert heights()[1] < tall - 40, "class weights and smoothing are gone"
    form(panel).more.click()
    assert heights() == (fold, below)


def test_the_fold_is_as_wide_as_its_words(panel: RecipePanel) -> None:
    panel.show_recipe(Recipe(folds=5))
    QApplication.processEvents()
    more = form(panel).more
    assert more.width() == more.sizeHint().width() < 200 and more.x() == row(panel, "loss").editor.x()
    assert more.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonTextBesideIcon and more.isCheckable()


def test_another_font_is_fitted(panel: RecipePanel, monkeypatch: pytest.MonkeyPatch) -> None:
    fitted = []
    monkeypatch.setattr(RecipeForm, "fit", lambda _self, room: fitted.append(room))
    QApplication.sendEvent(panel, QEvent(QEvent.Type.StyleChange))
    assert fitted == [panel.width() - 32]
    QApplication.sendEvent(panel, QEvent(QEvent.Type.ToolTipChange))
    assert len(fitted) == 1
    panel.resize(270, 270)
    assert fitted[1:] == [270 - 32]


def test_what_is_typed_goes_out_with_its_name(panel: RecipePanel, qtbot: QtBot) -> None:
    asked = []
    panel.recipe_changed.connect(lambda recipe, field: asked.append((recipe.seed, field)))
    retype(qtbot, row(panel, "seed").editor, "7")
    assert asked == [(7, "seed")]
    panel.show_recipe(Recipe(seed=9))
    assert asked == [(7, "seed")], "nobody typed"


def test_the_rate_is_told_while_it_waits_and_not_after(panel: RecipePanel) -> None:
    panel.set_locked(True)
    assert row(panel, "epochs").editor.isEnabled() is False
    assert row(panel, "epochs").editor.toolTip() == row(panel, "epochs").hint
    panel.set_locked(False)
    assert row(panel, "lr").editor.toolTip() == row(panel, "lr").hint


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize("width", [280, 304, 500])
def test_in_a_place_that_scrolls_by_itself_it_is_whole(qtbot: QtBot, panel: RecipePanel, width: int) -> None:
    panel.set_whole(True)
    for _ in range(3):  # labels of two lines ask for more height once they are as narrow
        panel.resize(width, panel.minimumHeight())
        QApplication.processEvents()
    assert panel.width() == width and cut_words(panel) == []
    scroll = panel.findChild(ScrollPanel)
    assert scroll.verticalScrollBar().maximum() == 0
    before = panel.minimumHeight()
    qtbot.mouseClick(form(panel).more, Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    assert panel.minimumHeight() > before, "it grows with what is unfolded"
    panel.set_whole(False)
    assert panel.maximumWidth() == 304 and panel.minimumHeight() == 0
