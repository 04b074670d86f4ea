"""What was seen as arrays for a file, under the names that “look” in the terminal writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from torch import Tensor

from app.insight.layer import gradients_of
from app.insight.wanted import LayerSeen
from engine.inspect.answers import class_name, probabilities
from engine.inspect.lens import Lens
from engine.inspect.steps.texts import as_arrays

if TYPE_CHECKING:
    from app.insight.look import Seen

    Arrays = dict[str, np.ndarray[Any, Any]]


def all_layers(seen: Seen, with_gradients: bool = False) -> Arrays:
    """Every layer's output B×… by its place, ``x`` and ``answer``; gradients as ``gradients/outputs/conv1``,
    ``gradients/weights/conv1.weight`` and ``gradients/x``. These are computed anew, beside whatever else is looked at.

    Raises LayerloomError where there is no gradient.
    """
    found = {place: _array(output) for place, output in seen.look.outputs.items()}
    found.setdefault("x", _array(seen.look.x))
    if seen.look.answer is not None:
        found.setdefault("answer", _array(seen.look.answer))
    return found | (_gradients(seen) if with_gradients else {})


def _gradients(seen: Seen) -> Arrays:
    question = seen.question
    lens = Lens(question.experiment, question.weights, training=question.training, partly=question.weights is not None)
    back = gradients_of(lens, seen.look, seen.sample, question.seed, question.changes)
    found = {f"gradients/outputs/{place}": _array(each) for place, each in back.outputs.items()}
    found |= {f"gradients/weights/{key}": _array(each) for key, each in back.weights.items()}
    return found if back.of_x is None else {**found, "gradients/x": _array(back.of_x)}


def of_probe(seen: Seen) -> Arrays:
    """The input as the network gets it, the answer; of classes their names and probabilities."""
    found = {"x": _array(seen.look.x)}
    if seen.pixels is not None:
        found["pixels"] = seen.pixels
    if seen.look.answer is None:
        return found
    found["answer"] = _array(seen.look.answer)
    experiment = seen.question.experiment
    if (likely := probabilities(seen.look.answer, experiment)) is not None:
        found["probabilities"] = _array(likely)
        found["classes"] = np.array([class_name(experiment, index) for index in range(likely.shape[1])], dtype=np.str_)
    return found


def of_page(layer: LayerSeen, page: str) -> Arrays:
    """The numbers of a page of the layer in hand; none where it shows none. Those of “why” are its ``heat``."""
    if page == "maps":
        return _maps(layer)
    if page in ("kernels", "gradients"):
        shown = (layer.kernels if page == "kernels" else layer.gradients) or ()
        return {each.name: each.values for each in shown}
    if page == "steps":
        return as_arrays(layer.steps) if layer.steps is not None else {}
    return {"heat": layer.why.heat} if layer.why is not None and layer.why.heat is not None else {}


def _maps(layer: LayerSeen) -> Arrays:
    if layer.output is None:
        return {}
    found = {"output": layer.output}
    if layer.other is not None:
        found["other"] = layer.other
        if layer.other.shape == layer.output.shape:
            found["difference"] = layer.output - layer.other
    if layer.curve is not None:
        found |= {f"curve.{name}": np.asarray(values) for name, values in (
            ("x", layer.curve.x), ("y", layer.curve.y), ("slope", layer.curve.slope))}
    return found | of_page(layer, "why")


def _array(tensor: Tensor) -> np.ndarray[Any, Any]:
    found: np.ndarray[Any, Any] = tensor.detach().cpu().contiguous().numpy()
    return found
