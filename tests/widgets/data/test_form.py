"""The form of the data: its headings, its buttons for files, and the order of all that stands in it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from engine.data.sources import SOURCES
from engine.data.spec.spec import DataSpec
from tests.legible import cut_words
from tests.seen import label_with
from widgets.data.form import FIELD, DataForm


@pytest.fixture
def form(qtbot: QtBot) -> Iterator[DataForm]:
    form = DataForm()
    qtbot.addWidget(form)
    form.resize(280, 500)
    form.show_value(DataSpec())
    form.show()
    with qtbot.waitActive(form):
        form.activateWindow()
    yield form


def place(form: DataForm, widget: QWidget) -> QRect:
    QApplication.processEvents()
    return QRect(widget.mapTo(form, QPoint()), widget.size())


def test_headings_are_small_and_heavy_and_stay_so_with_another_file(form: DataForm) -> None:
    choice = form.rows["dataset"].editor
    for path in ("", "/a.csv", "/b.csv", ""):
        form.show_value(DataSpec(dataset="table", path=path) if path else DataSpec())
        for row in range(choice.count()):
            item, is_heading = choice.model().item(row), choice.itemText(row) in (
                "With the program", "To download", "Made numbers", "My files")
            assert item.isEnabled() != is_heading
            if is_heading:
                assert (item.font().pixelSize(), item.font().weight()) == (11, QFont.Weight.DemiBold)
    assert choice.count() > 8


def test_a_source_is_among_the_headings_only_while_it_is_in_use(form: DataForm) -> None:
    choice = form.rows["dataset"].editor
    for dataset, path in (("table", "/a.csv"), ("folder", "/b")):
        form.show_value(DataSpec(dataset=dataset, path=path))
        words = [choice.itemText(row) for row in range(choice.count())]
        assert words[-2:] == ["My files", SOURCES[dataset].title] and choice.currentText() == words[-1]
    form.show_value(DataSpec())
    assert "My files" not in [choice.itemText(row) for row in range(choice.count())]


def test_its_parts_from_above_to_below(form: DataForm) -> None:
    form.show_value(DataSpec(dataset="folder", path="/home/me/pictures"))
    source = form.rows["dataset"]
    mine, buttons = label_with(form, "My files"), list(form.files.values())
    order = [source.label, source.editor, buttons[0], form.about, form.path, form.rows["resize"].label,
             form.rows["resize"].editor]
    boxes = [place(form, widget) for widget in order]
    assert all(one.bottom() < other.top() for one, other in pairwise(boxes))
    assert place(form, mine).right() < boxes[2].left() and place(form, mine).top() <= boxes[2].bottom()
    assert place(form, mine).width() <= mine.sizeHint().width()
    assert {field.parentWidget().width() for field in (form.rows["resize"].editor, form.rows["seed"].editor)} == {FIELD}
    assert cut_words(form) == []


def test_the_buttons_of_files_fill_their_rows(form: DataForm) -> None:
    rows: dict[int, list[QRect]] = {}
    for button in form.files.values():
        box = place(form, button)
        rows.setdefault(box.top(), []).append(box)
    for boxes in rows.values():
        assert boxes[-1].right() == pytest.approx(form.width() - 1, abs=2)
        assert all(other.left() - one.right() - 1 == 6 for one, other in pairwise(boxes))


def test_what_a_source_is_wraps_below_it(form: DataForm) -> None:
    form.show_value(DataSpec(dataset="house-prices"))
    QApplication.processEvents()
    assert form.about.height() > 1.5 * form.about.fontMetrics().height() and form.width() == 280


def test_tab_goes_down_the_form(form: DataForm) -> None:
    form.rows["dataset"].editor.setFocus()
    passed: list[QWidget] = []
    names = ("resize", "channels", "normalize", "validation", "seed")
    for _ in range(1 + len(form.files) + len(names)):
        passed.append(QApplication.focusWidget())
        QTest.keyClick(passed[-1], Qt.Key.Key_Tab)
    assert passed == [form.rows["dataset"].editor, *form.files.values(), *(form.rows[name].editor for name in names)]


def test_words_of_choices(form: DataForm) -> None:
    form.show_value(DataSpec(dataset="emnist"))

    def words(name: str) -> list[str]:
        choice = form.rows[name].editor
        return [choice.itemText(row) for row in range(choice.count())]

    assert {"MNIST", "By class", "By merge", "Letters"} <= set(words("emnist"))
    assert words("channels")[1:] == ["1 · grey", "3 · colour"] and words("channels")[0]
    assert "–" not in form.rows["channels"].editor.accessibleDescription()
    assert form.rows["resize"].editor.accessibleDescription().count(":") >= 1


def test_what_is_here_is_known_of_each_by_itself(form: DataForm) -> None:
    form.show_value(DataSpec(dataset="mnist"))
    download = form.about.text()
    form.show_here(True)
    assert form.about.text() != download and download.startswith(form.about.text())
    form.show_value(DataSpec(dataset="fashion-mnist"))
    assert "download" in form.about.text()
    form.show_value(DataSpec(dataset="mnist"))
    assert "download" not in form.about.text()
    form.show_here(False)
    form.show_here(False)
    assert form.about.text() == download
