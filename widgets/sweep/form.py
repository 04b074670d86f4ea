"""What to try, for how long and how often: plain words, one row a field; nothing chosen leaves it to the program."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from engine.messages import LayerloomError
from widgets.fields.editors import mark
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.icons import icon
from widgets.look.later import later
from widgets.look.text import message_text
from widgets.parts.choice import Choice
from widgets.parts.elided import ElidedLabel
from widgets.parts.flow import Flow
from widgets.parts.scroll import BAR, ScrollPanel
from widgets.parts.segments import Segment, Segments
from widgets.parts.still import StillButton
from widgets.sweep.amounts import amount_text, read_count, read_minutes
from widgets.sweep.field_box import FieldBox
from widgets.sweep.field_row import FieldRow
from widgets.sweep.values import FieldChoice, SweepWish

EDGE, REST_MS = 16, 200  # of rest before a text that is typed counts
SETTLED_MS = 30  # until a new row has its place
SEEDS = (1, 3, 5)
AMOUNT = 110  # pixels of a line for a number
AUTO = "auto"


class Cell(QWidget):
    """A small label above an editor, and why its value is refused."""

    def __init__(self, title: str, editor: QWidget) -> None:
        super().__init__()
        label, self.error = QLabel(title), QLabel()
        label.setProperty("role", "small")
        self.error.setProperty("role", "error")
        self.error.hide()
        editor.setAccessibleName(title)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for part in (label, editor, self.error):
            column.addWidget(part, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)


@guarded
class SweepForm(QWidget):
    """Says what is wanted at every change; whoever listens answers with a plan, or with what is wrong."""

    changed = Signal(object)  # SweepWish
    started = Signal(object)  # SweepWish
    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices: dict[str, FieldChoice] = {}
        self.rows: list[FieldRow] = []
        self._is_running = self._is_refused = self._is_showing = False
        self.setAccessibleName(self.tr("Sweep"))
        self.add, self.start, self.stop = StillButton(), StillButton(), StillButton()
        self.minutes, self.runs = _line(self.tr("no limit")), _line(self.tr("as needed"))
        self.seeds = Segments("", *(Segment(str(count), str(count)) for count in SEEDS))
        self.processes = Choice("")
        self.halving = QCheckBox(self.tr("Stop losers early"))
        self.plan = ElidedLabel(lines=2)
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._name_parts()
        self._assemble()
        self._connect()
        self.offer_processes(1)
        self.show_wish(SweepWish())
        self._enable()

    # -- parts --------------------------------------------------------------------------------------------------

    def _name_parts(self) -> None:
        self.add.setText(self.tr("Add a field"))
        self.add.setProperty("role", "tight")
        self.add.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.start.setText(self.tr("Start the sweep"))
        self.start.setProperty("role", "primary")
        self.stop.setText(self.tr("Stop"))
        self.minutes.setToolTip(self.tr("The sweep ends by itself after so many minutes"))
        self.runs.setToolTip(self.tr("How many settings are drawn where a range is given"))
        self.seeds.setToolTip(self.tr("Each setting is trained so often, with other random numbers"))
        self.processes.set_brief(True)
        self._put_on()

    def _put_on(self) -> None:
        self.add.setIcon(icon("plus", theme.current().dim))

    def _assemble(self) -> None:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(EDGE, 12, EDGE - BAR, 8)
        column.setSpacing(8)
        title = QLabel(self.tr("What to try"))
        title.setProperty("role", "section")
        column.addWidget(title)
        self._fields = QVBoxLayout()
        self._fields.setSpacing(6)
        column.addLayout(self._fields)
        column.addLayout(self._add_line())
        column.addWidget(self._amounts())
        column.addLayout(self._halving_line())
        column.addStretch(1)
        self._scroll = ScrollPanel()
        self._scroll.setWidget(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._scroll, 1)
        rule = QFrame()
        rule.setProperty("role", "rule")
        rule.setFixedHeight(1)
        whole.addWidget(rule)
        whole.addLayout(self._foot())

    def _add_line(self) -> QHBoxLayout:
        self._nothing = ElidedLabel(self.tr("Only time: the program tries what usually matters"), role="dim")
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.add)
        row.addWidget(self._nothing, 1)
        row.addStretch(0)
        return row

    def _amounts(self) -> QWidget:
        self._cells = {"minutes": Cell(self.tr("Time, in minutes"), self.minutes),
                       "runs": Cell(self.tr("How many"), self.runs)}
        others = Cell(self.tr("Seeds"), self.seeds), Cell(self.tr("At once"), self.processes)
        body = QWidget()
        flow = Flow(body, gap=20, row_gap=8)
        flow.setContentsMargins(0, 6, 0, 0)
        for cell in (*self._cells.values(), *others):
            flow.addWidget(cell)
        return body

    def _halving_line(self) -> QHBoxLayout:
        about = QLabel(self.tr("All begin; the weaker half is stopped, each with its reason, and the others go on."))
        about.setProperty("role", "small")
        about.setWordWrap(True)
        about.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.halving.setAccessibleDescription(about.text())
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.halving)
        row.addWidget(about, 1)
        return row

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(EDGE, 6, EDGE, 8)
        row.setSpacing(8)
        row.addWidget(self.plan, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.start)
        row.addWidget(self.stop)
        return row

    def _connect(self) -> None:
        self.add.clicked.connect(lambda: self._open(self.add, "", self.add_field))
        self.start.clicked.connect(self._start)
        self.stop.clicked.connect(self.stop_requested)
        for line in (self.minutes, self.runs):
            line.textChanged.connect(self._wait)
            line.editingFinished.connect(self._tell_now)
        self._rest.timeout.connect(self._tell)
        self.seeds.chosen.connect(lambda _id: self._tell())
        self.processes.chosen.connect(lambda _id: self._tell())
        self.halving.toggled.connect(lambda _on: self._tell())

    # -- what can be chosen -------------------------------------------------------------------------------------

    def show_choices(self, choices: Sequence[FieldChoice]) -> None:
        """All fields that there are; rows follow what is said of theirs now."""
        self._choices = {choice.id: choice for choice in choices}
        self.add.setEnabled(bool(choices))
        for row in self.rows:
            row.show_choice(self._choice(row.choice.id))

    def _choice(self, id: str) -> FieldChoice:
        """One that is gone by now is shown by its id: whoever listens says so."""
        return self._choices.get(id) or FieldChoice(id, id)

    def offer_processes(self, most: int) -> None:
        """So many runs may be trained at once."""
        counts = [(str(count), str(count)) for count in range(1, most + 1)]
        self.processes.set_choices([(AUTO, self.tr("Auto")), *counts])

    # -- what is wanted -----------------------------------------------------------------------------------------

    def show_wish(self, wish: SweepWish) -> None:
        """What is wanted, from elsewhere: nothing is told."""
        self._is_showing = True
        while self.rows:
            self._drop(self.rows[0])
        for id, values in wish.axes:
            self._append(self._choice(id), values)
        self.minutes.setText(amount_text(wish.minutes))
        self.runs.setText(amount_text(wish.runs))
        self.seeds.show_chosen(str(min(SEEDS, key=lambda count: abs(count - wish.seeds))))
        self.processes.show_choice(str(wish.processes or AUTO))
        self.halving.setChecked(wish.halving)
        self._rest.stop()
        self._is_showing = False

    def wish(self) -> SweepWish | None:
        """What the form says; None: a number cannot be read, and it is said which."""
        minutes, runs = self._read("minutes", read_minutes), self._read("runs", read_count)
        if minutes is _UNREAD or runs is _UNREAD:
            return None
        at_once = self.processes.currentData()
        return SweepWish(tuple(row.axis for row in self.rows), minutes, None if runs is None else round(runs),
                         int(self.seeds.shown), self.halving.isChecked(), None if at_once == AUTO else int(at_once))

    def _read(self, name: str, read: Callable[[str], float | None]) -> float | None:
        line = {"minutes": self.minutes, "runs": self.runs}[name]
        try:
            value, said = read(line.text()), ""
        except LayerloomError as error:
            value, said = _UNREAD, message_text(error.message)
        self._cells[name].error.setText(said)
        self._cells[name].error.setVisible(bool(said))
        mark(line, "bad", bool(said))
        return value

    def _wait(self) -> None:
        if not self._is_showing:
            self._rest.start()

    def _tell_now(self) -> None:
        if self._rest.isActive():
            self._tell()

    def _tell(self) -> None:
        """What was said of the wish before counts no more: whoever listens says it anew."""
        self._rest.stop()
        if self._is_showing:
            return
        for row in self.rows:
            row.show_error("")
        wish = self.wish()
        self.set_plan("", error=wish is None)
        if wish is not None:
            self.changed.emit(wish)

    def _start(self) -> None:
        self._tell_now()
        wish = self.wish()
        if wish is None:
            (self.minutes if self.minutes.property("bad") else self.runs).setFocus()
        elif self.start.isEnabled():
            self.started.emit(wish)

    # -- what is said of it -------------------------------------------------------------------------------------

    def set_plan(self, text: str, error: bool = False, lacks: bool = False) -> None:
        """What will happen; ``error``: why nothing can; ``lacks``: what is still to be said, which is no mistake."""
        self._is_refused = error or lacks
        self.plan.set_text(text)
        if self.plan.property("role") != (role := "error" if error else ""):
            self.plan.setProperty("role", role)
            self.plan.style().unpolish(self.plan)
            self.plan.style().polish(self.plan)
        self._enable()

    def set_field_error(self, index: int, text: str) -> None:
        """Why a field's values are refused."""
        if 0 <= index < len(self.rows):
            self.rows[index].show_error(text)

    def set_running(self, running: bool) -> None:
        """A sweep runs: it can be stopped, and no other begun."""
        self._is_running = running
        self._enable()

    def _enable(self) -> None:
        self.start.setEnabled(not self._is_running and not self._is_refused)
        self.stop.setEnabled(self._is_running)

    # -- rows ---------------------------------------------------------------------------------------------------

    def add_field(self, id: str) -> None:
        """One more field; its values are typed next."""
        self._append(self._choice(id), "")
        row = self.rows[-1]
        row.values.setFocus()
        later(self, lambda: self._bring_into_sight(row), SETTLED_MS)
        self._tell()

    def _bring_into_sight(self, row: FieldRow) -> None:
        if row in self.rows:
            self._scroll.ensureWidgetVisible(row)

    def _append(self, choice: FieldChoice, values: str) -> None:
        row = FieldRow(choice, values)
        row.changed.connect(self._wait)
        row.values.editingFinished.connect(self._tell_now)
        row.removed.connect(lambda: self._remove(row))
        row.opened.connect(lambda typed: self._open(row.combo, typed, lambda id: self._change(row, id)))
        self.rows.append(row)
        self._fields.addWidget(row)
        row.show()  # a layout would do it later, and the keyboard goes there now
        self._follow()

    def _change(self, row: FieldRow, id: str) -> None:
        row.show_choice(self._choice(id))
        row.values.setFocus()
        self._tell()

    def _remove(self, row: FieldRow) -> None:
        at = self.rows.index(row)
        self._drop(row)
        (self.rows[min(at, len(self.rows) - 1)].remove if self.rows else self.add).setFocus()
        self._tell()

    def _drop(self, row: FieldRow) -> None:
        self.rows.remove(row)
        self._fields.removeWidget(row)
        row.hide()
        row.deleteLater()
        self._follow()

    def _follow(self) -> None:
        """Where no field is chosen, what that means; the keyboard goes from row to row."""
        self._nothing.setVisible(not self.rows)
        before: QWidget = self._scroll
        for row in self.rows:
            for part in (row.combo, row.values, row.remove):
                QWidget.setTabOrder(before, part)
                before = part
        QWidget.setTabOrder(before, self.add)

    def _open(self, under: QWidget, typed: str, picked: Callable[[str], None]) -> None:
        """The box below what asks for it."""
        taken = {row.choice.id for row in self.rows}
        box = FieldBox(self.window(), list(self._choices.values()), taken, typed)
        box.picked.connect(picked)
        box.open_at(under.mapTo(self.window(), QPoint(0, under.height() + 2)))
        if typed:
            box.field.end(False)

    def changeEvent(self, event: QEvent) -> None:
        """Icons take the new theme's colours."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            self._put_on()
            for row in self.rows:
                row.remove.put_on()


_UNREAD = float("nan")  # stands for a text that is no number


def _line(empty: str) -> QLineEdit:
    line = QLineEdit()
    line.setPlaceholderText(empty)
    line.setFixedWidth(AMOUNT)
    return line
