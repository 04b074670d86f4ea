"""The data panel: the form asks for specs, the strip shows images, missing data can be fetched."""

from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from engine.data.sources import SOURCES
from engine.data.spec.spec import DataSpec
from tests.in_front import in_front
from tests.seen import colors
from widgets.data.panel import DataPanel
from widgets.data.sample_strip import SampleStrip
from widgets.look import theme

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(qtbot: QtBot) -> DataPanel:
    panel = DataPanel()
    panel.resize(1080, 260)
    panel.show_spec(DataSpec())
    return in_front(qtbot, panel)


def editor(panel: DataPanel, name: str) -> QWidget:
    return panel.form.rows[name].editor


def type_into(qtbot: QtBot, panel: DataPanel, name: str, text: str) -> QWidget:
    field = editor(panel, name)
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text) if text else qtbot.keyClick(field, Qt.Key.Key_Delete)
    return field


def checkered(channels: int, height: int, width: int) -> bytes:
    return bytes(255 * ((x + y) % 2) for y in range(height) for x in range(width) for _ in range(channels))


def test_a_number_counts_when_typed_out(panel: DataPanel, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(panel.spec_changed):
        field = type_into(qtbot, panel, "resize", "64")
    with qtbot.waitSignal(panel.spec_changed) as changed:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert changed.args == [DataSpec(resize=64), "resize"]
    field = type_into(qtbot, panel, "resize", "")
    with qtbot.waitSignal(panel.spec_changed) as changed:
        qtbot.keyClick(field, Qt.Key.Key_Tab)
    assert changed.args == [DataSpec(), "resize"]
    field = type_into(qtbot, panel, "validation", "0,2")
    with qtbot.waitSignal(panel.spec_changed) as changed:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert changed.args == [DataSpec(validation=0.2), "validation"]


def test_what_was_typed_for_one_document_is_not_asked_for_another(panel: DataPanel, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(panel.spec_changed):
        field = type_into(qtbot, panel, "seed", "5")
        panel.forget_typing()
        panel.show_spec(DataSpec(resize=32))
        qtbot.keyClick(field, Qt.Key.Key_Tab)
    assert field.text() == "0"


def test_what_is_here_needs_no_download(panel: DataPanel) -> None:
    panel.show_spec(DataSpec(dataset="mnist"))
    assert "to download" in panel.form.about.text()
    panel.show_samples([(checkered(1, 8, 8), 1, 8, 8, "0")])
    assert panel.form.about.text() == "70 000 handwritten digits."
    panel.show_spec(DataSpec(dataset="fashion-mnist"))
    assert "to download" in panel.form.about.text()
    panel.show_spec(DataSpec(dataset="mnist"))
    panel.show_missing("MNIST is not here.", True)
    assert "to download" in panel.form.about.text()


@pytest.mark.parametrize(("name", "text"), [("validation", "1.5"), ("seed", "-1"), ("resize", "x"), ("resize", "5000")])
def test_a_bad_value_is_refused_in_place(panel: DataPanel, qtbot: QtBot, name: str, text: str) -> None:
    row = panel.form.rows[name]
    with qtbot.assertNotEmitted(panel.spec_changed):
        field = type_into(qtbot, panel, name, text)
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert row.error.isVisible()
    assert row.error.text()
    assert field.property("bad")
    assert field.text() == text
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert not row.error.isVisible()
    assert field.text() != text


def test_choices_and_switches_ask_at_once(panel: DataPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.spec_changed) as changed:
        qtbot.keyClick(editor(panel, "dataset"), Qt.Key.Key_Down)
    assert changed.args == [DataSpec(dataset="mnist"), "dataset"]
    with qtbot.waitSignal(panel.spec_changed) as changed:
        qtbot.keyClick(editor(panel, "normalize"), Qt.Key.Key_Space)
    assert changed.args == [DataSpec(dataset="mnist", normalize=True), "normalize"]


def test_the_model_is_followed_silently(panel: DataPanel, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(panel.spec_changed):
        panel.show_spec(DataSpec(dataset="fashion-mnist", resize=32, normalize=True, validation=0.25, seed=7))
    assert editor(panel, "dataset").currentText() == "Fashion-MNIST"
    assert editor(panel, "resize").text() == "32"
    assert editor(panel, "normalize").isChecked()
    assert "clothes" in panel.form.about.text()


def test_sizes_are_grouped(panel: DataPanel) -> None:
    panel.show_sizes(1257, 140, 270)
    assert panel.sizes.text().replace("\u00a0", " ") == "1 257 training · 140 validation · 270 test"


@pytest.mark.parametrize("look", [theme.DARK, theme.LIGHT])
@pytest.mark.parametrize(("channels", "size"), [(1, 8), (1, 28), (3, 32)])
def test_images_are_crisp(panel: DataPanel, look: theme.Theme, channels: int, size: int) -> None:
    theme.apply(QApplication.instance(), look)
    panel.show_samples([(checkered(channels, size, size), channels, size, size, "zebra")] * 3)
    QApplication.processEvents()
    place = panel.strip.grid().place(0, panel.strip.tile).toRect()
    assert place.width() % size == 0
    assert colors(panel.strip, place) == {"#000000", "#ffffff"}  # no pixel is a mixture


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize("width", [120, 600, 1500])
def test_images_fill_the_width_in_whole_rows(qtbot: QtBot, width: int) -> None:
    strip = SampleStrip()
    qtbot.addWidget(strip)
    strip.resize(width, 240)
    strip.show_samples([(checkered(1, 28, 28), 1, 28, 28, str(index)) for index in range(200)])
    grid, tile = strip.grid(), strip.tile
    last = grid.place(strip.shown() - 1, tile)
    assert grid.rows == 3
    assert strip.shown() == 3 * grid.columns
    assert last.bottom() + 16 <= 240
    assert width - 8 <= grid.place(grid.columns - 1, tile).right() + 4 <= width or grid.columns == 1


def test_large_and_missing_images_do_no_harm(panel: DataPanel) -> None:
    panel.show_samples([(checkered(3, 96, 200), 3, 96, 200, "wide")] * 30)
    QApplication.processEvents()
    assert panel.strip.shown() > 0
    place = panel.strip.grid().place(0, panel.strip.tile).toRect()
    assert panel.strip.rect().contains(place) and colors(panel.strip, place) == {"#000000", "#ffffff"}
    panel.show_samples([])
    QApplication.processEvents()
    assert panel.strip.shown() == 0
    assert not {"#000000", "#ffffff"} & colors(panel), "nothing of them is left"


def test_missing_data_can_be_fetched_and_cancelled(panel: DataPanel, qtbot: QtBot) -> None:
    panel.show_missing("MNIST is not on this computer yet.", True)
    with qtbot.waitSignal(panel.folder_requested):
        qtbot.mouseClick(panel.missing.folder, LEFT)
    panel.missing.download.setFocus()
    with qtbot.waitSignal(panel.download_requested):
        qtbot.keyClick(panel.missing.download, Qt.Key.Key_Space)
    panel.show_download("Downloading MNIST", 4_200_000, 9_900_000)
    assert panel.download.text.text().replace("\u00a0", " ") == "Downloading MNIST · 4.2 MB of 9.9 MB"
    assert panel.download.bar.value() == 4242
    assert panel.download.cancel.hasFocus()  # the keyboard stays where the work is
    with qtbot.waitSignal(panel.cancel_requested):
        qtbot.keyClick(panel.download.cancel, Qt.Key.Key_Space)
    panel.show_download("Downloading MNIST", 10, 0)
    assert panel.download.bar.value() == 0


def test_without_a_source_only_a_folder_helps(panel: DataPanel) -> None:
    panel.show_missing("There is no network.", False)
    assert not panel.missing.download.isVisible()
    assert panel.missing.folder.isVisible()
    panel.show_samples([(checkered(1, 8, 8), 1, 8, 8, "0")])
    assert panel.strip.isVisible()


def test_every_field_has_a_name(panel: DataPanel) -> None:
    assert all(row.editor.accessibleName() for row in panel.form.rows.values())
    assert panel.strip.accessibleName()
    panel.show_samples([(checkered(1, 8, 8), 1, 8, 8, "seven")])
    assert "seven" in panel.strip.accessibleDescription()


@pytest.mark.parametrize(("dataset", "words"), [("table", "Choose table…"), ("tensors", "Choose tensors…"),
                                                ("folder", "Choose folder…")])
def test_own_data_that_are_not_chosen_yet_are_chosen_by_their_own_button(panel: DataPanel, qtbot: QtBot, dataset: str,
                                                                         words: str) -> None:
    panel.show_spec(DataSpec(dataset=dataset))
    panel.show_missing("Choose a file first", False)
    missing = panel.missing
    assert missing.file.text() == words and missing.file.isVisible()
    assert not missing.folder.isVisible() and not missing.download.isVisible()
    with qtbot.waitSignal(panel.file_requested) as asked:
        qtbot.mouseClick(missing.file, LEFT)
    assert asked.args == [dataset]
    panel.show_spec(DataSpec(dataset="mnist"))
    panel.show_missing("MNIST is not here.", True)
    assert missing.folder.isVisible() and missing.download.isVisible() and not missing.file.isVisible()


def test_numbers_that_are_here_need_no_download(panel: DataPanel) -> None:
    panel.show_spec(DataSpec(dataset="house-prices"))
    panel.show_sizes(10, 2, 3)
    assert "10" in panel.sizes.text()
    panel.show_missing("They are not here.", True)
    assert panel.sizes.text() == "", "nothing is known of them"
    about = panel.form.about.text()
    panel.show_rows(["x", "y"], [[1.0, 2.0]])
    assert panel.form.about.text() != about and panel.tabs.is_there(panel.samples)
    panel.show_missing("They are not here.", True)
    assert panel.form.about.text() == about


def test_a_file_of_one_s_own_is_asked_for_by_its_button(panel: DataPanel, qtbot: QtBot) -> None:
    buttons = panel.form.files
    assert list(buttons) == [source.id for source in SOURCES.values() if source.own is not None]
    places = [QRect(button.mapTo(panel, QPoint()), button.size()) for button in buttons.values()]
    assert not any(one.intersects(other) for one, other in combinations(places, 2))
    for id, button in buttons.items():
        with qtbot.waitSignal(panel.file_requested) as asked:
            qtbot.mouseClick(button, LEFT)
        assert asked.args == [id]
