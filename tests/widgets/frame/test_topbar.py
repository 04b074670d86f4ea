"""The top bar: states, choices, progress, and room for all of it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QIcon, QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QToolButton
from pytestqt.qtbot import QtBot

from engine.analysis.analysis import Costs
from tests.in_front import in_front
from tests.mouse import double_click, interval, middle
from tests.seen import colors
from widgets.frame.topbar import HEIGHT, TopBar
from widgets.look import theme
from widgets.parts.elided import ElidedLabel

DATASETS = [("digits", "Digits"), ("mnist", "MNIST"), ("fashion-mnist", "Fashion-MNIST")]
DEVICES = [("auto", "Auto"), ("cpu", "CPU"), ("cuda:0", "CUDA 0 · NVIDIA GeForce RTX 4090 Laptop")]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def bar(qtbot: QtBot) -> TopBar:
    bar = TopBar()
    for name in ("File", "Edit", "View", "Network", "Train", "Help"):
        bar.menu_bar.addMenu(name)
    bar.set_datasets(DATASETS)
    bar.set_devices(DEVICES)
    return in_front(qtbot, bar, 1280, HEIGHT)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(("state", "text", "train", "stop", "steps"), [
    ("loading", "Train", False, False, False), ("idle", "Train", True, False, True),
    ("preparing", "Pause", False, True, False), ("running", "Pause", True, True, True),
    ("paused", "Resume", True, True, True), ("stopping", "Pause", False, False, False),
])  # fmt: skip
def test_states(bar: TopBar, state: str, text: str, train: bool, stop: bool, steps: bool) -> None:
    bar.set_state(state)
    assert (bar.train.isEnabled(), bar.stop.isEnabled(), bar.one_batch.isEnabled(), bar.one_epoch.isEnabled()) == (
        train, stop, steps, steps)
    assert bar.train.text() == text
    assert bar.train.toolTip() == {
        "loading": "PyTorch is still loading: ready in a moment", "preparing": "Getting ready to train",
        "running": "Pause after this batch", "paused": "Go on training",
        "stopping": "Stopping after this batch"}.get(state, "Train this network")


@pytest.mark.parametrize("state", ["preparing", "running", "paused", "stopping"])
def test_while_another_network_is_trained_the_one_in_front_may_wait(bar: TopBar, qtbot: QtBot, state: str) -> None:
    bar.set_state(state, "lenet", "mlp waits")
    assert bar.train.text() == "Train" and bar.train.toolTip() == "mlp waits" and "lenet" in bar.stop.toolTip()
    assert all(button.isEnabled() for button in (bar.train, bar.one_batch, bar.one_epoch))
    assert bar.stop.isEnabled() == (state != "stopping")
    with qtbot.waitSignal(bar.train_clicked):
        qtbot.mouseClick(bar.train, LEFT)
    bar.set_train_enabled(False, "The network has no output")
    assert not bar.train.isEnabled() and bar.train.toolTip() == "The network has no output"


def test_a_network_that_trains_meanwhile_can_be_stopped_and_asked_for_again(bar: TopBar, qtbot: QtBot) -> None:
    bar.set_state("meanwhile", "", "mlp is trained meanwhile")
    assert bar.train.text() == "Train" and bar.train.toolTip() == "mlp is trained meanwhile"
    assert all(button.isEnabled() for button in (bar.train, bar.stop, bar.one_epoch))
    with qtbot.waitSignals([bar.train_clicked, bar.stop_clicked]):
        qtbot.mouseClick(bar.train, LEFT)
        qtbot.mouseClick(bar.stop, LEFT)


def test_clicks_are_reported(bar: TopBar, qtbot: QtBot) -> None:
    bar.set_state("idle")
    with qtbot.waitSignal(bar.train_clicked):
        qtbot.mouseClick(bar.train, LEFT)
    bar.set_state("running")
    with qtbot.waitSignal(bar.pause_clicked):
        bar.train.click()
    assert bar.train.text() == "Pause"  # until the run says that it is paused
    bar.set_state("paused")
    with qtbot.waitSignal(bar.pause_clicked):
        bar.train.click()
    with qtbot.waitSignal(bar.stop_clicked):
        qtbot.keyClick(bar.stop, Qt.Key.Key_Space)


def test_a_reason_forbids_training_but_not_resuming(bar: TopBar) -> None:
    bar.set_state("idle")
    bar.set_train_enabled(False, "The network has no output")
    assert not bar.train.isEnabled()
    assert bar.train.toolTip() == "The network has no output"
    bar.set_state("paused")
    assert bar.train.isEnabled()
    bar.set_state("loading")
    assert "PyTorch" in bar.train.toolTip()
    bar.set_state("idle")
    bar.set_train_enabled(True, "")
    assert bar.train.isEnabled()


def test_a_choice_by_keyboard_is_reported_and_by_program_is_not(bar: TopBar, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(bar.dataset_chosen):
        bar.show_dataset("mnist")
    assert bar.dataset.currentText() == "MNIST"
    with qtbot.waitSignal(bar.dataset_chosen) as chosen:
        qtbot.keyClick(bar.dataset, Qt.Key.Key_Down)
    assert chosen.args == ["fashion-mnist"]
    with qtbot.waitSignal(bar.device_chosen) as chosen:
        qtbot.keyClick(bar.device, Qt.Key.Key_Down)
    assert chosen.args == ["cpu"]


def test_the_wheel_changes_no_choice(bar: TopBar, qtbot: QtBot) -> None:
    bar.dataset.setFocus()
    at = QPointF(bar.dataset.rect().center())
    wheel = QWheelEvent(at, bar.dataset.mapToGlobal(at), QPoint(), QPoint(0, -120), LEFT.NoButton,
                        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False)
    with qtbot.assertNotEmitted(bar.dataset_chosen):
        QApplication.sendEvent(bar.dataset, wheel)
    assert bar.dataset.currentData() == "digits"


def test_devices_that_come_later_keep_the_choice(bar: TopBar) -> None:
    bar.show_device("cuda:1")  # a file from another machine
    assert bar.device.currentText() == "cuda:1"
    bar.set_devices([("auto", "Auto"), ("cpu", "CPU")])
    assert bar.device.currentData() == "cuda:1"


@pytest.mark.usefixtures("font")
def test_progress_and_sentences(bar: TopBar) -> None:
    bar.resize(1400, HEIGHT)
    progress = bar.progress
    bar.show_progress(7, 10, 0.6299, 35740.4, 21.2)
    assert plain(progress.left.text()) == "epoch 7 of 10 · 62 %"
    assert plain(progress.right.text()) == "35 740 examples/s · 0:21 left"
    assert progress.bar.value() == 6299
    bar.show_status("Downloading MNIST · 4.2 of 9.9 MB", 0.42)
    assert progress.bar.isVisible()
    assert progress.left.text() == "Downloading MNIST · 4.2 of 9.9 MB"
    assert progress.right.text() == ""
    bar.show_status("loss 0.473, train acc 0.823, test acc 0.827, 35726 examples/s on cuda:0")
    assert not progress.bar.isVisible()
    assert progress.sentence.isVisible()
    assert "".join(progress.sentence.shown_lines()).endswith("cuda:0")  # two lines take it whole
    bar.show_progress(1, 1, float("nan"), float("inf"), float("inf"))
    assert "–" in progress.right.text()


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize("width", [1280, 1600, 3840])
def test_nothing_overlaps_and_nothing_moves(bar: TopBar, width: int) -> None:
    bar.resize(width, HEIGHT)
    parts = [bar.menu_bar, bar.dataset, bar.device, bar.train, bar.stop, bar.progress]

    def places() -> list[tuple[int, int]]:
        QApplication.processEvents()
        return [(part.mapTo(bar, QPoint()).x(), part.width()) for part in parts]

    bar.set_state("idle")
    bar.show_status("")
    before = places()
    assert all(left + size <= right for (left, size), (right, _) in pairwise(before))
    assert before[-1][0] + before[-1][1] <= width
    for state, epoch, speed, seconds in (("running", 9, 99.0, 9), ("paused", 10, 1234567.0, 36000)):
        bar.set_state(state)
        bar.show_progress(epoch, 10, 0.5, speed, seconds)
        assert places() == before
    assert bar.width() == width


def test_a_new_theme_is_taken_at_once(bar: TopBar) -> None:
    bar.set_state("running")
    for look, other in ((theme.DARK, theme.LIGHT), (theme.LIGHT, theme.DARK)):
        theme.apply(QApplication.instance(), look)
        assert {look.panel, look.text} <= colors(bar) and other.panel not in colors(bar)
    icon = bar.stop.icon().pixmap(14, 14).toImage()
    pixels = [icon.pixelColor(x, y) for x in range(14) for y in range(14)]
    assert {pixel.name() for pixel in pixels if pixel.alpha() == 255} == {theme.LIGHT.text}


def test_every_control_has_a_name(bar: TopBar) -> None:
    for control in (bar.dataset, bar.device, bar.stop, bar.progress.bar):
        assert control.accessibleName()


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize("width", [1050, 1100, 1150, 1280, 1400])
def test_in_little_room_the_name_goes_first_and_the_labels_next(bar: TopBar, width: int) -> None:
    bar.resize(width, HEIGHT)
    QApplication.processEvents()
    brand = next(label for label in bar.findChildren(QLabel) if label.text() == "Layerloom")
    brief = [choice.is_brief for choice in (bar.dataset, bar.device)]
    assert brief in ([False, False], [True, True]) and not (brand.isVisible() and brief[0])
    bar.resize(2000, HEIGHT)
    QApplication.processEvents()
    assert brand.isVisible() and not bar.dataset.is_brief


@pytest.mark.usefixtures("font")
def test_a_sentence_of_two_lines_leaves_no_lone_word(qtbot: QtBot) -> None:
    text = "The best weights are kept: test accuracy 0.827 after epoch seven of ten"
    label = ElidedLabel(text, lines=2)
    qtbot.addWidget(label)
    label.resize(label.fontMetrics().horizontalAdvance(text) - 4, 40)
    first, second = label.shown_lines()
    assert f"{first} {second}" == text
    assert len(second) > 0.7 * len(first)
    label.resize(120, 40)
    assert label.shown_lines()[1].endswith("…")


@pytest.mark.usefixtures("font")
def test_what_goes_first_goes_only_when_there_is_no_room_for_it(bar: TopBar) -> None:
    [brand] = [label for label in bar.findChildren(QLabel) if label.text() == "Layerloom"]
    labels = bar.dataset.label_room() + bar.device.label_room()
    seen, least = [], set()
    for width in range(1900, 600, -3):
        bar.resize(width, HEIGHT)
        bar.layout().activate()
        need = bar.layout().minimumSize().width()
        seen.append((brand.isVisible(), bar.dataset.is_brief))
        least.add(bar.minimumSizeHint().width())
        assert bar.dataset.is_brief == bar.device.is_brief
        assert need <= width or bar.dataset.is_brief
        if bar.dataset.is_brief:
            assert need + labels > width
        if not brand.isVisible():
            assert need + brand.sizeHint().width() + 8 > width or bar.dataset.is_brief
    assert list(dict.fromkeys(seen)) == [(True, False), (False, False), (False, True)]
    assert least == {need}, "what it cannot do without"


def test_train_is_as_wide_in_every_state(bar: TopBar) -> None:
    widths = set()
    for state in ("idle", "paused", "running"):
        bar.set_state(state)
        QApplication.processEvents()
        widths.add(bar.train.width())
        assert bar.train.width() >= bar.train.sizeHint().width()
        assert bar.train.text() == {"idle": "Train", "paused": "Resume"}.get(state, "Pause")
    assert len(widths) == 1
    bar.setStyleSheet("QPushButton { font-size: 24px; }")
    QApplication.processEvents()
    bar.set_state("paused")
    assert bar.train.width() >= bar.train.sizeHint().width() and {bar.train.width()} != widths


def test_what_is_not_known_yet_and_what_cannot_be_pressed(qtbot: QtBot) -> None:
    bar = TopBar()
    qtbot.addWidget(bar)
    assert not any(button.icon().isNull() for button in (bar.train, bar.stop))
    assert not bar.train.isEnabled() and bar.train.toolTip() == "PyTorch is still loading: ready in a moment"
    bar.set_state("idle")
    assert bar.train.isEnabled(), "until it is said that it cannot be trained"
    assert bar.stop.toolTip() == "Stop training and keep the best weights so far"


@pytest.mark.parametrize("look", [theme.DARK, theme.LIGHT])
def test_signs_on_the_buttons_are_pale_where_they_cannot_be_pressed(bar: TopBar, look: theme.Theme) -> None:
    theme.apply(QApplication.instance(), look)
    QApplication.processEvents()
    for button, tone in ((bar.train, look.on_accent), (bar.stop, look.text)):
        for mode, color in ((QIcon.Mode.Normal, tone), (QIcon.Mode.Disabled, look.dim)):
            image = button.icon().pixmap(14, 14, mode).toImage()
            opaque = {image.pixelColor(x, y).name() for x in range(14) for y in range(14)
                      if image.pixelColor(x, y).alpha() == 255}
            assert opaque == {color}


def test_menus_stand_beside_the_name_and_take_no_more_room_than_they_need(bar: TopBar) -> None:
    bar.resize(2400, HEIGHT)
    QApplication.processEvents()
    [brand] = [label for label in bar.findChildren(QLabel) if label.text() == "Layerloom"]
    assert bar.menu_bar.width() == bar.menu_bar.sizeHint().width()
    assert brand.x() == 18 and brand.geometry().right() < bar.menu_bar.x() < brand.geometry().right() + 30
    order = [bar.menu_bar, bar.dataset, bar.device, bar.train, bar.stop, bar.progress]
    lefts = [part.mapTo(bar, QPoint()).x() for part in order]
    assert lefts == sorted(set(lefts))
    assert bar.dataset.width() < 600 and lefts[1] - bar.menu_bar.geometry().right() > 100, "what is over lies between"
    assert bar.height() == HEIGHT
    assert bar.stop.width() == bar.go_on.width(), "one takes the place of the other"
    assert {each.height() for each in (bar.train, bar.stop, bar.go_on, bar.one_batch)} == {30}


def test_the_space_bar_asks_to_pause_and_to_go_on(bar: TopBar, qtbot: QtBot) -> None:
    asked = []
    bar.pause_clicked.connect(lambda: asked.append(bar.train.text()))
    for state in ("running", "paused"):
        bar.set_state(state)
        qtbot.keyClick(bar.train, Qt.Key.Key_Space)
    assert asked == ["Pause", "Resume"]


def test_a_double_click_on_train_does_not_pause_what_it_began(bar: TopBar) -> None:
    asked = []
    bar.pause_clicked.connect(lambda: asked.append("pause"))
    bar.train_clicked.connect(lambda: (asked.append("train"), bar.set_state("running")))
    bar.set_state("idle")
    with interval(600_000):
        double_click(bar, middle(bar.train))
    assert asked == ["train"]


# -- little room, and the totals at the right -----------------------------------------------------------------------

COSTS = Costs(params=5_977_530, mult_adds=276_000_000, training_memory=886_000_000, inference_memory=24_000_000)


def spots(bar: TopBar) -> list[tuple[int, int]]:
    QApplication.processEvents()
    parts = [bar.menu_bar, bar.dataset, bar.device, bar.train, bar.stop, bar.progress, bar.totals]
    return [(part.mapTo(bar, QPoint()).x(), part.width()) for part in parts if part.isVisible() and part.width() > 1]


def said(bar: TopBar) -> str:
    QApplication.processEvents()
    return plain(bar.totals.text()) if bar.totals.isVisible() else ""


@pytest.mark.usefixtures("font")
def test_in_very_little_room_words_go_before_menus_and_nothing_is_cut(bar: TopBar) -> None:
    menus, words = set(), set()
    for width in range(1400, bar.minimumSizeHint().width() - 1, -7):
        bar.resize(width, HEIGHT)
        bar.show_progress(7, 10, 0.62, 35740.4, 21)
        found = spots(bar)
        assert all(left + size <= right for (left, size), (right, _) in pairwise(found)), width
        assert found[-1][0] + found[-1][1] <= width
        metrics = bar.progress.left.fontMetrics()
        for label in (bar.progress.left, bar.progress.right):
            assert metrics.horizontalAdvance(label.text()) <= label.width() + 1
        menus.add(bar.menu_bar.width())
        words.add(plain(bar.progress.right.text()))
        if bar.menu_bar.width() < bar.menu_bar.sizeHint().width():
            [more] = [button for button in bar.menu_bar.findChildren(QToolButton) if button.isVisible()]
            assert more.geometry().right() <= bar.menu_bar.width() and len(colors(more)) > 2
    assert len(menus) > 3 and words == {"35 740 examples/s · 0:21 left", "0:21 left"}


@pytest.mark.usefixtures("font")
def test_it_tells_how_wide_it_must_be(bar: TopBar) -> None:
    told: list[int] = []
    bar.least_changed.connect(told.append)
    bar.setStyleSheet("QPushButton { font-size: 24px; }")
    bar.resize(1300, HEIGHT)
    QApplication.processEvents()
    bar.resize(1301, HEIGHT)
    assert told[-1] == bar.minimumSizeHint().width()


@pytest.mark.usefixtures("font")
def test_the_totals_stand_at_the_right_where_there_is_room(bar: TopBar) -> None:
    bar.show_totals(COSTS, 128)
    assert said(bar) == "", "they are said elsewhere"
    bar.resize(2200, HEIGHT)
    before = spots(bar)
    bar.want_totals(True)
    assert said(bar) == "5 977 530 parameters · 276 M multiply-adds · 886 MB to train"
    assert spots(bar)[:-2] == before[:-1], "nothing else moves"
    assert bar.totals.geometry().right() <= bar.width() - 16
    assert "128" in bar.totals.toolTip()
    bar.show_totals(None, 128)
    assert said(bar) == ""


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize("speaks", [False, True])
def test_the_totals_are_whole_or_not_there(bar: TopBar, speaks: bool) -> None:
    bar.want_totals(True)
    bar.show_totals(COSTS, 128)
    if speaks:
        bar.show_progress(7, 10, 0.62, 35740.4, 21)
    seen = set()
    for width in (2560, 1920, 1600, 1400, 1280, 1092, 1000, 900, bar.minimumSizeHint().width()):
        bar.resize(width, HEIGHT)
        seen.add(said(bar))
        found = spots(bar)
        assert all(left + size <= right for (left, size), (right, _) in pairwise(found)), width
        assert bar.totals.fontMetrics().horizontalAdvance(bar.totals.text()) <= max(0, bar.totals.width())
    assert "5 977 530 parameters · 276 M multiply-adds · 886 MB to train" in seen and len(seen) > 1
    assert not speaks or "" in seen


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize("width", [900, 1092, 1280])
def test_the_test_accuracy_is_said_however_little_room_there_is(bar: TopBar, width: int) -> None:
    bar.resize(width, HEIGHT)
    whole = "Changed since training · best epoch 17 of 20: train loss 0.473, train acc 0.823, test acc 0.827, 35 726 …"
    bar.show_status(whole, shorter=["best epoch 17 of 20: train acc 0.823, test 0.827", "test acc 0.827"])
    QApplication.processEvents()
    assert "0.827" in " ".join(bar.progress.sentence.shown_lines())


# -- workspaces and single steps ------------------------------------------------------------------------------------


def test_a_workspace_is_asked_for_by_a_click(bar: TopBar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bar.workspace_chosen) as asked:
        qtbot.mouseClick(bar.workspaces.buttons["train"], LEFT)
    assert asked.args == ["train"]
    bar.show_workspace("build", with_steps=False)
    assert bar.workspaces.shown == "build"


def test_single_steps_are_there_once_they_are_possible_and_only_where_one_trains(bar: TopBar, qtbot: QtBot) -> None:
    bar.resize(1600, HEIGHT)
    bar.show_workspace("train", with_steps=True)
    assert not bar.one_batch.isVisible() and not bar.one_epoch.isVisible()
    bar.set_steps(True)
    bar.set_state("idle")
    assert bar.one_batch.isVisible() and bar.one_epoch.isVisible()
    for button, asked in ((bar.one_batch, bar.one_batch_clicked), (bar.one_epoch, bar.one_epoch_clicked)):
        with qtbot.waitSignal(asked):
            qtbot.mouseClick(button, LEFT)
    bar.show_workspace("build", with_steps=False)
    assert not bar.one_batch.isVisible()
    bar.show_workspace("train", with_steps=True)
    bar.set_steps(False)
    assert not bar.one_batch.isVisible()


@pytest.mark.usefixtures("font")
def test_in_little_room_the_name_goes_then_labels_then_the_steps_and_the_workspaces_last(bar: TopBar) -> None:
    bar.show_workspace("train", with_steps=True)
    bar.set_steps(True)
    [brand] = [label for label in bar.findChildren(QLabel) if label.text() == "Layerloom"]
    seen = []
    for width in range(2200, bar.minimumSizeHint().width() - 1, -5):
        bar.resize(width, HEIGHT)
        QApplication.processEvents()
        seen.append((brand.isVisible(), bar.one_batch.isVisible(), not bar.dataset.is_brief,
                     bar.workspaces.isVisible()))
        parts = [bar.menu_bar, bar.workspaces, bar.dataset, bar.device, bar.train, bar.stop, bar.one_batch,
                 bar.one_epoch, bar.progress]
        found = [(part.mapTo(bar, QPoint()).x(), part.width()) for part in parts if part.isVisible()]
        assert all(left + size <= right for (left, size), (right, _) in pairwise(found)), width
        assert found[-1][0] + found[-1][1] <= width
    labels_again = (False, False, True, True)  # in the room of the steps, if that is enough for them
    assert [each for each in dict.fromkeys(seen) if each != labels_again] == [
        (True, True, True, True), (False, True, True, True), (False, True, False, True), (False, False, False, True),
        (False, False, False, False)]
