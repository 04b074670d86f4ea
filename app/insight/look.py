"""One look: what every layer of a level gives for a sample, as pictures and bars, and what the network answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor

from app.insight.hand import First
from app.insight.layer import Layers
from app.insight.values import array_of
from app.insight.wanted import LayerSeen, Wanted
from engine.analysis.analysis import Analysis, analyze
from engine.data.sources.image_folder import ImageFolder
from engine.experiment.experiment import Experiment
from engine.experiment.trust import not_allowed
from engine.inspect.answering import in_unit, without_log
from engine.inspect.answers import Guess, top
from engine.inspect.bench import Bench
from engine.inspect.changes import Change
from engine.inspect.lens import Lens, Look
from engine.inspect.moved import Moved, moved
from engine.inspect.samples.sample import Sample, input_shape
from engine.layers.base import Shape
from engine.messages import LayerloomError, Message
from engine.training.losses import Criterion
from engine.training.values import Weights
from widgets.canvas.outputs.shown import Shown, fault, photo, shown
from widgets.look.text import message_text

if TYPE_CHECKING:
    import numpy as np

Make = Callable[[Experiment], Sample]
MOST_GUESSES, MOST_NUMBERS = 5, 10_000


@dataclass(frozen=True, eq=False)
class Question:
    """What one wants to see: of which network with which weights, of which sample, which level of it."""

    experiment: Experiment
    weights: Weights | None
    training: bool
    make: Make  # the sample, for the network; the same object asks for the same one
    path: tuple[str, ...] = ()
    names: tuple[str, ...] = ()  # of the level's cards
    changes: tuple[Change, ...] = ()
    seed: int = 0
    copy: int = 0  # of a repeated block
    second: Make | None = None  # a sample that is compared with it
    wanted: Wanted | None = None  # of the layer in hand, which is this card of the level:
    card: str = ""
    beside: Weights | None = None  # weights that are compared with these, for the same sample


class Seen(NamedTuple):
    """What there was to see."""

    question: Question
    lens: Lens
    sample: Sample
    look: Look
    outputs: Mapping[str, Shown]  # by card
    guesses: tuple[Guess, ...]
    loss: float | None
    places: Mapping[str, str]  # of each card
    numbers: tuple[float, ...] = ()  # the answer
    true_class: int | None = None
    true_number: float | None = None
    layer: LayerSeen | None = None  # in hand
    all_guesses: tuple[Guess, ...] = ()  # of every class, where outputs are made otherwise
    before: tuple[Guess, ...] = ()  # the same without that
    second: Sample | None = None  # that is compared, and what was seen of it
    other: Look | None = None
    pixels: np.ndarray[Any, Any] | None = None  # of a picture, before it is resized: uint8 H×W or H×W×3
    paper: Shape = ()  # C×H×W of what one draws for this network
    true_guess: tuple[int, Guess] | None = None  # of the true class, and its place, where it is not among the guesses
    beside: tuple[Guess, ...] = ()  # what every class was with the weights that are compared
    moved: tuple[Moved, ...] = ()  # how far each layer's weights are from those


    def own_lens(self) -> Lens:
        """The network as it was looked through, for another thread, but for what was made otherwise."""
        lens = self.lens.copy()
        weights = self.question.weights
        if weights is not None and lens.may_take(weights):
            lens.take(weights)  # it may be looked through with others by now
        lens.train(self.question.training)
        lens.seed = self.question.seed
        return lens


class NotTaken(NamedTuple):
    """The network cannot take the sample, or the ``second`` one."""

    question: Question
    message: Message
    second: bool = False


class Insight:
    """Keeps the network and the sample between questions. For one thread."""

    def __init__(self) -> None:
        torch.set_grad_enabled(True)
        self._bench = Bench()
        self._samples: list[tuple[Make, Experiment, Sample, bool]] = []
        self._layers = Layers()
        self._analysis: tuple[Experiment, set[str], Analysis] | None = None  # of what, and without which code

    def see(self, question: Question) -> Seen | NotTaken:
        """Look once. Raises LayerloomError where nothing can be seen."""
        lens = self._bench.lens(question.experiment, question.weights, training=question.training)
        samples = list[Sample]()
        for make in (question.make, *([] if question.second is None else [question.second])):
            try:
                samples.append(self._made_by(make, question.experiment))
            except LayerloomError as error:
                return NotTaken(question, error.message, bool(samples))
        look, *others = (lens.look(each.x, changes=question.changes, seed=question.seed) for each in samples)
        compared = (samples[1], others[0]) if others else None
        if question.beside is not None:
            return self._beside(question, lens, look, samples[0], question.beside)
        return self._seen(question, lens, look, samples[0], compared)

    def _beside(self, question: Question, lens: Lens, look: Look, sample: Sample, weights: Weights) -> Seen:
        """The same sample with both weights."""
        other = self._bench.lens(question.experiment, weights, training=question.training)
        there = other.look(sample.x, changes=question.changes, seed=question.seed)
        seen = self._seen(question, lens, look, sample, (sample, there))
        answer = there.answer
        guesses = () if answer is None else tuple(top(answer, question.experiment, answer[0].numel()))
        return seen._replace(beside=guesses, moved=tuple(moved(other.module, lens.module)))

    def _seen(self, question: Question, lens: Lens, look: Look, sample: Sample,
              compared: tuple[Sample, Look] | None = None) -> Seen:
        second, other = compared or (None, None)
        paper = paper_of(question.experiment, tuple(sample.x.shape[1:]))
        places = {name: place for name in question.names
                  if (place := lens.place_of((*question.path, name), question.copy)) is not None}
        outputs = {name: made for name in question.names
                   if (made := _made(question, sample, look, lens, name, places.get(name))) is not None}
        guesses = tuple(top(look.answer, question.experiment, MOST_GUESSES)) if look.answer is not None else ()
        true_class, true_number = _truth(sample, question.experiment)
        layer = None
        if question.wanted is not None and question.card in places:
            layer = self._layers.see(replace(question.wanted, place=places[question.card]),
                                     lens.with_changes(question.changes, question.seed), look, sample,
                                     self._analysed(question.experiment), other, question.seed)
        after, before = self._changed(question, lens, sample, look)
        return Seen(question, lens, sample, look, outputs, guesses, loss_of(question.experiment, look, sample), places,
                    _numbers(look.answer, question.experiment), true_class, true_number, layer, after, before, second,
                    other, pixels_of(sample, paper), paper, _true_guess(question, look, guesses, true_class))

    def _changed(self, question: Question, lens: Lens, sample: Sample, look: Look
                 ) -> tuple[tuple[Guess, ...], tuple[Guess, ...]]:
        """What every class becomes by the changes, and what it was."""
        if not question.changes or look.answer is None:
            return (), ()
        before = lens.look(sample.x, seed=question.seed).answer
        count = look.answer[0].numel()
        return (tuple(top(look.answer, question.experiment, count)),
                tuple(top(before, question.experiment, count)) if before is not None else ())

    def _analysed(self, experiment: Experiment) -> Analysis:
        waits = not_allowed(experiment.graph)
        if self._analysis is None or self._analysis[0] is not experiment or self._analysis[1] != waits:
            self._analysis = experiment, waits, analyze(experiment.graph, experiment.data.sample_shape).active
        return self._analysis[2]

    def _made_by(self, make: Make, experiment: Experiment) -> Sample:
        """The sample; each is made once while it is in hand."""
        waits = isinstance(make, First) and make.waits(experiment)  # for data: as long there are zeros
        for known, of, sample, waited in self._samples:
            if known is make and waited == waits and _takes_the_same(of, experiment):
                return sample
        made = make(experiment)
        self._samples = [*self._samples[-1:], (make, experiment, made, waits)]
        return made


def _true_guess(question: Question, look: Look, guesses: Sequence[Guess], true_class: int | None
                ) -> tuple[int, Guess] | None:
    if look.answer is None or true_class is None or any(guess.number == true_class for guess in guesses):
        return None
    ranked = top(look.answer, question.experiment, look.answer[0].numel())
    return next((each for each in enumerate(ranked, 1) if each[1].number == true_class), None)


def _numbers(answer: Tensor | None, experiment: Experiment) -> tuple[float, ...]:
    """Those of the first example; where numbers are learned, in their own unit."""
    if answer is None:
        return ()
    first = torch.view_as_real(answer[0]) if answer.is_complex() else answer[0]
    if experiment.data.task != "classification" and not answer.is_complex():
        first = in_unit(first, experiment)
    return tuple(first.flatten()[:MOST_NUMBERS].tolist())


def _truth(sample: Sample, experiment: Experiment) -> tuple[int | None, float | None]:
    """The class, or the number."""
    target = sample.target
    if target is None or target.numel() != 1:
        return None, None
    return (None, float(without_log(target, experiment))) if target.is_floating_point() else (int(target), None)


def paper_of(experiment: Experiment, given: Shape) -> Shape:
    """What one draws, where the network is ``given`` pictures of this shape: one of the data before it is resized."""
    data = experiment.data
    if data.is_image and data.is_known and given == data.sample_shape and not isinstance(data.source, ImageFolder):
        return data.stored_shape
    return given


def pixels_of(sample: Sample, paper: Shape) -> np.ndarray[Any, Any] | None:
    """The picture as it is on paper, else as the network gets it; its least number black and its greatest white where
    these are not 0 and 1."""
    stored = sample.stored
    plain = stored if stored is not None and stored.shape == paper else sample.x[0]
    if plain.dim() != 3 or plain.shape[0] not in (1, 3):
        return None
    x = plain.float() / 255 if plain.dtype == torch.uint8 else plain.float()
    least, most = float(x.min()), float(x.max())
    if least < 0 or most > 1:
        x = (x - least) / ((most - least) or 1.0)
    pixels: np.ndarray[Any, Any] = (x * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()
    return pixels[:, :, 0] if pixels.shape[2] == 1 else pixels


def _takes_the_same(one: Experiment, other: Experiment) -> bool:
    return one.data == other.data and input_shape(one) == input_shape(other)


def loss_of(experiment: Experiment, look: Look, sample: Sample) -> float | None:
    """What the recipe's loss says of the answer, where the true one is known."""
    if look.answer is None or sample.target is None:
        return None
    try:
        return float(Criterion(experiment.recipe)(look.answer, sample.target))
    except (LayerloomError, RuntimeError, IndexError, ValueError):  # the answer has another shape than the data ask for
        return None


def _made(question: Question, sample: Sample, look: Look, lens: Lens, name: str, place: str | None) -> Shown | None:
    if place is None or place not in look.outputs:
        here = ".".join((*question.path, name))
        wrong = look.faults.get(place or here) or _inside(look.faults, place or here)
        return fault(message_text(wrong)) if wrong is not None else None
    output = look.outputs[place]
    if place not in lens.sources or not lens.sources[place]:
        return _of_sample(sample, output)
    labels = question.experiment.data.classes if output is look.answer else ()
    return shown(array_of(output), labels)


def _inside(faults: Mapping[str, Message], place: str) -> Message | None:
    """What is wrong inside a block."""
    return next((message for each, message in faults.items() if each.startswith(f"{place}.")), None)


def _of_sample(sample: Sample, x: Tensor) -> Shown:
    if sample.stored is not None and sample.stored.dtype == torch.uint8 and sample.stored.dim() == 3:
        return photo(sample.stored.numpy())
    return shown(array_of(x))
