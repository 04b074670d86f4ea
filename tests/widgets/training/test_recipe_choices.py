"""What is chosen by hand: every optimizer, schedule and averaging with each of its options; presets; the usual rate."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape, unescape

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from engine.experiment.choices.averages import AVERAGES
from engine.experiment.choices.choice import Option, choice_of
from engine.experiment.choices.optimizers import OPTIMIZERS
from engine.experiment.choices.schedules import SCHEDULES
from engine.experiment.presets import PRESETS, with_preset
from engine.experiment.recipe import Recipe
from engine.messages import say
from tests.in_front import in_front
from tests.widgets.training.recipe_hands import LEFT, pick, retype, row, settle, unfold
from widgets.fields.editors import ChoiceEditor, LineEditor, SwitchEditor
from widgets.training.recipe_panel import RecipePanel

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", "does not support raise", "grabbing the keyboard")
TABLES = {"optimizer": OPTIMIZERS, "schedule": SCHEDULES, "averaging": AVERAGES}
Asked = list[tuple[Recipe, str]]


@pytest.fixture
def panel(qtbot: QtBot) -> RecipePanel:
    panel = in_front(qtbot, RecipePanel(), 320, 1600)
    unfold(qtbot, panel)
    return panel


@pytest.fixture
def asked(panel: RecipePanel) -> Asked:
    found: Asked = []
    panel.recipe_changed.connect(lambda recipe, field: found.append((recipe, field)))
    return found


def others(option: Option) -> Iterator[tuple[str, object]]:
    """What is typed, and the value it means: another than the usual one, and the bounds that are allowed."""
    if option.is_list:
        yield "3, 5", (3.0, 5.0)
        yield "4+6+7", (4.0, 6.0, 7.0)
        return
    at = float(option.default)  # type: ignore[arg-type]
    middle = at + 1 if option.is_whole else at / 2 if option.low < at / 2 else (at + min(option.high, at + 2)) / 2
    for value in (middle, option.low, option.high):
        if value not in (at, float("inf"), *option.excludes):
            yield f"{value:g}", value


def texts(id: str, option: Option, value: object) -> str:
    return f"{id}:{option.name}={option.written(value)}"  # type: ignore[arg-type]


@pytest.mark.parametrize("field", TABLES)
def test_every_row_is_chosen_and_each_of_its_options_set(qtbot: QtBot, panel: RecipePanel, asked: Asked, field: str
                                                         ) -> None:
    for index, choice in enumerate(TABLES[field].values()):
        panel.show_recipe(Recipe(schedule="step") if field == "optimizer" else Recipe())
        pick(qtbot, row(panel, field).editor, index)
        assert getattr(panel.form.value, field) == choice.id
        settle()
        form = panel.form.options[field]
        assert form.isVisible() == bool(choice.options) and list(form.rows) == [each.name for each in choice.options]
        for option in choice.options:
            panel.show_recipe(Recipe(**{field: choice.id}))
            editor = row(panel, f"{field}.{option.name}").editor
            assert editor.isVisible() and option.title == row(panel, f"{field}.{option.name}").label.text()
            assert option.about in editor.toolTip()
            if isinstance(editor, SwitchEditor):
                qtbot.mouseClick(editor, LEFT, pos=QPoint(8, editor.height() // 2))
                expect(panel, asked, field, texts(choice.id, option, not option.default), option)
            elif isinstance(editor, ChoiceEditor):
                pick(qtbot, editor, (option.words.index(str(option.default)) + 1) % len(option.words))
                word = option.words[editor.currentIndex()]
                assert word != option.default
                expect(panel, asked, field, texts(choice.id, option, word), option)
            else:
                for text, value in others(option):
                    retype(qtbot, editor, text)
                    expect(panel, asked, field, texts(choice.id, option, value), option)
                assert not editor.property("usual")
                retype(qtbot, editor, "")
                qtbot.keyClick(editor, Qt.Key.Key_Delete)
                assert getattr(panel.form.value, field) == choice.id, "nothing typed is as usual"
                assert editor.property("usual") and editor.placeholderText()


def expect(panel: RecipePanel, asked: Asked, field: str, text: str, option: Option) -> None:
    """The recipe is exactly the one that names it so, and that was asked for."""
    wanted = getattr(Recipe(**{field: text}), field)
    assert getattr(panel.form.value, field) == wanted == getattr(asked[-1][0], field)
    assert asked[-1][1] == f"{field}.{option.name}"


def test_an_option_out_of_its_range_is_said_in_place(qtbot: QtBot, panel: RecipePanel, asked: Asked) -> None:
    panel.show_recipe(Recipe(optimizer="adam", schedule="step"))
    for name, text, reason in (("optimizer.beta1", "1.5", "Beta 1 should be at least 0 and below 1"),
                               ("optimizer.eps", "x", "Epsilon should be a number, not “x”"),
                               ("schedule.every", "1.5", "Every should be a whole number of at least 1")):
        retype(qtbot, row(panel, name).editor, text)
        settle()
        error = row(panel, name).error
        assert error.isVisible() and error.text() == reason
        assert error.mapTo(panel, QPoint()).y() > row(panel, name).editor.mapTo(panel, QPoint()).y() + 20
        assert str(panel.form.value.optimizer_choice) == "adam" and panel.form.value.schedule == "step"
        qtbot.keyClick(row(panel, name).editor, Qt.Key.Key_Escape)
        assert not error.isVisible()
    hint = unescape(row(panel, "optimizer.beta1").editor.toolTip()).replace("\u00a0", " ")
    assert "Range: ≥ 0, < 1" in hint


def test_options_that_exclude_each_other_are_refused_where_one_sets_them(qtbot: QtBot, panel: RecipePanel) -> None:
    panel.show_recipe(Recipe(optimizer="momentum:dampening=0.5"))
    switch = row(panel, "optimizer.nesterov").editor
    qtbot.mouseClick(switch, LEFT, pos=QPoint(8, switch.height() // 2))
    assert "leave out one of them" in row(panel, "optimizer.nesterov").error.text()
    assert panel.form.value.optimizer == "momentum:dampening=0.5"
    assert not panel.form.options["optimizer"].rows["nesterov"].editor.isChecked()  # type: ignore[union-attr]
    panel.show_recipe(Recipe(schedule="multi_step"))
    editor = row(panel, "schedule.at").editor
    assert isinstance(editor, LineEditor) and editor.text() == "15, 30"
    retype(qtbot, editor, "30, 15")
    settle()
    assert "At should be numbers that grow" in row(panel, "schedule.at").error.text()


def test_options_stay_until_another_row_is_chosen(qtbot: QtBot, panel: RecipePanel, asked: Asked) -> None:
    panel.show_recipe(Recipe(optimizer="adam:amsgrad=yes"))
    assert row(panel, "optimizer").editor.currentText() == "Adam"
    retype(qtbot, row(panel, "lr").editor, "0.5")
    assert asked[-1][0].optimizer == "adam:amsgrad=yes"
    qtbot.keyClick(row(panel, "optimizer").editor, Qt.Key.Key_Down)
    assert asked[-1][0].optimizer == "adamw"


def test_folded_the_options_of_an_optimizer_are_counted(qtbot: QtBot, panel: RecipePanel) -> None:
    fold = panel.form.options["optimizer"].fold
    assert fold is not None
    qtbot.mouseClick(fold, LEFT)
    panel.show_recipe(Recipe(optimizer="adam"))
    settle()
    assert fold.text() == "Options" and "Beta 1, Beta 2" in fold.toolTip() and fold.isVisible()
    assert not row(panel, "optimizer.beta1").editor.isVisible()
    panel.show_recipe(Recipe(optimizer="adam:beta1=0.8"))
    assert (fold.text(), fold.toolTip()) == ("Options · 1 set", "<qt>Beta 1</qt>")
    qtbot.mouseClick(fold, LEFT)
    assert row(panel, "optimizer.beta1").editor.text() == "0.8" and fold.text() == "Options"
    panel.show_recipe(Recipe(optimizer="sgd"))
    settle()
    assert not fold.isVisible(), "it has none"


def test_each_row_says_what_it_does_and_where_the_book_explains_it(panel: RecipePanel) -> None:
    for field, table in TABLES.items():
        editor = row(panel, field).editor
        assert isinstance(editor, QComboBox) and editor.count() == len(table)
        for index, choice in enumerate(table.values()):
            said = editor.itemData(index, Qt.ItemDataRole.ToolTipRole)
            section = getattr(choice, "section", "")
            assert escape(choice.about) in said
            assert (f"Dive into Deep Learning {section}" in said) == bool(section)
            panel.show_recipe(Recipe(**{field: choice.id}))
            assert editor.toolTip() == said and row(panel, field).label.toolTip() == said


# -- the usual rate -------------------------------------------------------------------------------------------------


def test_the_rate_stays_and_the_usual_one_is_a_click_away(qtbot: QtBot, panel: RecipePanel, asked: Asked) -> None:
    usual, names = panel.form.usual, list(OPTIMIZERS)
    assert not usual.isVisible()
    pick(qtbot, row(panel, "optimizer").editor, names.index("adam"))
    assert panel.form.value.lr == 0.1 and usual.words.text() == "Adam usually learns with 0.001" and usual.isVisible()
    row(panel, "lr").editor.setFocus()
    qtbot.keyClick(row(panel, "lr").editor, Qt.Key.Key_Tab)
    assert usual.button.hasFocus()
    qtbot.keyClick(usual.button, Qt.Key.Key_Space)
    assert (asked[-1][0].lr, asked[-1][1]) == (0.001, "lr") and row(panel, "lr").editor.text() == "0.001"
    assert not usual.isVisible()
    pick(qtbot, row(panel, "optimizer").editor, names.index("adamax"))
    assert not usual.isVisible(), "0.002 is near enough"
    pick(qtbot, row(panel, "optimizer").editor, names.index("sgd"))
    assert usual.isVisible() and "0.1" in usual.words.text()
    retype(qtbot, row(panel, "lr").editor, "0.5")
    assert not usual.isVisible(), "whoever types a rate wants it"


def test_nobody_is_told_the_usual_rate_who_chose_no_optimizer(qtbot: QtBot, panel: RecipePanel) -> None:
    panel.show_recipe(Recipe(optimizer="adam"))
    assert not panel.form.usual.isVisible()
    pick(qtbot, row(panel, "optimizer").editor, 3)
    assert panel.form.usual.isVisible()
    panel.set_locked(True, "It runs", ("lr",))
    assert not panel.form.usual.isVisible()
    panel.set_locked(False)
    panel.show_recipe(Recipe(optimizer="adam"))  # undone
    assert not panel.form.usual.isVisible()


# -- presets --------------------------------------------------------------------------------------------------------


def test_a_preset_is_one_edit_and_its_name_is_shown_while_the_recipe_is_it(
        qtbot: QtBot, panel: RecipePanel, asked: Asked) -> None:
    assert panel.presets.text() == PRESETS["notes"].title
    panel.show_recipe(Recipe(epochs=7, seed=3, loss="mse", l1=0.5))
    assert panel.presets.text() == "Begin with…"
    for id, preset in PRESETS.items():
        before = panel.form.value
        panel.presets.actions_of[id].trigger()
        assert asked[-1] == (with_preset(before, preset), f"preset.{id}") and panel.form.value == asked[-1][0]
        assert panel.presets.text() == preset.title and preset.about in panel.presets.toolTip()
        assert preset.about in panel.presets.actions_of[id].toolTip()
        assert [each for each, action in panel.presets.actions_of.items() if action.isChecked()] == [id]
        assert (panel.form.value.epochs, panel.form.value.seed, panel.form.value.loss) == (7, 3, "mse")
        assert row(panel, "lr").editor.text() == f"{panel.form.value.lr:g}"
    count = len(asked)
    panel.presets.actions_of["tables"].trigger()
    assert len(asked) == count, "it is so already"
    assert panel.presets.actions_of["tables"].isChecked()
    retype(qtbot, row(panel, "lr").editor, "0.7")
    assert panel.presets.text() == "Begin with…" and not panel.presets.actions_of["tables"].isChecked()


def test_the_menu_is_opened_by_key_and_chosen_from(qtbot: QtBot, panel: RecipePanel, asked: Asked) -> None:
    menu = panel.presets.menu()
    panel.presets.setFocus()
    menu.popup(panel.presets.mapToGlobal(QPoint(0, 28)))
    qtbot.waitUntil(menu.isVisible)
    qtbot.keyClick(menu, Qt.Key.Key_Down)
    qtbot.keyClick(menu, Qt.Key.Key_Down)
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    assert asked[-1][1] == f"preset.{list(PRESETS)[1]}"
    panel.presets.resize(120, 28)
    assert panel.presets.shown_text().endswith("…") and PRESETS["images"].title in panel.presets.toolTip()


def test_every_text_that_a_recipe_has_is_read_by_its_table() -> None:
    for field, table in TABLES.items():
        for id in table:
            assert str(choice_of(table, id, say(field))) == getattr(Recipe(**{field: id}), field) == id
