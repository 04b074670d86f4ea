"""The layer in hand: what of it is looked at, made into values for the panel, in the thread that looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from torch import Tensor, nn

from app.insight.arithmetic import backward_shown, forward_shown, joined
from app.insight.curves import with_curve
from app.insight.reasons import why
from app.insight.units import channel_of, index_of
from app.insight.values import array_of, words_of
from app.insight.wanted import Field, LayerSeen, Wanted
from engine.analysis.analysis import Analysis
from engine.analysis.receptive import reach, receptive_field
from engine.inspect.answers import class_name
from engine.inspect.changes import Change
from engine.inspect.lens import Back, Lens, Look
from engine.inspect.samples.sample import Sample
from engine.inspect.steps.losses import loss_step
from engine.inspect.steps.steps import step
from engine.inspect.why.activation import is_activation
from engine.inspect.why.gradients import loss_of, score_of
from engine.inspect.why.histogram import histogram
from engine.inspect.why.places import axis_at
from engine.inspect.why.receptive import gradient_of_unit
from engine.inspect.why.saliency import over_channels
from engine.messages import LayerloomError, say
from widgets.inside.arithmetic import Steps
from widgets.inside.tensors_page import Tensor as Shown
from widgets.look.text import message_text

MOST_TENSORS = 24  # of a block's layers


class Layers:
    """Makes them; remembers of the layer in hand what does not change with the sample."""

    def __init__(self) -> None:
        self._kernels: tuple[object, int, str, tuple[Shown, ...]] | None = None
        self._facts: tuple[Analysis, dict[str, str]] | None = None

    def see(self, wanted: Wanted, lens: Lens, look: Look, sample: Sample, analysis: Analysis, other: Look | None,
            seed: int) -> LayerSeen:
        """What is wanted of one layer."""
        place, output = wanted.place, look.outputs.get(wanted.place)
        seen = LayerSeen(wanted, self._fact(analysis, place), None if output is None else array_of(output))
        if output is None:
            return seen
        axis = axis_at(lens, place, output)
        channel = None if wanted.unit is None else channel_of(wanted.unit, output.shape[1:], axis)
        seen = seen._replace(axis=axis, channel=channel, channels=output.shape[axis])
        if other is not None and place in other.outputs:
            seen = seen._replace(other=array_of(other.outputs[place]))
        if is_activation(lens, place):
            seen = with_curve(seen, lens, look, wanted)
        if wanted.page == "kernels":
            seen = seen._replace(kernels=self._weights(lens, place))
        back, wrong = _back(lens, look, sample, seed) if wanted.page in ("gradients", "steps") else (None, "")
        if wanted.page == "gradients":
            seen = seen._replace(gradients=_gradients(lens, place, back, number_of(lens, look, sample)),
                                 gradients_wrong=wrong)
        if wanted.unit is not None or wanted.page == "steps":
            about = "" if sample.target is not None else number_of(lens, look, sample)
            seen = _with_steps(seen, lens, look, back, wrong, about, seed)
            if wanted.page == "steps" and output is look.answer and sample.target is not None:
                seen = _with_loss(seen, lens, look, sample.target)
        if wanted.page in ("maps", "why"):
            seen = seen._replace(why=why(wanted, lens, look, seed))
        unit = wanted.hover or wanted.unit
        if unit is not None:
            seen = seen._replace(field=_field(lens, look, analysis, place, index_of(unit, output.shape[1:])))
        return seen

    def _fact(self, analysis: Analysis, place: str) -> str:
        if self._facts is None or self._facts[0] is not analysis:
            self._facts = analysis, {}
        known = self._facts[1]
        if place not in known:
            try:
                known[place] = message_text(reach(analysis, place).message)
            except LayerloomError:
                known[place] = ""
        return known[place]

    def _weights(self, lens: Lens, place: str) -> tuple[Shown, ...]:
        if self._kernels is None or self._kernels[:3] != (lens.module, lens.taken, place):
            found = tuple(_tensor(name, weight) for name, weight in _weights_of(lens, place))
            self._kernels = lens.module, lens.taken, place, found
        return self._kernels[3]


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
        return None, words_of(error)


def gradients_of(lens: Lens, look: Look, sample: Sample, seed: int, changes: Sequence[Change] = ()) -> Back:
    """The same. Raises LayerloomError, or RuntimeError of torch, where there is none."""
    if sample.target is not None:
        return lens.back(look.x, loss_of(lens.experiment, sample.target), changes=changes, seed=seed)
    best = 0 if look.answer is None else int(look.answer[0].flatten().argmax())
    return lens.back(look.x, score_of(best), changes=changes, seed=seed)


def number_of(lens: Lens, look: Look, sample: Sample) -> str:
    """Of what gradients are, in words: where the true answer is not known, of the score of what is answered."""
    if sample.target is not None:
        return message_text(say("Gradient of the loss"))
    best = 0 if look.answer is None else int(look.answer[0].flatten().argmax())
    return message_text(say("Gradient of the score of {name}: the true answer is not known",
                            name=class_name(lens.experiment, best)))


def _gradients(lens: Lens, place: str, back: Back | None, words: str) -> tuple[Shown, ...]:
    if back is None:
        return ()
    found = []
    if place in back.outputs:
        found.append(_tensor("output", back.outputs[place][0], words))
    keys = {id(weight): key for key, weight in lens.module.named_parameters(remove_duplicate=False)}
    part = lens.modules.get(place)
    for name, weight in part.named_parameters() if isinstance(part, nn.Module) else ():
        if (key := keys.get(id(weight))) in back.weights:
            found.append(_tensor(name, back.weights[str(key)], words))
    return tuple(found[:MOST_TENSORS])


# -- one unit -------------------------------------------------------------------------------------------------------


def _with_steps(seen: LayerSeen, lens: Lens, look: Look, back: Back | None, wrong: str, about: str, seed: int
                ) -> LayerSeen:
    place = seen.wanted.place
    try:
        made = step(lens, look, place, index_of(seen.wanted.unit, look.outputs[place].shape[1:]), back, seed=seed)
    except (LayerloomError, RuntimeError, ValueError, IndexError) as error:
        return seen._replace(forward=Steps(note=words_of(error)), backward=None)
    backward = None if seen.wanted.page != "steps" else backward_shown(made, wrong, about)
    return seen._replace(forward=forward_shown(made, look), backward=backward, steps=made)


def _with_loss(seen: LayerSeen, lens: Lens, look: Look, target: Tensor) -> LayerSeen:
    """Behind the last layer's arithmetic that of the loss: softmax, cross-entropy, and what comes back."""
    assert look.answer is not None
    try:
        made = loss_step(lens.experiment.recipe, look.answer, target)
    except (LayerloomError, RuntimeError, IndexError):
        return seen
    forward = None if seen.forward is None else joined(seen.forward, forward_shown(made, look))
    backward = None if seen.backward is None else joined(backward_shown(made), seen.backward)
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
