"""How the weights of several layers begin and learn, in one form."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from pydantic.fields import FieldInfo
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.graph.graph import Node
from engine.graph.parameters import Init, NodeParameters
from widgets.fields.editors import Editor, LineEditor
from widgets.fields.form import Form, Row
from widgets.fields.several import MIXED, Several, SeveralChoice, SeveralForm
from widgets.fields.syntax import Syntax
from widgets.inspector.init_form import INDENT, kinds_by_name, with_option
from widgets.inspector.node_parameters import Tensors
from widgets.parts.section import heading

GAP = 4


class SeveralInits(SeveralForm):
    """Edits several Init; numbers are there where all are of one kind, which reads them."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title

    def show_value(self, model: Several) -> None:
        """Show the kind and the rows it reads."""
        super().show_value(model)
        read = ("kind", *(model.models[0].fields if model.value("kind") is not MIXED else ()))
        for name, row in self.rows.items():
            row.editor.setVisible(name in read)
            row.label.setVisible(name in read)
            if name not in read:
                row.error.hide()

    def set_default(self, words: str) -> None:
        """Say in other words what a tensor begins as where nothing is chosen here; PyTorch's own without any."""
        editor = self.rows["kind"].editor
        assert isinstance(editor, SeveralChoice)
        editor.offer(kinds_by_name(words))

    def _row(self, name: str, field: FieldInfo) -> Row:
        if name == "kind":
            return super()._row(name, FieldInfo.merge_field_infos(field, title=self._title))
        row = super()._row(name, field)
        row.label.setIndent(INDENT)
        row.editor.setAccessibleName(f"{self._title}: {row.label.text()}")
        return row

    def _editor(self, name: str, syntax: Syntax) -> Editor:
        editor = super()._editor(name, syntax)
        if name == "formula" and isinstance(editor, LineEditor):
            editor.set_patient(True)  # half of one is no reason to complain
        return editor

    def _choice_name(self, name: str, choice: str) -> str:
        return dict(kinds_by_name())[choice]

    def _with(self, name: str, value: object) -> Several:
        several: Several = self.value
        if value is MIXED:
            return several
        inits: Sequence[Init] = several.models
        return Several(tuple(with_option(init, name, value) for init in inits))


class SeveralLearning(SeveralForm):
    """Trainable or frozen, and the multipliers, which frozen layers do not use."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, skip=("weight", "bias", "edits"))

    def show_value(self, model: Several) -> None:
        """Show how the weights learn."""
        super().show_value(model)
        for name in ("lr_multiplier", "decay_multiplier"):
            self.rows[name].editor.setEnabled(model.value("trainable") is not False)

    def _choices(self, name: str, syntax: Syntax) -> list[tuple[object, str]]:
        if name == "trainable":
            return [(True, self.tr("on")), (False, self.tr("off: frozen"))]
        return super()._choices(name, syntax)


class SeveralWeights(QWidget):
    """Shows the parameters of nodes; asks for others."""

    parameters_changed = Signal(object, str)  # NodeParameters by the nodes' names, and the part that was edited

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._nodes: tuple[Node, ...] = ()
        self._heading, self._learning = heading("", self), SeveralLearning(self)
        self._weight = SeveralInits(self.tr("Initial weights"), self)
        self._bias = SeveralInits(self.tr("Initial biases"), self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        for widget in (self._heading, self._weight, self._bias, self._learning):
            column.addWidget(widget)
        self._connect()

    def _connect(self) -> None:
        self._weight.edited.connect(lambda *_: self._take("weight", self._weight.value.models))
        self._bias.edited.connect(lambda *_: self._take("bias", self._bias.value.models))
        self._learning.edited.connect(lambda name, value: self._take(name, [value] * len(self._nodes)))

    @property
    def _forms(self) -> tuple[Form, ...]:
        return self._weight, self._bias, self._learning

    def show_nodes(self, nodes: Sequence[Node], others: int) -> None:
        """Show these; ``others``: how many more are selected, which have no weights of their own."""
        self._nodes = tuple(nodes)
        self.setVisible(bool(nodes))
        if not nodes:
            return
        parameters = [node.parameters for node in nodes]
        kinds = [Tensors.of(node.layer) for node in nodes]
        self._weight.show_value(Several(tuple(each.weight for each in parameters)))
        self._bias.show_value(Several(tuple(each.bias for each in parameters)))
        self._learning.show_value(Several(tuple(parameters)))
        self._weight.set_default(self.tr("As in recipe") if all(kind.by_recipe for kind in kinds) else "")
        self._weight.setVisible(all(kind.weights for kind in kinds))
        self._bias.setVisible(all(kind.weights and kind.biases for kind in kinds))
        self._heading.setText(self._words(len(nodes)) if others else self.tr("Weights"))

    def _words(self, count: int) -> str:
        return self.tr("Weights of 1 layer") if count == 1 else self.tr("Weights of {count} layers").format(count=count)

    def forget_typing(self) -> None:
        """Drop what is typed and not yet asked for."""
        for form in self._forms:
            if form.rows:
                form.restore()

    def order_stops(self) -> None:
        """The Tab key goes from top to bottom."""
        for first, second in pairwise(row.editor for form in self._forms for row in form.rows.values()):
            QWidget.setTabOrder(first, second)

    def _take(self, part: str, values: Sequence[object]) -> None:
        changed: dict[str, NodeParameters] = {
            node.name: node.parameters.with_options(**{part: value})
            for node, value in zip(self._nodes, values, strict=True)}
        self.parameters_changed.emit(changed, part)
