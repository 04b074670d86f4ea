"""The top bar: name, menus, workspaces, what is trained where, one button to train and to pause, how far it is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenuBar, QPushButton, QSizePolicy, QToolButton, QWidget

from engine.analysis.analysis import Costs
from widgets.frame.totals import Totals
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.icons import icon_url
from widgets.parts.choice import Choice
from widgets.parts.segments import Segment, Segments
from widgets.parts.still import StillButton
from widgets.training.progress import Progress

HEIGHT, GAP, EDGE = 46, 8, 16
WORDS, FEW_WORDS = 36, 24  # letters in a line of the progress: as it should have, and where there is little room
FEW_MENUS = 116  # the width of the first of them, and of the button that shows the others
APART = 24  # between the progress and the totals
HOLDABLE = ("running", "paused")  # what can be held, or go on


@guarded
class ProgressPlace(QWidget):
    """Keeps its place in the row; the progress in it may be narrower."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self._progress, self._most = progress, 0
        progress.setParent(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:
        return self._progress.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self._progress.minimumSizeHint().height())

    def letters(self, count: float) -> int:
        """The width of so many letters of the progress."""
        return theme.letters(self._progress.sentence.font(), count)

    def leave(self, most: int) -> None:
        """Let the progress take no more than this."""
        self._most = most
        self._progress.setGeometry(0, 0, max(1, min(self.width(), most)), self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.leave(self._most)


@guarded
class TopBar(QWidget):
    """Shows a state, reports clicks."""

    train_clicked = Signal()
    pause_clicked = Signal()
    stop_clicked = Signal()
    continue_clicked = Signal()
    one_batch_clicked = Signal()
    one_epoch_clicked = Signal()
    workspace_chosen = Signal(str)
    dataset_chosen = Signal(str)
    device_chosen = Signal(str)
    least_changed = Signal(int)  # the width that it cannot do without

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("topbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(HEIGHT)
        self.menu_bar = QMenuBar()
        self.menu_bar.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.dataset, self.device = Choice(self.tr("Data"), narrowest=14.6), Choice(self.tr("Device"))
        self.workspaces = Segments(self.tr("Workspace"), Segment("build", self.tr("Build")),
                                   Segment("train", self.tr("Train")),
                                   Segment("inside", self.tr("Look inside"), brief=self.tr("Inside")))
        self.train, self.stop = StillButton(), StillButton()
        self.go_on = StillButton(self.tr("Continue"))
        self.one_batch, self.one_epoch = QPushButton(self.tr("1 batch")), QPushButton(self.tr("1 epoch"))
        self._steps = QWidget()
        self._has_steps = self._is_for_steps = False
        self.progress, self.totals = Progress(), Totals(self)
        self._place, self._is_silent = ProgressPlace(self.progress), True
        self._state, self._can_train, self._reason = "loading", True, ""
        self._least = 0
        self._widths: dict[tuple[bool, int], tuple[int, int]] = {}
        self._other = ""  # what is trained, where it is not in front
        self._waits = ""  # what Train does meanwhile
        self._name_buttons()
        self._assemble()
        self._connect()
        self._draw_icons()
        self.set_state("loading")

    def _name_buttons(self) -> None:
        self.train.setProperty("role", "primary")
        self.stop.setText(self.tr("Stop"))
        self.stop.setAccessibleName(self.tr("Stop training"))
        for button, hint in ((self.one_batch, self.tr("Learn from one batch, then pause")),
                             (self.one_epoch, self.tr("Learn for one epoch, then pause"))):
            button.setToolTip(hint)
        for each in (self.train, self.stop, self.go_on, self.one_batch, self.one_epoch):
            each.setFixedHeight(30)
            each.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # what is being typed is kept by whoever begins the training
        self.go_on.hide()

    def _assemble(self) -> None:
        self._brand = QLabel(self.tr("Layerloom"))
        self._brand.setProperty("role", "brand")
        self._row = row = QHBoxLayout(self)
        row.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        row.setContentsMargins(18, 0, EDGE, 0)
        row.setSpacing(GAP)
        row.addWidget(self._brand)
        row.addSpacing(8)
        row.addWidget(self.menu_bar)
        row.addWidget(self.workspaces)
        row.addStretch(1)
        for widget in (self.dataset, self.device):
            row.addWidget(widget)
        row.addLayout(self._button_row())
        row.addWidget(self._steps)
        row.addSpacing(8)
        row.addWidget(self._place)
        row.addStretch(1)

    def _button_row(self) -> QHBoxLayout:
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        for button in (self.train, self.go_on, self.stop):
            buttons.addWidget(button)
        steps = QHBoxLayout(self._steps)
        steps.setContentsMargins(0, 0, 0, 0)
        steps.setSpacing(6)
        steps.addWidget(self.one_batch)
        steps.addWidget(self.one_epoch)
        self._steps.hide()
        return buttons

    def _connect(self) -> None:
        self.train.clicked.connect(self._press)
        self.stop.clicked.connect(self.stop_clicked)
        self.go_on.clicked.connect(self.continue_clicked)
        self.one_batch.clicked.connect(self.one_batch_clicked)
        self.one_epoch.clicked.connect(self.one_epoch_clicked)
        self.workspaces.chosen.connect(self.workspace_chosen)
        self.dataset.chosen.connect(self.dataset_chosen)
        self.device.chosen.connect(self.device_chosen)

    def _press(self) -> None:
        """Train, or hold what is trained, or let it go on."""
        (self.pause_clicked if self._state in HOLDABLE and not self._other else self.train_clicked).emit()

    # -- choices ------------------------------------------------------------------------------------------------

    def set_datasets(self, datasets: Sequence[tuple[str, str]]) -> None:
        """The data sets, as (id, title)."""
        self.dataset.set_choices(datasets)

    def show_dataset(self, id: str) -> None:
        """The data set in use."""
        self.dataset.show_choice(id)

    def set_devices(self, devices: Sequence[tuple[str, str]]) -> None:
        """The devices, as (id, title)."""
        self.device.set_choices(devices)

    def show_device(self, id: str) -> None:
        """The device in use."""
        self.device.show_choice(id)

    # -- workspaces ---------------------------------------------------------------------------------------------

    def show_workspace(self, id: str, with_steps: bool) -> None:
        """The workspace one is in; ``with_steps``: single batches and epochs belong there."""
        self.workspaces.show_chosen(id)
        self._is_for_steps = with_steps
        self._fit()

    def set_steps(self, available: bool) -> None:
        """Whether one can train a batch or an epoch at a time: where one trains, and there is room, by a button."""
        self._has_steps = available
        self._fit()

    # -- state --------------------------------------------------------------------------------------------------

    def set_state(self, state: str, other: str = "", waits: str = "") -> None:
        """One of loading, idle, preparing, running, paused, stopping; of another network than the one in front.

        Or meanwhile: the one in front trains in a process of its own. ``waits``: what Train does, where it has to wait.
        """
        self._state, self._other, self._waits = state, other, waits
        self.stop.setEnabled(state in ("preparing", "running", "paused", "meanwhile"))
        words = self.tr("Stop training {name} and keep the best weights so far") if other else (
            self.tr("Stop training and keep the best weights so far"))
        self.stop.setToolTip(words.replace("{name}", other))
        for button in (self.one_batch, self.one_epoch):
            button.setEnabled(bool(other) or state in ("idle", "meanwhile", *HOLDABLE))
        self._show_train()

    def set_train_enabled(self, enabled: bool, reason: str = "") -> None:
        """Whether the network can be trained, else why not."""
        self._can_train, self._reason = enabled, reason
        self._show_train()

    def set_continuable(self, continuable: bool, hint: str = "") -> None:
        """Whether there is a run that can go on, and how: the button takes the place of the one that needs one."""
        self.go_on.setToolTip(hint)
        self.go_on.setVisible(continuable)
        self.stop.setVisible(not continuable)
        self._fit()

    def _show_train(self) -> None:
        state = "idle" if self._other or self._state == "meanwhile" else self._state
        pauses = state in ("preparing", "running", "stopping")
        self.train.setText(self.tr("Pause") if pauses else self.tr("Resume") if state == "paused" else self.tr("Train"))
        _draw(self.train, "pause" if pauses else "play", theme.current().on_accent)
        self.train.setEnabled(state in HOLDABLE or (state == "idle" and self._can_train))
        self.train.setToolTip(self._train_hint())

    def _train_hint(self) -> str:
        if self._other or self._waits:
            return self._reason or self._waits
        hints = {
            "loading": self.tr("PyTorch is still loading: ready in a moment"),
            "preparing": self.tr("Getting ready to train"),
            "running": self.tr("Pause after this batch"),
            "paused": self.tr("Go on training"),
            "stopping": self.tr("Stopping after this batch"),
        }
        return hints.get(self._state) or self._reason or self.tr("Train this network")

    def show_progress(self, epoch: int, epochs: int, fraction: float, examples_per_second: float,
                      seconds_left: float, member: str = "") -> None:
        """How far the run is; ``member``: which one of a series it is."""
        self._set_silent(False)
        self.progress.show_epoch(epoch, epochs, fraction, examples_per_second, seconds_left, member)

    def show_pause(self, epoch: int, epochs: int, fraction: float, batch: int, batches: int,
                   member: str = "") -> None:
        """Where the run is held."""
        self._set_silent(False)
        self.progress.show_pause(epoch, epochs, fraction, batch, batches, member)

    def show_status(self, text: str, fraction: float | None = None, shorter: Sequence[str] = ()) -> None:
        """A sentence in place of the progress, or in little room a ``shorter`` one; with ``fraction`` below the bar."""
        self._set_silent(not text and fraction is None)
        self.progress.show_sentence(text, fraction, shorter)

    # -- looks --------------------------------------------------------------------------------------------------

    def _draw_icons(self) -> None:
        now = theme.current()
        self._show_train()
        _draw(self.stop, "stop", now.text)
        more = self.menu_bar.findChild(QToolButton, "qt_menubar_ext_button")
        if more is not None:  # Qt's own picture is dark in any theme
            more.setIcon(QIcon(icon_url("chevron", now.dim)))
            more.setIconSize(QSize(10, 10))
            more.setToolTip(self.tr("More menus"))

    def _keep_width(self) -> None:
        """As wide as the widest of its texts, so that it never changes."""
        text, widths = self.train.text(), []
        for each in (self.tr("Train"), self.tr("Pause"), self.tr("Resume")):
            self.train.setText(each)
            widths.append(self.train.sizeHint().width())
        self.train.setText(text)
        self.train.setFixedWidth(max(widths))
        for button in (self.stop, self.go_on):  # one takes the place of the other: nothing beside them moves
            button.setFixedWidth(max(self.stop.sizeHint().width(), self.go_on.sizeHint().width()))

    def _fit(self) -> None:
        """In little room, or with a wide font, first the program's name goes, then labels, room, single steps, words,
        menus, and last the workspaces: menus have steps and workspaces, too."""
        labels, words, few_words = self._label_room(), self._place.letters(WORDS), self._place.letters(FEW_WORDS)
        room = self.width() - self._rest()
        tight = sum(self._measured(tight=False)) > room - words - labels
        menus, workspaces = self._measured(tight)
        self._set_tight(tight)
        has_workspaces = room >= workspaces + min(FEW_MENUS, menus) + few_words
        self.workspaces.setVisible(has_workspaces)
        room -= menus + words + (workspaces if has_workspaces else 0)
        has_steps = self._has_steps and self._is_for_steps and room + words - few_words >= _room(self._steps)
        self._steps.setVisible(has_steps)
        room -= _room(self._steps) if has_steps else 0
        for choice in (self.dataset, self.device):
            choice.set_brief(room < labels)
        self._brand.setVisible(room >= labels + _room(self._brand))
        few = max(few_words, words + min(0, room))
        self._place.setMinimumWidth(few)
        self.menu_bar.setFixedWidth(max(min(FEW_MENUS, menus), menus + min(0, room + words - few)))
        self._row.activate()
        self._fit_totals()
        least = self.minimumSizeHint().width()
        if least != self._least:
            self._least = least
            self.least_changed.emit(least)

    def _measured(self, tight: bool) -> tuple[int, int]:
        """How wide menus and workspaces are; known until the style is another."""
        key = tight, len(self.menu_bar.actions())
        if key not in self._widths:
            self._set_tight(tight)
            self._widths[key] = self.menu_bar.sizeHint().width(), _room(self.workspaces)
        return self._widths[key]

    def _set_tight(self, tight: bool) -> None:
        self.workspaces.set_tight(tight)
        theme.mark_tight(self.menu_bar, tight)

    def _fit_totals(self) -> None:
        """At the right end, where the progress leaves room for it or says nothing."""
        free = self.width() - EDGE - self._place.x()
        taken = 0 if self._is_silent else self._place.letters(WORDS) + APART
        width = self.totals.fit(free - taken)
        self._place.leave(free - width - APART if width else free)
        self.totals.setGeometry(self.width() - EDGE - width, 0, width, self.height())

    def _set_silent(self, silent: bool) -> None:
        if silent != self._is_silent:
            self._is_silent = silent
            self._fit_totals()

    def show_totals(self, costs: Costs | None, batch_size: int) -> None:
        """What the network costs; None while that is unknown."""
        self.totals.show_costs(costs, batch_size)
        self._fit_totals()

    def want_totals(self, wanted: bool) -> None:
        """Whether they are to be said here: they are not said elsewhere."""
        self.totals.is_wanted = wanted
        self._fit_totals()

    def _label_room(self) -> int:
        return self.dataset.label_room() + self.device.label_room()

    def _rest(self) -> int:
        """What is never given up, without menus and progress."""
        shown = sum(_room(part) for part in (self._brand, self.workspaces, self._steps) if not part.isHidden())
        shown += 0 if self.dataset.is_brief else self._label_room()
        return self._row.minimumSize().width() - shown - self.menu_bar.minimumWidth() - self._place.minimumWidth()

    def minimumSizeHint(self) -> QSize:
        """Without what goes where there is little room."""
        menus = min(FEW_MENUS, self.menu_bar.sizeHint().width())
        return QSize(self._rest() + menus + self._place.letters(FEW_WORDS), self._row.minimumSize().height())

    def changeEvent(self, event: QEvent) -> None:
        """Take the new theme's colours and font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange) and hasattr(self, "progress"):
            self._draw_icons()
            self._keep_width()
            self._widths.clear()
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width."""
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        """The style is known only now."""
        super().showEvent(event)
        self._keep_width()
        self._widths.clear()
        self._fit()


def _draw(button: QPushButton, name: str, color: str) -> None:
    icon = QIcon(icon_url(name, color))
    icon.addFile(icon_url(name, theme.current().dim), QSize(), QIcon.Mode.Disabled)
    button.setIcon(icon)
    button.setIconSize(QSize(14, 14))


def _room(part: QWidget) -> int:
    """What a part takes that is not there in little room."""
    return part.sizeHint().width() + GAP
