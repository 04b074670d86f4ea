"""The right panel: everything about the selected layer, and its options to edit."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QLineEdit, QStackedLayout, QVBoxLayout, QWidget

from engine.advice.advice import Problem
from engine.analysis.analysis import Costs, NodeReport, Sums
from engine.graph.graph import Node
from engine.graph.parameters import DEFAULTS
from engine.units import SPACE, shape_text
from widgets.fields.editors import mark
from widgets.inspector.chip import Chip
from widgets.inspector.code_line import CodeLine
from widgets.inspector.cost_grid import CostGrid
from widgets.inspector.doors import Doors
from widgets.inspector.layer_form import LayerForm
from widgets.inspector.name_edit import NameEdit
from widgets.inspector.node_parameters import NodeParametersForm, Tensors
from widgets.inspector.problem_list import ProblemList
from widgets.inspector.several_page import SeveralPage
from widgets.inspector.shape_box import ShapeBox
from widgets.look.text import breakable, tooltip, translated
from widgets.parts.scroll import BAR, ScrollPanel
from widgets.parts.section import heading

MARGIN = 16
CODE = "Code"  # the kind of a layer that a person writes


class Inspector(QWidget):
    """Shows one node as it is; asks for another layer, name, or repair. Signals begin with the node's name."""

    layer_changed = Signal(str, object, str)  # the layer, and the option that was edited
    layer_tried = Signal(str, object)  # the layer as it would be, or None: as it is
    layers_changed = Signal(object, str)  # of several: layers by their names, and the option that was edited
    layers_tried = Signal(object)  # the same as they would be, or None: as they are
    several_parameters_changed = Signal(object, str)  # of several: NodeParameters by their names, and the part
    parameters_changed = Signal(str, object, str)  # its NodeParameters, and the part that was edited
    shares_changed = Signal(str, str)  # whose weights it shall use; nothing: its own
    rename_requested = Signal(str, str)
    inside_requested = Signal(str)
    dissolve_requested = Signal(str)
    code_requested = Signal(str)
    node_requested = Signal(str)  # another node, to be shown
    repair_requested = Signal(object)
    repair_previewed = Signal(object)  # the Repair that is pointed at, or None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name: str | None = None
        self._several: SeveralPage | None = None  # until several are shown
        self._stops: list[QWidget] = []
        self.setMinimumWidth(280)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # keeps the keyboard when the button that had it goes
        self.setAccessibleName(self.tr("Inspector"))
        self._scroll = ScrollPanel(self)
        self._scroll.setWidget(self._content())
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self._empty_page())
        self._pages.addWidget(self._scroll)
        self._connect()
        self.show_node(None, None, None, (), 0)

    def _connect(self) -> None:
        self._form.edited.connect(lambda field, _: self.layer_changed.emit(self._name, self._form.value, field))
        self._form.tried.connect(lambda layer: self.layer_tried.emit(self._name, layer))
        self._title.name_typed.connect(lambda name: self.rename_requested.emit(self._name, name))
        self._title.calmed.connect(self._name_error.hide)
        self._problems.repair_requested.connect(self.repair_requested)
        self._problems.repair_previewed.connect(self.repair_previewed)
        self._problems.focus_freed.connect(self.setFocus)
        self._weights.parameters_changed.connect(
            lambda parameters, part: self.parameters_changed.emit(self._name, parameters, part))
        self._weights.shares_changed.connect(lambda owner: self.shares_changed.emit(self._name, owner))
        self._weights.node_requested.connect(self.node_requested)
        self._doors.inside_requested.connect(lambda: self.inside_requested.emit(self._name))
        self._doors.dissolve_requested.connect(lambda: self.dissolve_requested.emit(self._name))
        self._doors.code_requested.connect(lambda: self.code_requested.emit(self._name))

    # -- what it shows ------------------------------------------------------------------------------------------

    def show_node(self, node: Node | None, report: NodeReport | None, costs: Costs | None, problems: Sequence[Problem],
                  selected_count: int = 1, share_candidates: Sequence[str] = ()) -> None:
        """Show a node with what is known about it; None, or several selected, show a hint instead.

        ``share_candidates`` are the nodes whose weights it could use instead of its own.
        """
        if node is None or selected_count > 1:
            self._show_hint(selected_count)
            return
        if self._shows_several is not None:
            self._leave_page()
        self._show_weights(node, report, share_candidates)
        if node.name != self._name:
            self._form.restore()
        self._name = node.name
        self._title.show_name(node.name)
        self._title.setToolTip(tooltip(node.name))
        self._chip.show_kind(translated(node.layer.title), node.layer.category)
        self._form.show_value(node.layer)
        self._order_stops()
        self._form.setVisible(bool(self._form.rows))
        self._doors.show_doors(node.layer.category == "block", node.layer.kind() == CODE)
        self._meaning.setText(translated(node.layer.meaning))
        self._show_report(node, report)
        self._costs.show_costs(costs, self._explanations())
        self._problems.show_problems(problems)
        self._pages.setCurrentIndex(1)

    def show_several(self, nodes: Sequence[Node], sums: Sums | None, weighted: Sequence[Node] = ()) -> None:
        """Show several layers: one form, where they are of one kind. ``weighted``: those with weights of their own."""
        if self._shows_several is None:
            self._leave_page()
        page = self._several = self._several or self._several_page()
        page.show_layers(nodes, sums, weighted)
        self._pages.setCurrentWidget(page)

    def show_several_trial(self, sums: Sums | None, was: Sums | None) -> None:
        """What several would have together: their form stays as it is."""
        if self._shows_several is not None:
            self._shows_several.show_sums(sums, was)

    @property
    def _shows_several(self) -> SeveralPage | None:
        """The page of several, if it is in front."""
        return self._several if self._several is not None and self._pages.currentWidget() is self._several else None

    def set_patient(self, patient: bool) -> None:
        """Whether an edit is asked about first: it is asked for when the person is done, not while it is typed."""
        self._weights.set_patient(patient)

    def set_live(self, names: Collection[str]) -> None:
        """Options that take effect in the run that goes on, with its next batch."""
        hint = tooltip(self.tr("It takes effect in the run, with the next batch.")) if names else ""
        for row_name, row in (*self._form.rows.items(), *self._weights.learning_rows.items()):
            is_live = row_name in names
            if is_live != bool(row.editor.property("live")):
                mark(row.editor, "live", is_live)
                row.set_hint(hint if is_live else row.hint)

    def show_trial(self, node: Node, report: NodeReport, costs: Costs | None, was: Costs | None,
                   problems: Sequence[Problem]) -> None:
        """What would be known of the node that is shown: the form stays as it is."""
        if node.name == self._name:
            self._show_report(node, report)
            self._costs.show_costs(costs, self._explanations(), was)
            if not self._problems.is_pointed_at:  # the button under the mouse stays
                self._problems.show_problems(problems)

    def show_rename_error(self, text: str) -> None:
        """Say in place why the name cannot be."""
        self._title.refuse()
        self._name_error.setText(breakable(text))
        self._name_error.show()

    def take_name_back(self) -> None:
        """Show the name as it is: it has not become another."""
        self._title.take_back()

    def focus_name(self) -> None:
        """Begin typing another name (F2)."""
        if self._scroll.isVisible():
            self._title.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self._title.selectAll()

    def forget_typing(self) -> None:
        """Drop what is typed and not yet asked for, before another document is shown."""
        self._form.restore()
        self._weights.restore()
        self._title.take_back()
        if self._several is not None:
            self._several.forget_typing()

    @property
    def name(self) -> str | None:
        """The node that is shown."""
        return self._name

    @property
    def names(self) -> list[str]:
        """All nodes that are shown."""
        if self._name is not None:
            return [self._name]
        return list(self._shows_several.names) if self._shows_several is not None else []

    def settle(self) -> None:
        """What is typed counts for the node that is shown; what is typed on is for no other."""
        focus = QApplication.focusWidget()
        if isinstance(focus, QLineEdit) and self.isAncestorOf(focus):
            self.setFocus()

    def _leave_page(self) -> None:
        """Other layers, or none, are shown in another way."""
        if self.names:
            self.forget_typing()  # or it would be asked of no layer when the keyboard goes
        self._name = None
        focus = QApplication.focusWidget()
        if focus is not None and self.isAncestorOf(focus):
            self.setFocus()

    def _show_hint(self, count: int) -> None:
        self._leave_page()
        several = self.tr("{count} layers selected.\nSelect one to see and change its options.").format(count=count)
        self._hint.setText(several if count > 1 else self.tr("Select a layer to see what it does and to change it."))
        self._pages.setCurrentIndex(0)

    def _show_report(self, node: Node, report: NodeReport | None) -> None:
        layer, shapes = node.layer, report.input_shapes if report else None
        # What is bypassed passes on what comes in, also what its layer could not take.
        known = report is not None and report.facts is not None and not node.bypassed
        function = layer.torch or (layer.kind() if layer.category in ("block", "code") else "")
        self._code.setVisible(bool(function))
        self._code.show_code(layer.torch_line(shapes or ()) if known else f"{function}(…)")
        output = shape_text(report.output_shape) if report and report.output_shape is not None else "?"
        inputs = ", ".join(map(shape_text, shapes)) if shapes else "?"
        flow = output if layer.max_inputs == 0 else f"{inputs} {SPACE}→{SPACE} {output}"
        lines = layer.arithmetic(shapes) if known and shapes and layer.max_inputs != 0 else ()
        self._shape.show_shapes(flow, lines, translated(layer.rule))

    def _show_weights(self, node: Node, report: NodeReport | None, candidates: Sequence[str]) -> None:
        """The section on weights is there for a layer that has some, and stays while a mistake hides whether it has."""
        if node.name != self._name:
            self._weights.restore()
        facts = report.facts if report else None
        if node.shares is not None or node.parameters != DEFAULTS:
            self._weights.show()
        elif facts is not None or node.name != self._name:
            self._weights.setVisible(facts is not None and facts.params > 0)
        if not self._weights.isHidden():
            self._weights.show_node(node.parameters, node.shares, candidates, *Tensors.of(node.layer))

    def _order_stops(self) -> None:
        """The Tab key goes from top to bottom; rows that are made later would come last."""
        doors, rows = self._doors, self._form.rows.values()
        stops = [self._title, self._code, doors.inside, doors.dissolve, doors.code, *(row.editor for row in rows),
                 *self._weights.stops()]
        if stops != self._stops:
            self._stops = stops
            for first, second in pairwise(stops):
                QWidget.setTabOrder(first, second)

    def _explanations(self) -> tuple[str, str, str, str]:
        return (
            self.tr("Weights and biases of this layer."),
            self.tr("For one example: one multiplication and one addition for each use of a weight."),
            self.tr("This layer's weights, gradients and optimizer numbers, and its output and what it keeps of a "
                    "batch until the backward pass."),
            self.tr("This layer's weights and its output for a batch."),
        )

    # -- how it is laid out -------------------------------------------------------------------------------------

    def _empty_page(self) -> QWidget:
        page = QWidget(self)
        self._hint = QLabel(page)
        self._hint.setProperty("role", "dim")
        self._hint.setWordWrap(True)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        layout.addWidget(self._hint)
        layout.addStretch()
        return page

    def _several_page(self) -> SeveralPage:
        page = SeveralPage(self)
        page.layers_changed.connect(self.layers_changed)
        page.layers_tried.connect(self.layers_tried)
        page.parameters_changed.connect(self.several_parameters_changed)
        self._pages.addWidget(page)
        return page

    def _content(self) -> QWidget:
        content = QWidget(self)
        self._title, self._chip, self._name_error = NameEdit(content), Chip(content), QLabel(content)
        self._title.setAccessibleName(self.tr("Name"))
        self._name_error.setProperty("role", "error")
        self._name_error.setWordWrap(True)
        self._name_error.hide()
        self._code, self._form, self._problems = CodeLine(content), LayerForm(content), ProblemList(content)
        self._doors, self._weights = Doors(content), NodeParametersForm(content)
        self._shape, self._costs, self._meaning = ShapeBox(content), CostGrid(content), QLabel(content)
        self._meaning.setProperty("role", "dim")
        self._meaning.setWordWrap(True)
        gaps = ((self._name_error, 4), (self._form, 16), (self._problems, 16), (self._meaning, 16))
        for spaced, top in gaps:  # margins of the widgets themselves, so that a hidden one leaves no gap
            spaced.setContentsMargins(0, top, 0, 0)
        layout = QVBoxLayout(content)
        layout.setContentsMargins(MARGIN, 8, MARGIN - BAR, MARGIN)
        layout.setSpacing(0)
        layout.addLayout(self._header())
        self._weights.hide()
        for widget in (self._name_error, self._code, self._doors, self._form, self._problems,
                       heading(self.tr("Shape"), content), self._shape, self._weights,
                       heading(self.tr("This layer"), content), self._costs, self._meaning):
            layout.addWidget(widget)
        layout.addStretch()
        return content

    def _header(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._title, 1)
        row.addWidget(self._chip)
        return row
