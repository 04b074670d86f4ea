"""What the data panel says in words and numbers: parts, statistics, rows, rules, what is missing, a download."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from engine.data.formats.arrays import Skipped
from engine.data.formats.preview import Column, Preview
from engine.data.options.options import Augment, Synthetic
from engine.data.options.table import Table
from engine.data.spec.spec import DataSpec
from engine.data.tensors import statistics
from engine.data.tensors.statistics import Moments, Statistics
from engine.messages import say
from tests.in_front import in_front
from tests.seen import texts
from widgets.data.facts import DataFacts
from widgets.data.missing import Download, Missing
from widgets.data.panel import DataPanel
from widgets.data.reading import facts_of, pixels_of, steps_of
from widgets.data.rule import DataRule
from widgets.data.samples import DataSamples
from widgets.data.table import DataTable
from widgets.data.values import Channel, ClassCount, Facts, Part, Step

LEFT = Qt.MouseButton.LeftButton
PART = Part("training", 1000, (2,), (1,), "float32")


def staged(qtbot: QtBot, widget: Any) -> Any:
    return in_front(qtbot, widget, 900, 400)


def plain(rows: list[list[str]]) -> list[list[str]]:
    return [[text.replace("\xa0", " ") for text in row] for row in rows]


# -- numbers --------------------------------------------------------------------------------------------------------


def test_sections_without_contents_are_not_there(qtbot: QtBot) -> None:
    facts = staged(qtbot, DataFacts())
    assert texts(facts) == []
    facts.show_facts(Facts((PART,)))
    assert plain(facts.parts.texts) == [["", "Examples", "Input", "Target", "Stored as"],
                                        ["training", "1 000", "2", "1", "float32"]]
    assert "Examples" in texts(facts) and "Training inputs" not in texts(facts) and "Classes" not in texts(facts)
    facts.show_facts(Facts((PART._replace(inputs=(), targets=()),), notes=("one", "two")))
    assert facts.parts.texts[1][2:4] == ["–", "1"]
    assert (facts.notes.isVisible(), facts.notes.text()) == (True, "one\ntwo")
    facts.show_facts(Facts((PART._replace(targets=()),), (ClassCount("cat", (1,)),)))
    assert facts.parts.texts[1][3] == "class"
    assert "Classes" in texts(facts)
    assert not facts.notes.isVisible()
    assert facts.bars.parts == ("training",)


def test_of_many_channels_the_first_are_told(qtbot: QtBot) -> None:
    facts = staged(qtbot, DataFacts())
    channels = tuple(Channel(f"x{index}", index, 1.0, -2.0, 3.5) for index in range(14))
    for count, more in ((1, None), (12, None), (13, "and 1 more"), (14, "and 2 more")):
        facts.show_facts(Facts((PART,), channels=channels[:count]))
        assert len(facts.channels.texts) == 1 + min(count, 12)
        assert [text for text in texts(facts) if text.startswith("and ")] == ([more] if more else [])
    assert facts.channels.texts[:2] == [["", "Mean", "Deviation", "Smallest", "Largest"],
                                        ["x0", "0.000", "1.000", "−2.000", "3.500"]]


def test_rows_of_many_columns_are_shortened(qtbot: QtBot) -> None:
    samples = staged(qtbot, DataSamples())
    for count in (2, 12, 13):
        samples.show_rows([f"x{index}" for index in range(count)], [list(range(count)), [0.5] * count])
        heading, first, second = samples.rows.texts
        if count < 13:
            assert heading == ["", *(f"x{index}" for index in range(count))]
            assert first == ["1", *(f"{index}.000" for index in range(count))]
        else:
            assert heading == ["", *(f"x{index}" for index in range(10)), "…", "x12"]
            assert first == ["1", *(f"{index}.000" for index in range(10)), "…", "12.000"]
        assert second[:2] == ["2", "0.500"]
        assert samples.rows.isVisible() and not samples.strip.isVisible()
    samples.show_images([])
    assert samples.strip.isVisible() and not samples.rows.isVisible()
    samples.show_note("2 files")
    assert samples.note.geometry().bottom() < samples.strip.parentWidget().y() + 5
    assert texts(samples) == ["2 files"]
    samples.show_note("")
    assert texts(samples) == []


# -- rules ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("values", "said"), [
    ([4.2], "4.2"), ([2, -3.4], "[2, −3.4]"), ([0.01] * 200, "200 × 0.01"), ([1.0] * 2, "2 × 1"),
    (list(range(8)), "[0, 1, 2, 3, 4, 5, 6, 7]"), (list(range(9)), "[0, 1, 2, 3, 4, 5, 6, 7, …]"),
    ([0.123456789], "0.123457"),
])  # fmt: skip
def test_true_parameters(values: list[float], said: str, qtbot: QtBot) -> None:
    rule = staged(qtbot, DataRule())
    rule.show_truth({"w": values, "b": [1.0]})
    assert rule.truth.isVisible()
    assert re.sub(" +", " ", rule.truth.text()) == f"w = {said} b = 1"
    rule.show_truth({})
    assert not rule.truth.isVisible()


def test_a_rule_and_what_does_not_fit_it(qtbot: QtBot) -> None:
    rule, asked = staged(qtbot, DataRule()), []
    rule.edited.connect(lambda made, field: asked.append((made, field)))
    rule.show_spec(DataSpec(dataset="linear"))
    assert not rule.error.isVisible()
    rule.show_spec(DataSpec(dataset="linear", synthetic=Synthetic(inputs=3)))
    assert rule.error.isVisible()
    assert rule.error.text()[0].isupper()
    rule.show_spec(DataSpec(dataset="linear"))
    assert not rule.error.isVisible()
    QApplication.processEvents()
    order = [rule.rule, rule.truth, rule.form.rows["weight"].label]
    tops = [widget.mapTo(rule, QPoint()).y() for widget in order]
    assert tops == sorted(set(tops))
    field = rule.form.rows["seed" if "seed" in rule.form.rows else "inputs"].editor
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "4")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert [name for _, name in asked] == [field.objectName()]
    assert getattr(asked[0][0], field.objectName()) == 4


# -- what is not there ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("can_download", "own", "seen"), [
    (True, "", ["Download", "Choose folder…"]), (False, "", ["Choose folder…"]),
    (True, "Choose table…", ["Choose table…"]), (False, "Choose table…", ["Choose table…"]),
])  # fmt: skip
def test_what_helps(can_download: bool, own: str, seen: list[str], qtbot: QtBot) -> None:
    missing, asked = staged(qtbot, Missing()), []
    for name in ("download", "folder", "file"):
        getattr(missing, f"{name}_requested").connect(lambda name=name: asked.append(name))
    missing.show_text("Not here", can_download, own)
    buttons = [missing.download, missing.folder, missing.file]
    assert [button.text() for button in buttons if button.isVisible()] == seen
    missing.setFocus()
    assert QApplication.focusWidget().text() == seen[0]
    QApplication.processEvents()
    shown = [button for button in buttons if button.isVisible()]
    assert all(one.geometry().right() < other.x() for one, other in pairwise(shown))
    assert missing.text.geometry().bottom() < shown[0].y() < 100
    assert shown[0].x() == missing.text.x()
    for button in shown:
        QTest.mouseClick(button, LEFT)
    assert asked == {"Download": ["download", "folder"], "Choose folder…": ["folder"]}.get(seen[0], ["file"])


@pytest.mark.parametrize(("done", "total", "said", "share"), [
    (4_200_000, 9_900_000, "Down · 4.2 MB of 9.9 MB", 4242), (10, 0, "Down", 0), (20, 10, "Down", 10000),
    (0, 10, "Down · 0 B of 10 B", 0), (1, 1, "Down", 10000),
])  # fmt: skip
def test_how_far_a_download_is(done: int, total: int, said: str, share: int, qtbot: QtBot) -> None:
    download = staged(qtbot, Download())
    download.show_progress("Down", done, total)
    assert texts(download) == [said]
    assert download.bar.value() == share
    download.setFocus()
    assert download.cancel.hasFocus()
    assert download.text.geometry().bottom() < download.bar.y() < download.cancel.y()
    assert download.bar.width() == 360
    with qtbot.waitSignal(download.cancel_requested):
        QTest.mouseClick(download.cancel, LEFT)


# -- what was measured ----------------------------------------------------------------------------------------------


def measured(name: str, counts: tuple[int, ...]) -> statistics.Part:
    return statistics.Part(name, 3, counts, (3, 2), "float32", (3,), "int64", 36)


ROW = Moments("x1", 0.5, 0.1, 0.0, 1.0)
FOUND = Statistics(DataSpec(), (measured("train", (2, 1)), measured("test", (1, 2))), (ROW,), (), {}, None, (), ())


def test_what_the_engine_found_in_words() -> None:
    facts = facts_of(FOUND)
    assert facts.parts == tuple(Part(name, 3, (2,), (), "float32 → int64") for name in ("training", "test"))
    assert facts.classes == (ClassCount("0", (2, 1)), ClassCount("1", (1, 2)))
    assert facts.channels == (Channel("x1", 0.5, 0.1, 0.0, 1.0),)
    assert (facts.notes, facts.skipped) == ((), 0)
    assert facts_of(FOUND._replace(parts=(measured("train", (2, 1)), measured("test", ())))).classes == ()


def test_targets_have_names_where_there_are_several() -> None:
    for targets, names in (([ROW], ["target", "x1"]), ([ROW, ROW._replace(name="y")], ["target x1", "target y", "x1"])):
        assert [channel.name for channel in facts_of(FOUND._replace(targets=tuple(targets))).channels] == names


@pytest.mark.parametrize(("count", "note"), [
    (1, "1 image could not be read and is left out: 0.png (it is empty)"),
    (3, "3 images could not be read and are left out: 0.png (it is empty); 1.png (it is empty); 2.png (it is empty)"),
    (4, "4 images could not be read and are left out: 0.png (it is empty); 1.png (it is empty); 2.png (it is empty) …"),
])  # fmt: skip
def test_files_that_are_left_out_are_named(count: int, note: str) -> None:
    skipped = tuple(Skipped(f"{index}.png", say("it is empty")) for index in range(count))
    facts = facts_of(FOUND._replace(skipped=skipped, notes=(say("a note"),)))
    assert (facts.notes, facts.skipped) == (("a note", note), count)


def test_pictures_of_steps() -> None:
    whole = np.array([[[0, 255]]], np.uint8)
    made = [(say("Stored"), whole), (say("Flat"), np.zeros(4)), (say("Normalise"), np.array([[[-1.0, 0.5]]]))]
    shown = steps_of(made)
    assert [(step.title, step.note) for step in shown] == [
        ("Stored", "1×1×2, 0 … 255"), ("Normalise", "1×1×2, −1.00 … 0.50")]
    assert [step.pixels for step in shown] == [(bytes([0, 255]), 1, 1, 2), (bytes([0, 255]), 1, 1, 2)]
    assert pixels_of(np.full((1, 1, 2), 7.0))[0] == bytes([0, 0]), "all the same"
    assert pixels_of(np.array([[[10]], [[20]]], np.uint8)) == (bytes([15]), 1, 1, 1)


# -- the panel ------------------------------------------------------------------------------------------------------


@pytest.fixture
def panel(qtbot: QtBot) -> Iterator[DataPanel]:
    yield staged(qtbot, DataPanel())


def test_the_form_stands_at_the_left_with_its_sizes_below(panel: DataPanel) -> None:
    panel.show_sizes(1, 2, 3)
    QApplication.processEvents()
    form, sizes = panel.form.mapTo(panel, QPoint()), panel.sizes.mapTo(panel, QPoint())
    assert form.x() == sizes.x() == 16
    assert form.y() + panel.form.height() < sizes.y()
    assert panel.tabs.mapTo(panel, QPoint()).x() >= 300
    assert panel.tabs.width() > 550


def test_focus_goes_on_in_the_page_that_comes(panel: DataPanel) -> None:
    panel.show_missing("Not here", True)
    panel.missing.download.setFocus()
    panel.show_download("Down", 1, 2)
    assert panel.download.cancel.hasFocus()
    panel.show_samples([])
    assert panel.tabs.isVisible()
    assert not panel.download.isVisible()
    assert panel.isAncestorOf(QApplication.focusWidget())
    beside = QLineEdit(panel)
    beside.show()
    beside.setFocus()
    panel.show_missing("Not here", True)
    assert beside.hasFocus()


def test_each_part_of_a_spec_is_asked_for_as_a_whole(panel: DataPanel) -> None:
    asked = []
    panel.spec_changed.connect(lambda spec, field: asked.append((spec, field)))
    panel.show_spec(DataSpec(dataset="house-prices"))
    panel.table.edited.emit(Table(target="Lot"), "target")
    assert asked == [(DataSpec(dataset="house-prices", table=Table(target="Lot")), "table.target")]
    given = DataSpec(dataset="table", path="/a.csv", table=Table(target="Lot"))
    panel.show_spec(given)
    panel.table.columns.kind_chosen.emit("Street", "ignore")
    assert asked[1:] == [(given.with_options(table=given.table.with_kind("Street", "ignore")), "table.kinds")]
    panel.show_spec(DataSpec(dataset="linear"))
    panel.rule.edited.emit(Synthetic(inputs=4), "inputs")
    assert asked[2:] == [(DataSpec(dataset="linear", synthetic=Synthetic(inputs=4)), "synthetic.inputs")]


def test_words_of_preparation(panel: DataPanel) -> None:
    panel.show_spec(DataSpec(dataset="house-prices"))
    panel.show_rows(("a", "b"), [(1.0, 2.0)])
    panel.tabs.show_page(panel.preparing)
    rows = panel.preparation.rows
    assert not {"target", "kinds"} & set(rows)
    words = {text for row in rows.values() if hasattr(row.editor, "itemText")
             for text in map(row.editor.itemText, range(row.editor.count()))}
    assert {"Mean and a mark", "Drop the row", "Own category", "Always a category", "As it looks"} <= words


def test_other_files_of_the_same_kind_are_others(panel: DataPanel) -> None:
    for before, after, forgets in ((DataSpec(dataset="folder", path="/a"), DataSpec(dataset="folder", path="/b"), True),
                                   (DataSpec(dataset="emnist"), DataSpec(dataset="emnist", emnist="letters"), True),
                                   (DataSpec(), DataSpec(seed=3), False)):
        panel.show_spec(before)
        panel.show_sizes(1, 2, 3)
        panel.steps.index = 5
        panel.show_spec(after)
        assert (panel.sizes.text() == "") == forgets
        assert panel.steps.index == (0 if forgets else 5)


def test_what_is_left_out_is_counted(panel: DataPanel) -> None:
    for spec, count, said in ((DataSpec(dataset="table", path="/a.csv"), 0, ""),
                              (DataSpec(dataset="table", path="/a.csv"), 1, "1 file could not be read: see Numbers"),
                              (DataSpec(dataset="table", path="/a.csv"), 2, "2 files could not be read: see Numbers"),
                              (DataSpec(), 2, "2 images could not be read: see Numbers")):
        panel.show_spec(spec)
        panel.show_facts(Facts((PART,), skipped=count))
        assert panel.samples.note.text() == said
    panel.show_facts(Facts((PART,), notes=("5 images are in no class's folder",)))
    assert panel.samples.note.text() == "There are notes on these data: see Numbers"


def test_steps_are_worked_out_only_while_one_looks(panel: DataPanel) -> None:
    asked = []
    panel.steps_requested.connect(asked.append)
    panel.tabs.show_page(panel.steps)
    asked.clear()
    panel.show_missing("Not here", False)
    panel.show_spec(DataSpec(augment=Augment(flip=True)))
    assert asked == []
    panel.show_samples([(bytes(64), 1, 8, 8, "0")])
    assert asked == [0]
    panel.tabs.show_page(panel.variations)
    panel.show_samples([(bytes(64), 1, 8, 8, "0")])
    assert asked == [0]
    assert panel.augment.rows["flip"].editor.isChecked()


# -- long sentences -------------------------------------------------------------------------------------------------

LONG = "a sentence that is longer than one line where there is little room " * 3


def told(kind: str) -> tuple[QWidget, QLabel]:
    """A widget that has something long to say, and where it says so."""
    if kind == "rule":
        rule = DataRule()
        rule.show_spec(DataSpec(dataset="linear", synthetic=Synthetic(inputs=3)))
        rule.error.setText(LONG)
        return rule, rule.error
    if kind == "truth":
        rule = DataRule()
        rule.show_spec(DataSpec(dataset="linear"))
        rule.show_truth({name: [1.25] * 7 + [2.0] for name in ("weight", "slope", "more")})
        return rule, rule.truth
    if kind == "facts":
        facts = DataFacts()
        facts.show_facts(Facts((), notes=(LONG,)))
        return facts, facts.notes
    if kind == "missing":
        missing = Missing()
        missing.show_text(LONG, True)
        return missing, missing.text
    if kind == "download":
        download = Download()
        download.show_progress(LONG, 1, 2)
        return download, download.text
    table = DataTable()
    table.show_preview(Preview((), (), 0, notes=(say(LONG),)))
    return table, table.notes


@pytest.mark.parametrize("kind", ["rule", "truth", "facts", "missing", "download", "table"])
def test_long_sentences_wrap(kind: str, qtbot: QtBot) -> None:
    widget, label = told(kind)
    qtbot.addWidget(widget)
    widget.resize(340, 400)
    widget.show()
    for _ in range(3):
        QApplication.processEvents()
    assert label.isVisible() and widget.width() == 340
    assert label.height() >= 2 * label.fontMetrics().height()
    assert label.mapTo(widget, QPoint()).x() + label.width() <= widget.width()


def test_what_is_missing_can_be_copied(qtbot: QtBot) -> None:
    missing = staged(qtbot, Missing())
    missing.show_text("MNIST", True)
    QApplication.processEvents()
    QTest.mouseDClick(missing.text, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(6, missing.text.height() // 2))
    assert missing.text.selectedText() == "MNIST"


def test_before_anything_is_known_of_it_a_file_is_not_asked_for(qtbot: QtBot) -> None:
    missing = staged(qtbot, Missing())
    assert not missing.file.isVisible() and missing.download.isVisible() and missing.folder.isVisible()
    download = staged(qtbot, Download())
    assert not download.bar.isTextVisible() and download.bar.maximum() == 10_000


def test_what_each_part_says_before_it_is_told_anything(qtbot: QtBot) -> None:
    assert texts(staged(qtbot, DataTable())) == ["Reading the table…"]
    samples = staged(qtbot, DataSamples())
    assert texts(samples) == [] and not samples.note.isVisible()
    panel = staged(qtbot, DataPanel())
    assert panel.form.rows["dataset"].editor.currentText() == DataSpec().source.title
    assert panel.tabs.isVisible() and not panel.missing.isVisible() and not panel.download.isVisible()


def test_a_page_is_filled_once_somebody_looks(panel: DataPanel) -> None:
    spec = DataSpec(dataset="house-prices", table=Table(standardize=False))
    panel.show_spec(spec)
    panel.show_rows(("a",), [(1.0,)])
    assert not panel.preparation.rows, "it takes long to make"
    panel.tabs.show_page(panel.preparing)
    assert not panel.preparation.rows["standardize"].editor.isChecked()
    panel.show_spec(spec.with_options(table=Table()))
    assert panel.preparation.rows["standardize"].editor.isChecked()
    panel.show_spec(DataSpec(dataset="linear", synthetic=Synthetic(inputs=2)))
    panel.tabs.show_page(panel.rule)
    assert panel.rule.form.rows["inputs"].editor.text() == "2"


def test_steps_begin_with_the_first_image_of_other_data(panel: DataPanel) -> None:
    panel.show_samples([(bytes(64), 1, 8, 8, "0")])
    panel.tabs.show_page(panel.steps)
    panel.show_steps([Step("Stored", (bytes(64), 1, 8, 8))], "zero")
    panel.steps.ask(4)
    panel.show_spec(DataSpec(dataset="mnist"))
    assert panel.steps.index == 0 and panel.steps.views == []
    assert panel.samples.strip.shown() == 0 and panel.tabs.is_there(panel.samples)


def test_nothing_of_other_data_is_left(panel: DataPanel) -> None:
    panel.show_spec(DataSpec(dataset="table", path="/a.csv"))
    panel.show_rows(("a",), [(1.0,)])
    panel.show_preview(Preview((Column("Price", "number", "number", 0, 3, True),), (("1",),), 3))
    panel.show_facts(Facts((PART,), notes=("a note",), skipped=2))
    panel.show_sizes(1, 2, 3)
    panel.tabs.set_there(panel.samples, False)
    panel.show_spec(DataSpec(dataset="table", path="/b.csv"))
    assert panel.table.columns.model().rowCount() == 0 and panel.table.about.text() == "Reading the table…"
    assert panel.facts.parts.texts[1:] == [] and panel.samples.note.text() == panel.sizes.text() == ""
    assert panel.tabs.is_there(panel.samples) and panel.samples.strip.isVisibleTo(panel.samples)


def test_whether_steps_vary_is_told_by_the_spec(panel: DataPanel) -> None:
    panel.tabs.show_page(panel.steps)
    for augment, varies in ((Augment(), False), (Augment(flip=True), True)):
        panel.show_spec(DataSpec(augment=augment))
        panel.show_samples([(bytes(64), 1, 8, 8, "0")])
        panel.show_steps([Step("Stored", (bytes(64), 1, 8, 8))], "zero")
        assert panel.steps.again.isVisible() == varies and "zero" in texts(panel.steps)


def test_what_is_typed_anywhere_is_forgotten(panel: DataPanel) -> None:
    asked = []
    panel.spec_changed.connect(lambda *what: asked.append(what))
    for spec, page, form, name in ((DataSpec(), None, panel.form, "seed"),
                                   (DataSpec(), panel.variations, panel.augment, "crop"),
                                   (DataSpec(dataset="linear"), panel.rule, panel.rule.form, "examples")):
        panel.show_spec(spec)
        panel.show_rows(("a",), [(1.0,)])
        if page is not None:
            panel.tabs.show_page(page)
        name = name if name in form.rows else "inputs"
        field = form.rows[name].editor
        before = field.text()
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, "7")
        panel.forget_typing()
        assert (field.text(), asked) == (before, [])
