"""The layer in hand: what of it is looked at, made into values for the panel, in the thread that looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from app.insight.arithmetic import backward_shown, forward_shown, joined
from app.insight.values import array_of
from engine.analysis.analysis import Analysis
from engine.analysis.receptive import reach, receptive_field
from engine.experiment.experiment import Experiment
from engine.inspect.answers import class_name, top
from engine.inspect.changes import Change
from engine.inspect.lens import Back, Lens, Look
from engine.inspect.samples.sample import Sample
from engine.inspect.steps.losses import loss_step
from engine.inspect.steps.steps import step
from engine.inspect.steps.values import Steps as Made
from engine.inspect.why.activation import CUTTING, FLAT, activation, is_activation
from engine.inspect.why.gradcam import grad_cam
from engine.inspect.why.gradients import loss_of, score_of
from engine.inspect.why.histogram import histogram
from engine.inspect.why.places import is_spatial
from engine.inspect.why.receptive import gradient_of_unit
from engine.inspect.why.saliency import over_channels, saliency
from engine.messages import LayerloomError, say
from engine.units import measure_text, share_text, value_text
from widgets.inside.arithmetic import Steps
from widgets.inside.curve import Curve
from widgets.inside.tensors_page import Tensor as Shown
from widgets.look.text import message_text, sentence_text

if TYPE_CHECKING:
    Array = np.ndarray[Any, Any]

Unit = tuple[int, int, int]  # channel, row and column as the panel counts them
MOST_TENSORS = 24  # of a block's layers
BRIGHTEST = 1 / 6  # of a heat map: what is covered to see whether it counts


@dataclass(frozen=True)
class Wanted:
    """What of which layer is to be seen: its page, a unit, what is under the mouse, why which class."""

    place: str = ""
    page: str = "maps"
    unit: Unit | None = None
    hover: Unit | None = None
    method: str = "gradcam"
    class_number: int | None = None  # None: that which is answered


class Field(NamedTuple):
    """What a unit sees: the rectangle (left, top, width, height) in pixels of the input, and its measured gradient."""

    box: tuple[float, float, float, float] | None
    heat: Array | None


class Why(NamedTuple):
    """What counted for a class; without heat only words."""

    title: str
    heat: Array | None
    sentence: str


class LayerSeen(NamedTuple):
    """Of the layer in hand. What was not asked for is None."""

    wanted: Wanted
    facts: str
    output: Array | None
    other: Array | None = None
    curve: Curve | None = None
    curve_counts: tuple[int, ...] = ()
    curve_edges: tuple[float, ...] = ()
    curve_words: str = ""
    kernels: tuple[Shown, ...] | None = None
    gradients: tuple[Shown, ...] | None = None
    gradients_wrong: str = ""
    forward: Steps | None = None
    backward: Steps | None = None
    why: Why | None = None
    field: Field | None = None
    steps: Made | None = None  # from which ``forward`` and ``backward`` are


class Layers:
    """Makes them; remembers of the layer in hand what does not change with the sample."""

    def __init__(self) -> None:
        self._kernels: tuple[Lens, str, tuple[Shown, ...]] | None = None
        self._facts: dict[tuple[int, str], str] = {}

    def see(self, wanted: Wanted, lens: Lens, look: Look, sample: Sample, analysis: Analysis, other: Look | None,
            seed: int) -> LayerSeen:
        """What is wanted of one layer."""
        place, output = wanted.place, look.outputs.get(wanted.place)
        seen = LayerSeen(wanted, self._fact(analysis, place), None if output is None else array_of(output))
        if output is None:
            return seen
        if other is not None and place in other.outputs:
            seen = seen._replace(other=array_of(other.outputs[place]))
        if is_activation(lens, place):
            seen = _with_curve(seen, lens, look, wanted)
        if wanted.page == "kernels":
            seen = seen._replace(kernels=self._weights(lens, place))
        back, wrong = _back(lens, look, sample, seed) if wanted.page in ("gradients", "steps") else (None, "")
        if wanted.page == "gradients":
            seen = seen._replace(gradients=_gradients(lens, place, back), gradients_wrong=wrong)
        if wanted.unit is not None or wanted.page == "steps":
            seen = _with_steps(seen, lens, look, back, wrong, seed)
            if wanted.page == "steps" and output is look.answer and sample.target is not None:
                seen = _with_loss(seen, lens, look, sample.target)
        if wanted.page in ("maps", "why"):
            seen = seen._replace(why=_why(wanted, lens, look, seed))
        unit = wanted.hover or wanted.unit
        return seen._replace(field=_field(lens, look, analysis, place, index_of(unit, output))) if unit else seen

    def _fact(self, analysis: Analysis, place: str) -> str:
        key = id(analysis), place
        if key not in self._facts:
            try:
                words = message_text(reach(analysis, place).message)
            except LayerloomError:
                words = ""
            self._facts = {**dict(list(self._facts.items())[-200:]), key: words}
        return self._facts[key]

    def _weights(self, lens: Lens, place: str) -> tuple[Shown, ...]:
        if self._kernels is None or self._kernels[:2] != (lens, place):
            found = tuple(_tensor(name, weight) for name, weight in _weights_of(lens, place))
            self._kernels = lens, place, found
        return self._kernels[2]


def index_of(unit: Unit | None, output: Tensor) -> tuple[int, ...]:
    """A unit as the panel counts it, as an index without batch; the middle where none is in hand."""
    shape = tuple(output.shape[1:])
    if unit is None:
        return tuple(0 if len(shape) > 1 and axis == 0 else size // 2 for axis, size in enumerate(shape))
    channel, row, column = unit
    if len(shape) == 1:
        index: tuple[int, ...] = (channel,)
    elif len(shape) == 2:
        index = (row, column)
    else:
        leading = np.unravel_index(min(channel, int(np.prod(shape[:-2])) - 1), shape[:-2])
        index = (*map(int, leading), row, column)
    return tuple(min(each, size - 1) for each, size in zip(index, shape, strict=True))


# -- weights and gradients ------------------------------------------------------------------------------------------


def _weights_of(lens: Lens, place: str) -> list[tuple[str, Tensor]]:
    part = lens.modules.get(place)
    if not isinstance(part, nn.Module):
        return []
    named: Iterator[tuple[str, Tensor]] = iter((*part.named_parameters(), *part.named_buffers()))
    return [(name, value.detach()) for name, value in named if value.dim()][:MOST_TENSORS]


def _tensor(name: str, value: Tensor, words: str = "") -> Shown:
    counted = histogram(value)
    return Shown(name, value.float().numpy(), counted.counts, counted.edges, value.dim() in (4, 5), words)


def _back(lens: Lens, look: Look, sample: Sample, seed: int) -> tuple[Back | None, str]:
    """Gradients of the loss; where the true answer is not known, of the score of what is answered."""
    try:
        return gradients_of(lens, look, sample, seed), ""
    except (LayerloomError, RuntimeError) as error:
        return None, _words(error)


def gradients_of(lens: Lens, look: Look, sample: Sample, seed: int, changes: Sequence[Change] = ()) -> Back:
    """The same. Raises LayerloomError, or RuntimeError of torch, where there is none."""
    if sample.target is not None:
        return lens.back(look.x, loss_of(lens.experiment, sample.target), changes=changes, seed=seed)
    best = 0 if look.answer is None else int(look.answer[0].flatten().argmax())
    return lens.back(look.x, score_of(best), changes=changes, seed=seed)


def _words(error: Exception) -> str:
    return sentence_text(error.message) if isinstance(error, LayerloomError) else str(error)


def _gradients(lens: Lens, place: str, back: Back | None) -> tuple[Shown, ...]:
    if back is None:
        return ()
    found = []
    if place in back.outputs:
        found.append(_tensor("output", back.outputs[place][0]))
    keys = {id(weight): key for key, weight in lens.module.named_parameters(remove_duplicate=False)}
    part = lens.modules.get(place)
    for name, weight in part.named_parameters() if isinstance(part, nn.Module) else ():
        if (key := keys.get(id(weight))) in back.weights:
            found.append(_tensor(name, back.weights[str(key)]))
    return tuple(found[:MOST_TENSORS])


# -- one unit -------------------------------------------------------------------------------------------------------


def _with_steps(seen: LayerSeen, lens: Lens, look: Look, back: Back | None, wrong: str, seed: int) -> LayerSeen:
    place = seen.wanted.place
    try:
        made = step(lens, look, place, index_of(seen.wanted.unit, look.outputs[place]), back, seed=seed)
    except (LayerloomError, RuntimeError, ValueError, IndexError) as error:
        return seen._replace(forward=Steps(note=_words(error)), backward=None)
    backward = None if seen.wanted.page != "steps" else backward_shown(made, look, wrong)
    return seen._replace(forward=forward_shown(made, look), backward=backward, steps=made)


def _with_loss(seen: LayerSeen, lens: Lens, look: Look, target: Tensor) -> LayerSeen:
    """Behind the last layer's arithmetic that of the loss: softmax, cross-entropy, and what comes back."""
    assert look.answer is not None
    try:
        made = loss_step(lens.experiment.recipe, look.answer, target)
    except (LayerloomError, RuntimeError, IndexError):
        return seen
    forward = None if seen.forward is None else joined(seen.forward, forward_shown(made, look))
    backward = None if seen.backward is None else joined(backward_shown(made, look, ""), seen.backward)
    return seen._replace(forward=forward, backward=backward)


def _field(lens: Lens, look: Look, analysis: Analysis, place: str, index: tuple[int, ...]) -> Field:
    box = heat = None
    try:
        found = receptive_field(analysis, place, index)
        if len(found.shape) == 3 and found.places:
            (top_, bottom), (left, right) = found.box[1:]
            box = (float(left), float(top_), float(right - left), float(bottom - top_))
    except LayerloomError:
        pass
    try:
        gradient = gradient_of_unit(lens, look.x, place, index)
        heat = array_of(over_channels(gradient)[None]) if gradient.dim() == 3 else None
    except (LayerloomError, RuntimeError):
        pass
    return Field(box, heat)


def _with_curve(seen: LayerSeen, lens: Lens, look: Look, wanted: Wanted) -> LayerSeen:
    try:
        found = activation(lens, wanted.place, look, wanted.unit[0] if wanted.unit else 0)
    except LayerloomError:
        return seen
    title = lens.modules[wanted.place].__class__.__name__
    words = []
    if found.saturated is not None:
        words.append(say("{share} of what comes in lies where the slope is next to nothing",
                         share=share_text(found.saturated)))
    if found.negative is not None:
        words.append(say("{share} of what comes in is cut off to 0", share=share_text(found.negative)))
    if found.dead and found.channels > 1:
        words.append(say("{count} of {all} channels are 0 everywhere", count=len(found.dead), all=found.channels))
    x, y, slope = (each.tolist() for each in (found.curve.x, found.curve.y, found.curve.slope))
    flat = _flat(x, slope) if found.saturated is not None or isinstance(lens.modules[wanted.place], CUTTING) else ()
    return seen._replace(curve=Curve(title, x, y, slope, flat), curve_counts=found.inputs.counts,
                         curve_edges=found.inputs.edges, curve_words=". ".join(map(message_text, words)))


def _flat(x: Sequence[float], slope: Sequence[float]) -> tuple[tuple[float, float], ...]:
    """Spans where the slope is next to nothing."""
    least = FLAT * max(map(abs, slope), default=0.0)
    spans = list[tuple[float, float]]()
    begin = None
    for at, each in zip(x, slope, strict=True):
        if abs(each) < least and begin is None:
            begin = at
        elif abs(each) >= least and begin is not None:
            spans.append((begin, at))
            begin = None
    return (*spans, (begin, x[-1])) if begin is not None else tuple(spans)


# -- why ------------------------------------------------------------------------------------------------------------


def class_in_hand(wanted: Wanted, look: Look) -> int | None:
    """The class that is asked about, else the one that is answered."""
    if look.answer is None:
        return None
    outputs = look.answer[0].numel()
    if wanted.class_number is not None and 0 <= wanted.class_number < outputs:
        return wanted.class_number
    return int(look.answer[0].flatten().argmax())


def _why(wanted: Wanted, lens: Lens, look: Look, seed: int) -> Why | None:
    number = class_in_hand(wanted, look)
    if number is None or wanted.method == "occlusion":
        return None
    experiment, name = lens.experiment, class_name(lens.experiment, number)
    title = message_text(say("Why {name}?", name=name))
    try:
        if wanted.method == "saliency":
            found = saliency(lens, look.x, score_of(number))
            heat = over_channels(found) if found.dim() == 3 else None
            words = say("Saliency: the brighter, the more the score of {name} depends on it", name=name)
        elif not is_spatial(look.outputs[wanted.place]):
            found = grad_cam(lens, look.x, wanted.place, score_of(number)).signed
            return Why(title, None, _units_that_count(wanted.place, name, found))
        else:
            cam = grad_cam(lens, look.x, wanted.place, score_of(number))
            heat = cam.over(tuple(look.x.shape[2:])) if look.x.dim() == 4 else None
            words = say("Grad-CAM of {name} at {place}: the brighter, the more it speaks for it", name=name,
                        place=wanted.place)
        if heat is None or heat.dim() != 2:
            return Why(title, None, message_text(words))
        covered = _covered(lens, look, experiment, heat, number, seed)
        return Why(title, heat.numpy(), ". ".join((message_text(words), covered)) + ".")
    except (LayerloomError, RuntimeError) as error:
        return Why(title, None, _words(error))


def _units_that_count(place: str, name: str, found: Tensor) -> str:
    best = found.flatten().abs().sort(descending=True).indices[:5].tolist()
    units = ", ".join(f"{unit} ({value_text(float(found.flatten()[unit]))})" for unit in best)
    return message_text(say("{place} has no places. Its units that count most for {name}: {units}", place=place,
                            name=name, units=units))


def _covered(lens: Lens, look: Look, experiment: Experiment, heat: Tensor, number: int, seed: int) -> str:
    """What becomes of the answer where the brightest part is covered."""
    if float(heat.max()) <= 0:
        return message_text(say("Nothing speaks for it"))
    least = heat.flatten().quantile(1 - BRIGHTEST)
    x = torch.where(heat > least, look.x.amin(), look.x)
    before, answer = look.answer, lens.look(x, seed=seed).answer
    if before is None or answer is None:
        return ""
    one, other = top(before, experiment, 1), top(answer, experiment, 1)
    if not one or not other:
        return message_text(say("With the brightest sixth covered {before} becomes {after}",
                                before=value_text(float(before[0].flatten()[number])),
                                after=value_text(float(answer[0].flatten()[number]))))
    values = {"before": one[0].name, "after": other[0].name, "p": measure_text(one[0].probability),
              "q": measure_text(other[0].probability)}
    if one[0].number == other[0].number:
        return message_text(say("With the brightest sixth covered the answer stays {before} ({p} → {q})", **values))
    return message_text(say("With the brightest sixth covered the answer turns to {after} ({q})", **values))


