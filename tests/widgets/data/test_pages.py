"""The data panel's pages: sources, counts, steps, columns of a table, variations, made numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from engine.data.formats.preview import Column, Preview
from engine.data.options.options import Augment, Synthetic
from engine.data.sources import SOURCES, Source, register
from engine.data.sources.base import Expected, OwnPath, Page, Request
from engine.data.spec.spec import DataSpec
from engine.messages import say
from tests.in_front import in_front
from widgets.data.panel import DataPanel
from widgets.data.sample_strip import Sample
from widgets.data.values import Channel, ClassCount, Facts, Part, Step
from widgets.look import theme

LEFT = Qt.MouseButton.LeftButton
PARTS = tuple(Part(name, count, (3, 32, 32), (), "uint8 → int64")
              for name, count in (("training", 45000), ("validation", 5000), ("test", 10000)))
FACTS = Facts(PARTS, (ClassCount("cat", (900, 100, 200)), ClassCount("dog", (90, 10, 20))),
              (Channel("red", 0.4914, 0.2470, 0.0, 1.0),), ("3 images could not be read and were skipped",))
PREVIEW = Preview((Column("Id", "number", "ignore", 0, 3), Column("Price", "number", "number", 0, 3, True)),
                  (("1", "12.5"),), 3, notes=(say("1 row was left out"),))  # fmt: skip


@pytest.fixture
def panel(qtbot: QtBot) -> DataPanel:
    return in_front(qtbot, DataPanel(), 1100, 260)


def image(channels: int = 3, side: int = 8, value: int = 200) -> tuple[bytes, int, int, int]:
    return bytes([value]) * (channels * side * side), channels, side, side


def sample() -> Sample:
    return (*image(), "cat")


def tabs(panel: DataPanel) -> list[str]:
    bar = panel.tabs.bar
    return [bar.tabText(index) for index in range(bar.count()) if bar.isTabVisible(index)]


def retype(qtbot: QtBot, field: QWidget, text: str) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


# -- sources ------------------------------------------------------------------------------------------------------


def test_sources_stand_under_headings_that_cannot_be_chosen(panel: DataPanel, qtbot: QtBot) -> None:
    choice = panel.form.rows["dataset"].editor
    model, texts = choice.model(), [choice.itemText(index) for index in range(choice.count())]
    headings = [text for index, text in enumerate(texts) if not model.item(index).isEnabled()]
    assert headings == ["With the program", "To download", "Made numbers"]
    assert {SOURCES[id].title for id in SOURCES if not SOURCES[id].takes_path} == set(texts) - set(headings)
    choice.setFocus()
    seen = [panel.form.value.dataset]
    for _ in range(30):
        qtbot.keyClick(choice, Qt.Key.Key_Down)
        seen.append(panel.form.value.dataset)
    assert list(dict.fromkeys(seen)) == [id for id in SOURCES if not SOURCES[id].takes_path]


@pytest.mark.parametrize("kind", ["folder", "table", "tensors"])
def test_own_files_are_asked_for(panel: DataPanel, qtbot: QtBot, kind: str) -> None:
    button = panel.form.files[kind]
    with qtbot.assertNotEmitted(panel.spec_changed), qtbot.waitSignal(panel.file_requested) as asked:
        qtbot.mouseClick(button, LEFT)
    assert asked.args == [kind]
    assert button.accessibleName()
    with qtbot.waitSignal(panel.file_requested):
        qtbot.keyClick(button, Qt.Key.Key_Space)


def test_the_file_in_use_is_shown_among_the_sources(panel: DataPanel) -> None:
    panel.show_spec(DataSpec(dataset="folder", path="/home/me/pictures/cats and dogs"))
    choice = panel.form.rows["dataset"].editor
    assert choice.currentText() == "Image folder"
    assert choice.itemText(choice.count() - 2) == "My files"
    assert panel.form.path.text() == "/home/me/pictures/cats and dogs"
    assert panel.form.path.isVisible()
    panel.show_spec(DataSpec())
    assert choice.itemText(choice.count() - 1) != "Image folder"
    assert not panel.form.path.isVisible()


@pytest.mark.parametrize(
    ("spec", "fields", "pages"),
    [(DataSpec(), {"resize", "channels", "normalize", "validation", "seed"},
      ["Samples", "Numbers", "Augmentation", "Step by step"]),
     (DataSpec(dataset="emnist"), {"emnist", "resize", "channels", "normalize", "validation", "seed"},
      ["Samples", "Numbers", "Augmentation", "Step by step"]),
     (DataSpec(dataset="linear"), {"seed"}, ["Samples", "Rule", "Numbers"]),
     (DataSpec(dataset="house-prices"), {"validation", "seed"}, ["Samples", "Columns", "Preparation", "Numbers"])],
)
def test_only_what_the_source_has_is_there(panel: DataPanel, spec: DataSpec, fields: set[str],
                                           pages: list[str]) -> None:
    panel.show_spec(spec)
    assert {name for name, row in panel.form.rows.items() if row.editor.isVisible()} == {"dataset", *fields}
    assert tabs(panel) == pages


@pytest.fixture
def sounds() -> Iterator[str]:
    """A source that nobody has heard of."""

    @register
    class Sounds(Source):
        """Files of sounds."""

        id = "sounds"
        title = "Sounds"
        about = "Your own sounds: a .wav file."
        kind = "file"
        expects = Expected((1, 100), classes=("a", "b"))
        own = OwnPath("sounds", (".wav",), "Sounds…", "Sounds, one after the other", "Sounds", "Choose sounds…",
                      "Choose a file first")

        def options(self, request: Request) -> frozenset[str]:
            return frozenset({"normalize"})

        def pages(self, request: Request) -> frozenset[Page]:
            return frozenset({"steps", "preparation"})

    yield Sounds.id
    del SOURCES[Sounds.id]


def test_the_panel_asks_the_source(sounds: str, qtbot: QtBot) -> None:
    panel = DataPanel()
    qtbot.addWidget(panel)
    panel.resize(1100, 260)
    panel.show()
    panel.show_spec(DataSpec(dataset=sounds, path="a.wav"))
    assert tabs(panel) == ["Samples", "Preparation", "Numbers", "Step by step"]
    assert {name for name, row in panel.form.rows.items() if row.editor.isVisible()} == {"dataset", "normalize"}
    assert panel.form.rows["dataset"].editor.currentText() == "Sounds"
    assert panel.form.about.text() == "Your own sounds: a .wav file."
    with qtbot.waitSignal(panel.file_requested) as asked:
        qtbot.mouseClick(panel.form.files[sounds], LEFT)
    assert asked.args == [sounds] and panel.form.files[sounds].text() == "Sounds…"
    panel.show_missing("a.wav is not there", False)
    assert panel.missing.file.text() == "Choose sounds…"


def test_a_page_that_goes_gives_way_to_the_first(panel: DataPanel) -> None:
    panel.show_spec(DataSpec(dataset="linear"))
    panel.tabs.show_page(panel.rule)
    panel.show_spec(DataSpec())
    assert panel.tabs.current is panel.samples
    assert panel.tabs.bar.currentIndex() == 0


def test_channels_are_chosen_in_words(panel: DataPanel, qtbot: QtBot) -> None:
    channels = panel.form.rows["channels"].editor
    channels.setFocus()
    with qtbot.waitSignal(panel.spec_changed) as changed:
        qtbot.keyClick(channels, Qt.Key.Key_Down)
    assert changed.args == [DataSpec(channels=1), "channels"]
    assert channels.currentText() == "1 · grey"


def test_another_source_forgets_what_was_known(panel: DataPanel) -> None:
    panel.show_samples([sample()] * 3)
    panel.show_sizes(1, 2, 3)
    panel.show_facts(FACTS)
    panel.show_spec(DataSpec(dataset="mnist"))
    assert panel.samples.strip.shown() == 0
    assert panel.sizes.text() == ""
    assert panel.facts.parts.texts[1:] == []
    panel.show_samples([sample()] * 3)
    panel.show_spec(DataSpec(dataset="mnist", resize=32))
    assert panel.samples.strip.shown() == 3


# -- numbers ------------------------------------------------------------------------------------------------------


def test_parts_classes_and_channels_in_numbers(panel: DataPanel) -> None:
    panel.show_spec(DataSpec(dataset="cifar10"))
    panel.show_samples([sample()])
    panel.show_facts(FACTS)
    panel.tabs.show_page(panel.facts)
    assert [[text.replace("\u00a0", " ") for text in line] for line in panel.facts.parts.texts[1:]] == [
        ["training", "45 000", "3×32×32", "class", "uint8 → int64"],
        ["validation", "5 000", "3×32×32", "class", "uint8 → int64"],
        ["test", "10 000", "3×32×32", "class", "uint8 → int64"],
    ]
    assert panel.facts.channels.texts[1:] == [["red", "0.491", "0.247", "0.000", "1.000"]]
    assert "skipped" in panel.facts.notes.text()
    assert panel.facts.notes.isVisible()
    bars = panel.facts.bars
    assert "900" in bars.explain(bars.classes[0])
    assert "cat 1200" in bars.accessibleDescription()


def test_bars_are_as_long_as_the_counts(panel: DataPanel) -> None:
    panel.show_samples([sample()])
    panel.show_facts(FACTS)
    panel.tabs.show_page(panel.facts)
    QApplication.processEvents()
    bars = panel.facts.bars
    shown = bars.grab().toImage()

    def length(index: int, name: str) -> int:
        place = bars.place(index)
        y = round(place.center().y())
        return sum(shown.pixelColor(x, y).name() == name for x in range(round(place.left()), round(place.right())))

    train, validation = theme.DARK.accent, theme.DARK.validation
    assert length(0, train) == pytest.approx(9 * length(0, validation), abs=9)
    assert length(0, train) == pytest.approx(10 * length(1, train), abs=10)


@pytest.mark.usefixtures("font")
def test_a_hundred_classes_in_columns(panel: DataPanel) -> None:
    panel.show_samples([sample()])
    panel.show_facts(Facts(PARTS, tuple(ClassCount(f"class {i}", (450, 50, 100)) for i in range(100))))
    panel.tabs.show_page(panel.facts)
    QApplication.processEvents()
    bars = panel.facts.bars
    places = [bars.place(index) for index in range(100)]
    assert bars.columns(bars.width()) >= 2
    assert all(bars.rect().adjusted(0, 0, 1, 1).contains(place.toRect()) for place in places)
    assert not any(a.intersects(b) for index, a in enumerate(places) for b in places[:index])


def test_numbers_without_classes_are_regression(panel: DataPanel) -> None:
    panel.show_spec(DataSpec(dataset="linear"))
    panel.show_rows(("x₁", "x₂", "y"), [(1.0, -2.0, 0.5), (0.0, 3.25, 7.0)])
    assert panel.samples.rows.texts == [["", "x₁", "x₂", "y"], ["1", "1.000", "−2.000", "0.500"],
                                        ["2", "0.000", "3.250", "7.000"]]
    panel.show_facts(Facts((Part("training", 1000, (2,), (1,), "float32"),)))
    assert panel.facts.parts.texts[1][2:4] == ["2", "1"]
    panel.show_rows([f"x{i}" for i in range(200)] + ["y"], [[float(i) for i in range(201)]])
    assert panel.samples.rows.texts[1][-2:] == ["…", "200.000"]


# -- steps --------------------------------------------------------------------------------------------------------


def steps() -> list[Step]:
    return [Step("Stored", image(3), "3×8×8, 0 … 255"), Step("Channels", image(1), "1×8×8"),
            Step("Resize", image(1, 96), "1×96×96"), Step("Augmentation", image(1, 96)),
            Step("Normalise", image(1, 96))]


def test_steps_are_asked_for_only_when_looked_at(panel: DataPanel, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(panel.steps_requested):
        panel.show_samples([sample()])
    with qtbot.waitSignal(panel.steps_requested) as asked:
        panel.tabs.show_page(panel.steps)
    assert asked.args == [0]
    with qtbot.waitSignal(panel.steps_requested) as asked:
        qtbot.mouseClick(panel.steps.next, LEFT)
    assert asked.args == [1]
    with qtbot.waitSignal(panel.steps_requested) as asked:  # the data were prepared otherwise
        panel.show_samples([sample()])
    assert asked.args == [1]


def test_an_image_after_each_transform(panel: DataPanel) -> None:
    panel.show_samples([sample()])
    panel.tabs.show_page(panel.steps)
    panel.show_steps(steps(), "cat")
    QApplication.processEvents()
    assert [view.title.text() for view in panel.steps.views] == [step.title for step in steps()]
    boxes = [view.geometry() for view in panel.steps.views]
    assert not any(a.intersects(b) for index, a in enumerate(boxes) for b in boxes[:index])
    assert len({box.y() for box in boxes}) == 1  # side by side
    assert not panel.steps.again.isVisible()
    place = panel.steps.views[0].picture.place()
    assert place.width() == place.height() == 112  # 8 pixels, 14 times as large
    panel.resize(620, 400)
    QApplication.processEvents()
    assert len({view.y() for view in panel.steps.views}) > 1
    panel.show_steps(steps()[:2])
    assert len(panel.steps.views) == 2


def test_what_varies_can_be_varied_again(panel: DataPanel, qtbot: QtBot) -> None:
    panel.show_spec(DataSpec(augment=Augment(flip=True)))
    panel.show_samples([sample()])
    panel.tabs.show_page(panel.steps)
    panel.show_steps(steps(), "cat")
    with qtbot.waitSignal(panel.steps_requested) as asked:
        qtbot.mouseClick(panel.steps.again, LEFT)
    assert asked.args == [0]


# -- variations and made numbers ------------------------------------------------------------------------------------


def test_variations_are_asked_for(panel: DataPanel, qtbot: QtBot) -> None:
    panel.show_samples([sample()])
    panel.tabs.show_page(panel.variations)
    rows = panel.augment.rows
    assert set(rows) == set(Augment.model_fields)
    with qtbot.waitSignal(panel.spec_changed) as changed:
        qtbot.mouseClick(rows["flip"].editor, LEFT, pos=QPoint(8, rows["flip"].editor.height() // 2))
    assert changed.args == [DataSpec(augment=Augment(flip=True)), "augment.flip"]
    with qtbot.waitSignal(panel.spec_changed) as changed:
        retype(qtbot, rows["crop"].editor, "4")
    assert changed.args[0].augment == Augment(flip=True, crop=4)
    with qtbot.assertNotEmitted(panel.spec_changed):
        retype(qtbot, rows["rotate"].editor, "500")
    assert rows["rotate"].error.isVisible()


def test_made_numbers_show_their_true_parameters(panel: DataPanel, qtbot: QtBot) -> None:
    panel.show_spec(DataSpec(dataset="linear"))
    panel.show_rows(("x", "y"), [(1.0, 2.0)])
    panel.tabs.show_page(panel.rule)
    assert "Xw + b" in panel.rule.rule.text()
    assert re.sub(" +", " ", panel.rule.truth.text()) == "w = [2, −3.4] b = 4.2 σ = 0.01"
    shown = {name for name, row in panel.rule.form.rows.items() if row.editor.isVisible()}
    assert shown == set(Synthetic.model_fields) - {"coefficients", "degree"}
    weight = panel.rule.form.rows["weight"].editor
    assert weight.text() == "2, -3.4"
    with qtbot.waitSignal(panel.spec_changed) as changed:
        retype(qtbot, weight, "1, 2.5")
    assert changed.args[0].synthetic.weight == (1, 2.5)
    assert changed.args[1] == "synthetic.weight"
    with qtbot.waitSignal(panel.spec_changed) as changed:
        retype(qtbot, weight, "0.01")  # one for every input
    assert changed.args[0].synthetic.weight == 0.01
    assert "w = 2 × 0.01" in panel.rule.truth.text()


def test_a_rule_that_does_not_fit_is_said(panel: DataPanel) -> None:
    panel.show_spec(DataSpec(dataset="linear", synthetic=Synthetic(inputs=3)))
    panel.show_rows(("x", "y"), [(1.0, 2.0)])
    panel.tabs.show_page(panel.rule)
    assert "3 inputs" in panel.rule.error.text()
    assert panel.rule.error.isVisible()
    panel.show_spec(DataSpec(dataset="polynomial"))
    assert not panel.rule.error.isVisible()
    shown = {name for name, row in panel.rule.form.rows.items() if row.editor.isVisible()}
    assert {"coefficients", "degree"} <= shown
    panel.show_spec(DataSpec(dataset="edges"))
    assert "K = [1, −1]" in panel.rule.truth.text()


def test_what_was_typed_is_forgotten_with_the_document(panel: DataPanel, qtbot: QtBot) -> None:
    panel.show_samples([sample()])
    panel.tabs.show_page(panel.variations)
    crop = panel.augment.rows["crop"].editor
    crop.setFocus()
    crop.selectAll()
    with qtbot.assertNotEmitted(panel.spec_changed):
        qtbot.keyClicks(crop, "7")
        panel.forget_typing()
        panel.form.setFocus()
    assert crop.text() == "0"


# -- everything can be read -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize("size", [(820, 260), (1100, 260), (1600, 700)])
@pytest.mark.parametrize("spec", [DataSpec(), DataSpec(dataset="emnist", augment=Augment(flip=True)),
                                  DataSpec(dataset="linear"), DataSpec(dataset="house-prices")])
def test_no_label_is_cut(panel: DataPanel, size: tuple[int, int], spec: DataSpec) -> None:
    panel.resize(*size)
    panel.show_spec(spec)
    panel.show_rows(("x", "y"), [(1.0, 2.0)])
    panel.show_preview(PREVIEW)
    panel.show_facts(FACTS)
    panel.show_steps(steps(), "cat")
    there = [index for index in range(panel.tabs.bar.count()) if panel.tabs.bar.isTabVisible(index)]
    assert len(there) > 2
    for index in there:
        panel.tabs.bar.setCurrentIndex(index)
        for _ in range(3):  # a page that is first shown asks for its layout while it is laid out
            QApplication.processEvents()
        labels = [label for label in panel.findChildren(QLabel) if label.isVisible() and label.text()]
        assert len(labels) > 3
        for label in labels:
            need = label.heightForWidth(label.width()) if label.wordWrap() else label.minimumSizeHint().height()
            assert label.height() >= need, label.text()
            assert label.wordWrap() or label.width() >= label.minimumSizeHint().width(), label.text()


def test_samples_say_that_some_files_could_not_be_read(panel: DataPanel) -> None:
    spec = DataSpec(dataset="folder", path="/somewhere")
    panel.show_spec(spec)
    panel.show_facts(Facts(PARTS, skipped=2))
    note = panel.samples.note
    assert note.isVisible()
    assert note.text() == "2 images could not be read: see Numbers"
    panel.show_facts(Facts(PARTS, skipped=1))
    assert note.text() == "1 image could not be read: see Numbers"
    panel.show_facts(Facts(PARTS))
    assert not note.isVisible()
    panel.show_facts(Facts(PARTS, skipped=2))
    panel.show_spec(DataSpec(dataset="folder", path="/elsewhere"))
    assert not note.isVisible()
