"""The inspector's section on a node's weights: how they begin, how they learn, whose they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from engine.graph.parameters import DEFAULTS, NodeParameters
from engine.layers.base import Layer
from widgets.fields.editors import ChoiceEditor, LineEditor, SwitchEditor
from widgets.fields.form import HEIGHT, Form, Row
from widgets.inspector.init_form import InitForm
from widgets.look.text import breakable, tooltip
from widgets.parts.section import heading

_LEARNING = ("lr_multiplier", "decay_multiplier")
_GAP = 4
_ONE_DIMENSIONAL = ("normalization", "activation")  # categories whose weights are all scales, shifts and slopes
BY_RECIPE = ("nn.Linear", "nn.Conv1d", "nn.Conv2d", "nn.Conv3d")  # whose weights the recipe fills


class Tensors(NamedTuple):
    """Which tensors a layer has: of two or more dimensions, of one, and whether the recipe says how the first begin."""

    weights: bool
    biases: bool
    by_recipe: bool

    @classmethod
    def of(cls, layer: Layer) -> Tensors:
        """Those of this layer."""
        return cls(layer.category not in _ONE_DIMENSIONAL, bool(getattr(layer, "bias", True)),
                   layer.torch in BY_RECIPE or layer.category in ("block", "code"))


class LearningForm(Form):
    """Trainable or frozen, and the two multipliers, which a frozen layer does not use."""

    def show_value(self, model: NodeParameters) -> None:
        """Show how the weights learn."""
        super().show_value(model)
        switch = self.rows["trainable"].editor
        assert isinstance(switch, SwitchEditor)
        switch.set_words(self.tr("off: frozen"), self.tr("on"))
        for name in _LEARNING:
            row = self.rows[name]
            row.editor.setEnabled(model.trainable)
            row.set_hint(row.hint if model.trainable else tooltip(self.tr("These weights are frozen: they do not "
                                                                          "learn.")))

    def _try(self, name: str, value: object) -> None:
        super()._try(name, value)
        if name == "trainable":
            self.show_value(self.value)


class NodeParametersForm(QWidget):
    """Shows one node's NodeParameters and whose weights it uses; asks for others.

    Its rows are made when there is something to show: the window opens sooner.
    """

    parameters_changed = Signal(object, str)  # the whole value, and which part of it was edited
    shares_changed = Signal(str)  # the owner's name, or nothing for weights of its own
    node_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parameters = DEFAULTS
        self._is_built = False

    def _build(self) -> None:
        self._is_built = True
        self.shares = ChoiceEditor([(None, self.tr("no other layer"))], self)
        self.shared = QLabel(self)
        self.weight, self.bias = InitForm(self.tr("Initial weights"), self), InitForm(self.tr("Initial biases"), self)
        self.learning = LearningForm(self, skip=("weight", "bias", "edits"))
        self._assemble()
        self._connect()

    @property
    def value(self) -> NodeParameters:
        """The parameters as they stand."""
        return self._parameters

    # -- what it shows ------------------------------------------------------------------------------------------

    def show_node(self, parameters: NodeParameters, shares: str | None, candidates: Sequence[str] = (),
                  weights: bool = True, biases: bool = True, by_recipe: bool = False) -> None:
        """Show a node. ``candidates`` are the nodes whose weights would fit; ``weights`` and ``biases`` say whether it
        has tensors of two or more dimensions, and of one; ``by_recipe``, whether the recipe says how the first begin
        where the node does not."""
        if not self._is_built:
            self._build()
        self._parameters = parameters
        self._show_shares(shares, candidates)
        self.weight.show_value(parameters.weight)
        self.bias.show_value(parameters.bias)
        self.learning.show_value(parameters)
        self.weight.set_default(self.tr("As in recipe") if by_recipe else "")
        self.weight.setVisible(weights)
        self.bias.setVisible(biases)
        self.bias.set_title(self.tr("Initial biases") if weights else self.tr("Initial values"))
        self._own.setVisible(shares is None)
        self._edits.setVisible(bool(parameters.edits))
        count = len(parameters.edits)
        self._edit_count.setText(self.tr("1 value set by hand") if count == 1
                                 else self.tr("{count} values set by hand").format(count=count))

    def set_patient(self, patient: bool) -> None:
        """Numbers and formulas count when the person is done with them: 0 on the way to 0.5 is no wish."""
        for form in (self.weight, self.bias, self.learning) if self._is_built else ():
            for row in form.rows.values():
                if isinstance(row.editor, LineEditor):
                    row.editor.set_patient(patient)

    @property
    def learning_rows(self) -> Mapping[str, Row]:
        """How the weights learn, field by field."""
        return self.learning.rows if self._is_built else {}

    def restore(self) -> None:
        """Drop every text that is refused or not yet asked for. Nothing is emitted."""
        if self._is_built:
            for form in (self.weight, self.bias, self.learning):
                form.restore()

    def stops(self) -> list[QWidget]:
        """What the Tab key goes to, from top to bottom."""
        if not self._is_built:
            return []
        forms = (self.weight, self.bias, self.learning)
        editors = [row.editor for form in forms for row in form.rows.values()]
        return [self.shares, self.shared, *editors, self.forget]

    def _show_shares(self, shares: str | None, candidates: Sequence[str]) -> None:
        names = list(candidates) if shares is None or shares in candidates else [shares, *candidates]
        self.shares.set_choices([(None, self.tr("no other layer")), *((name, name) for name in names)])
        self.shares.show_value(shares)
        self.shares.setEnabled(bool(names))
        hint = (self.tr("Use the weights of another layer: they are counted once, and the gradients add.") if names
                else self.tr("No other layer here has weights of the same shapes."))
        self.shares.setToolTip(tooltip(hint))
        self._shares_label.setToolTip(tooltip(hint))
        self.shared.setVisible(shares is not None)
        if shares is not None:
            link = f'<a href="{escape(shares)}">{escape(breakable(shares))}</a>'
            self.shared.setText(self.tr("Uses the weights of {name}").format(name=link))

    # -- how it is laid out -------------------------------------------------------------------------------------

    def _assemble(self) -> None:
        self._own, self._edits = QWidget(self), QWidget(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(heading(self.tr("Weights"), self))
        column.addLayout(self._shares_row())
        column.addWidget(self.shared)
        column.addWidget(self._own)
        own = QVBoxLayout(self._own)
        own.setContentsMargins(0, _GAP, 0, 0)
        own.setSpacing(_GAP)
        for form in (self.weight, self.bias, self.learning):
            own.addWidget(form)
        own.addWidget(self._edits)
        self._edits.setLayout(self._edits_row())
        self.shared.setWordWrap(True)
        self.shared.setProperty("role", "dim")
        self.shared.setContentsMargins(0, _GAP, 0, 0)
        self.shared.setTextInteractionFlags(Qt.TextInteractionFlag.LinksAccessibleByMouse
                                            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard)

    def _shares_row(self) -> QGridLayout:
        self._shares_label = QLabel(self.tr("Shared with"), self)
        self._shares_label.setProperty("role", "dim")
        self._shares_label.setBuddy(self.shares)
        self.shares.setObjectName("shares")
        self.shares.setFixedHeight(HEIGHT)
        self.shares.setAccessibleName(self.tr("Shared with"))
        grid = QGridLayout()  # columns as in the forms below
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.addWidget(self._shares_label, 0, 0)
        grid.addWidget(self.shares, 0, 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        return grid

    def _edits_row(self) -> QHBoxLayout:
        self._edit_count = QLabel(self._edits)
        self._edit_count.setProperty("role", "dim")
        self.forget = QPushButton(self.tr("Forget"), self._edits)
        self.forget.setToolTip(tooltip(self.tr("Let these values begin like the others again.")))
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._edit_count, 1)
        row.addWidget(self.forget)
        return row

    # -- editing ------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self.weight.edited.connect(lambda field, _: self._take("weight", self.weight.value, field))
        self.bias.edited.connect(lambda field, _: self._take("bias", self.bias.value, field))
        self.learning.edited.connect(lambda field, value: self._take(field, value, ""))
        self.forget.clicked.connect(lambda: self._take("edits", (), ""))
        self.shares.typed.connect(lambda name: self.shares_changed.emit(name or ""))
        self.shared.linkActivated.connect(self.node_requested)

    def _take(self, name: str, value: object, inner: str) -> None:
        """Another value of one part; the form knows it at once, the window follows."""
        self._parameters = self._parameters.with_options(**{name: value})
        self.learning.show_value(self._parameters)
        self._edits.setVisible(bool(self._parameters.edits))
        self.parameters_changed.emit(self._parameters, f"{name}.{inner}" if inner else name)
