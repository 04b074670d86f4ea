"""The batch in which numbers that are none were born, as the window's pictures and arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from PySide6.QtCore import QCoreApplication
from torch import Tensor

from engine.units import grouped, shape_text, value_text
from widgets.look.text import sentence_text
from widgets.probe.example import Example
from widgets.results.born_values import BornShown, TensorShown

if TYPE_CHECKING:
    import numpy as np

    from engine.training.doctor.born import Born

MOST = 64  # examples that are offered: those that it is about first
NUMBERS = 6  # of one that is no picture
_TITLES = {  # of what is no number, and of what it was made from
    "weights": ("Weights of {place}", ""),
    "backward": ("Gradient behind {place}", "Gradient that came to {place}"),
    "loss": ("Answers of {place}", ""),
}


def born_shown(born: Born) -> BornShown:
    """All of it but for the tensors of the one example that is looked at."""
    its, kept = set(born.examples), range(len(born.inputs))  # of a very large batch the first are kept
    order = [*(index for index in born.examples if index in kept), *(index for index in kept if index not in its)]
    examples = tuple(_example(born, index) for index in order[:MOST])
    return BornShown(born, born.place, sentence_text(born.message), _facts(born), examples, bool(born.place))


def example_shown(born: Born, index: int) -> tuple[TensorShown, ...]:
    """What the layer was given and what it gave, and the input of the network, for one example of the batch."""
    gave, given = (_tr(words).replace("{place}", born.place or _tr("the network")) for words in _TITLES.get(
        born.how, ("What {place} gave", "What {place} was given")))
    tensors = (("output", gave, born.output), ("given", given, born.given), ("input", _tr("The input"), born.inputs),
               ("target", _tr("The target"), born.targets))
    return tuple(_tensor(id, title, tensor if _is_whole(born, id, tensor) else tensor[index])
                 for id, title, tensor in tensors if tensor is not None
                 and not (born.how == "input" and id in ("output", "given"))
                 and (_is_whole(born, id, tensor) or index < len(tensor)))


def _is_whole(born: Born, id: str, tensor: Tensor) -> bool:
    """Whether it is of no example: weights, and their gradients."""
    return id == "output" and (born.how == "weights" or not tensor.dim() or (
        born.how == "backward" and born.given is None))


def _tensor(id: str, title: str, one: Tensor) -> TensorShown:
    plain = one.detach().cpu()
    array: np.ndarray[Any, Any] = (plain.float() if plain.is_floating_point() else plain).numpy()
    return TensorShown(id, title, array, _told(plain))


def _told(tensor: Tensor) -> str:
    """Its shape, its ends, and how many of its numbers are none."""
    shape = shape_text(tuple(tensor.shape)) if tensor.dim() else _tr("one number")
    if not tensor.is_floating_point():
        return shape
    finite = torch.isfinite(tensor)
    lost = tensor.numel() - int(finite.sum())
    words = [shape, *([_ends(tensor, finite, lost)] if lost < tensor.numel() else [])]
    if lost:
        words.append(_tr("{count} of {all} are no numbers").replace("{count}", grouped(lost)).replace(
            "{all}", grouped(tensor.numel())))
    return " · ".join(words)


def _ends(tensor: Tensor, finite: Tensor, lost: int) -> str:
    """Of what is a number; nothing is gathered, which would take long of many."""
    least, most = tensor.aminmax() if not lost else (
        torch.where(finite, tensor, torch.inf).min(), torch.where(finite, tensor, -torch.inf).max())
    return _tr("{least} … {most}").replace("{least}", value_text(float(least))).replace(
        "{most}", value_text(float(most)))


def _facts(born: Born) -> str:
    count = _tr("{count} of {all} examples").replace("{count}", grouped(len(born.examples))).replace(
        "{all}", grouped(len(born.targets)))
    where = _tr("epoch {epoch}, batch {batch}").replace("{epoch}", str(born.epoch)).replace(
        "{batch}", grouped(born.batch))
    inputs = _tr("inputs {told}").replace("{told}", _told(born.inputs))
    return " · ".join([where, *([count] if born.examples else []), inputs])


def _example(born: Born, index: int) -> Example:
    x, is_its = born.inputs[index].detach().cpu().float(), index in set(born.examples)
    caption, right = _tr("#{index}").replace("{index}", str(index)), False if is_its else None
    if x.dim() == 3 and x.shape[0] in (1, 3):
        return Example(index, _pixels(x), caption, right)
    numbers = " ".join(value_text(float(each), 3) for each in x.flatten()[:NUMBERS])
    return Example(index, None, "", right, f"{caption}  {numbers}{' …' if x.numel() > NUMBERS else ''}")


def _pixels(x: Tensor) -> np.ndarray[Any, Any]:
    """Its least number black and its greatest white; what is no number is black."""
    finite = x[torch.isfinite(x)]
    least, most = (float(each) for each in finite.aminmax()) if finite.numel() else (0.0, 1.0)
    plain = (torch.nan_to_num(x, nan=least, posinf=most, neginf=least) - least) / ((most - least) or 1.0)
    pixels: np.ndarray[Any, Any] = (plain.clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()
    return pixels[:, :, 0] if pixels.shape[2] == 1 else pixels


def _tr(text: str) -> str:
    return QCoreApplication.translate("Born", text)
