"""The form of a layer's options; of a layer that is code it says which arguments its class takes."""

from __future__ import annotations

import ast

from PySide6.QtWidgets import QWidget

from engine.layers.base import Layer
from engine.layers.code.layer import INFERRED, Code
from engine.layers.code.source import CodeError, outline
from widgets.fields.editors import LineEditor
from widgets.fields.form import Form

ARGUMENTS = "made_with"


class LayerForm(Form):
    """Edits a layer; what a value leads to is shown while it is being changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, defers=True)

    def show_value(self, model: Layer) -> None:
        """Show the options; arguments only where the class may take some that nobody fills in for it."""
        super().show_value(model)
        if isinstance(model, Code):
            row, names = self.rows[ARGUMENTS], asked_for(model.source)
            assert isinstance(row.editor, LineEditor)
            row.editor.setPlaceholderText(", ".join(f"{name}=…" for name in names or ()))
            there = names is None or bool(names) or bool(model.made_with) or row.editor.hasFocus()
            row.label.setVisible(there)
            row.editor.setVisible(there)
            if not there:
                row.error.hide()


def asked_for(source: str) -> tuple[str, ...] | None:
    """The arguments that a person gives; None: the source does not say which there are."""
    try:
        known = outline(source)
    except CodeError:
        return None
    names = tuple(name for name in known.constructor if name not in INFERRED)
    return names if names or _says_all(source, known.name) else None


def _says_all(source: str, name: str) -> bool:
    """Whether the constructor is written out, without room for more, or is that of nn.Module."""
    found = next(node for node in ast.parse(source).body if isinstance(node, ast.ClassDef) and node.name == name)
    made = next((node for node in found.body if isinstance(node, ast.FunctionDef) and node.name == "__init__"), None)
    if made is None:
        return [ast.unparse(base).split(".")[-1] for base in found.bases] == ["Module"]
    return not (made.args.vararg or made.args.kwarg or made.args.posonlyargs)
