"""Where numbers that are no numbers were born: the first layer that gave one, with what it was given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import torch
from torch import Tensor, fx

from engine.messages import Message, say
from engine.network.watched import Watched
from engine.units import grouped, value_text

How = Literal["input", "targets", "weights", "forward", "loss", "backward"]
Criterion = Callable[[Tensor, Tensor], Tensor]
ORDINARY = 1e6  # numbers up to this are no reason to give infinity
ALONE = 4096  # examples that are judged one by one
KEPT_BYTES = 64 * 2**20  # of what a layer was given, and of what it gave


@dataclass(frozen=True, eq=False)
class Born:
    """A batch that gave infinity or nan: ``place`` is the layer where, empty of the inputs or the loss.

    ``how``: the data hold it; what is to be predicted does; the step before made weights of it; the layer gave it; the
    loss did; the way back did.
    """

    place: str
    how: How
    epoch: int
    batch: int
    message: Message
    inputs: Tensor = field(repr=False)  # B×…, as the network got them, on the CPU
    targets: Tensor = field(repr=False)
    given: Tensor | None = field(default=None, repr=False)  # what the layer was given …
    output: Tensor | None = field(default=None, repr=False)  # … and what it gave; of the way back both are gradients
    examples: tuple[int, ...] = ()  # places in the batch where it is so
    rows: tuple[int, ...] = ()  # the same examples in the part of the data that they are of
    part: str = "train"

    @property
    def is_of_large_steps(self) -> bool:
        """Whether too large steps may be why: the numbers were huge before they were none."""
        if self.how == "weights":
            return True
        if not _is_ordinary(self.inputs) or (self.targets.is_floating_point() and not _is_ordinary(self.targets)):
            return False  # the data are huge already
        given = self.given
        return self.how in ("forward", "loss", "backward") and (given is None or not _is_ordinary(given))


def is_sound(values: Tensor) -> bool:
    """Whether all of them are numbers."""
    return not values.is_floating_point() or bool(values.isfinite().all())


def _is_ordinary(values: Tensor) -> bool:
    return is_sound(values) and (not values.numel() or float(values.abs().max()) < ORDINARY)


class Place:
    """In which batch of which part it is looked for."""

    def __init__(self, epoch: int, batch: int, inputs: Tensor, targets: Tensor, part: str = "train") -> None:
        self.epoch, self.batch, self.inputs, self.targets, self.part = epoch, batch, inputs, targets, part

    def born(self, how: How, place: str, message: Message, given: Tensor | None = None,
             output: Tensor | None = None, examples: tuple[int, ...] | None = None) -> Born:
        """What was found, on the CPU."""
        of_batch = how in ("input", "targets", "forward", "loss") or (how == "backward" and given is not None)
        seen = output if output is not None else self.inputs
        return Born(place, how, self.epoch, self.batch, message, _kept(self.inputs), _kept(self.targets),
                    None if given is None else _kept(given), None if output is None else _kept(output),
                    examples if examples is not None else _which(seen, len(self.targets)) if of_batch else (),
                    part=self.part)


def find(model: fx.GraphModule, criterion: Criterion, at: Place) -> Born | None:
    """Look for it in a batch; the network is as it was before its step. None: everything is a number this time."""
    if not is_sound(at.inputs):
        return at.born("input", "", say("The data hold {what}: of this batch, {which}", what=_what(at.inputs),
                                        which=_examples(_which(at.inputs, len(at.targets)))), output=at.inputs)
    if not is_sound(at.targets):
        return at.born("targets", "", say("The numbers to predict hold {what}: of this batch, {which}",
                                          what=_what(at.targets), which=_examples(_which(at.targets, len(at.targets)))),
                       output=at.targets)
    for key, weight in model.named_parameters():
        if not is_sound(weight):
            place = key.rpartition(".")[0] or key
            return at.born("weights", place, say(
                "The step before made {what} of the weights of {place}", what=_what(weight), place=place),
                output=weight.detach())
    run = _Searching(model)
    with torch.enable_grad():
        try:
            output: Tensor = run.run(at.inputs)
        except _FoundError as found:
            return at.born("forward", found.place, _gave(found), found.given, found.output)
        loss = criterion(output.float(), at.targets)
        if not is_sound(loss):
            return at.born("loss", "", _of_loss(loss, output, at), output.detach(), examples=_lost_in(
                criterion, output.detach(), at.targets))
        return _on_the_way_back(run, loss, at)


def _of_loss(loss: Tensor, output: Tensor, at: Place) -> Message:
    words = {"loss": value_text(float(loss.detach())), **_ends(output)}
    if not at.targets.is_floating_point():
        return say("The loss is {loss}, though every layer gives numbers: the answers go from {least} to "
                   "{most}", **words)
    wanted = _ends(at.targets)
    return say("The loss is {loss}, though every layer gives numbers: the answers go from {least} to {most}, and the "
               "numbers to predict from {low} to {high}", **words, low=wanted["least"], high=wanted["most"])


def _lost_in(criterion: Criterion, output: Tensor, targets: Tensor) -> tuple[int, ...]:
    """The examples whose own loss is no number; none where only their sum is none."""
    with torch.no_grad():
        return tuple(place for place in range(min(len(targets), ALONE))
                     if not is_sound(criterion(output[place:place + 1].float(), targets[place:place + 1])))


def _gave(found: _FoundError) -> Message:
    count = int((~found.output.isfinite()).sum())
    words: dict[str, Any] = {"place": found.place, "what": _what(found.output), "count": grouped(count),
                             "all": grouped(found.output.numel())}
    if found.given is None or not found.given.numel():
        return say("{place} gave {what} for {count} of {all} numbers", **words)
    return say("{place} gave {what} for {count} of {all} numbers; what it was given goes from {least} to "
               "{most}", **words,
               **_ends(found.given))


class _FoundError(Exception):
    def __init__(self, place: str, given: Tensor | None, output: Tensor) -> None:
        super().__init__(place)
        self.place, self.given, self.output = place, given, output


class _Searching(Watched):
    """Ends at the first layer that gives what is no number; ``order`` has what its gradients were, from the end on."""

    def __init__(self, module: fx.GraphModule, prefix: str = "", outer: _Searching | None = None) -> None:
        super().__init__(module, prefix, outer.outputs if outer else None)
        self.order: list[tuple[str, Tensor, Tensor]] = outer.order if outer else []
        self.readers: dict[int, list[str]] = outer.readers if outer else {}  # of a value, by its id

    def called(self, n: fx.Node) -> Any:
        value = super().called(n)
        if n.op in ("placeholder", "output") or not isinstance(value, Tensor):
            return value
        read = [each for each in map(self.env.get, n.all_input_nodes) if isinstance(each, Tensor)]
        given = read[0] if read else None
        for each in read:
            self.readers.setdefault(id(each), []).append(self._place)
        if not is_sound(value):
            raise _FoundError(self._place, None if given is None else given.detach(), value.detach())
        if value.requires_grad:
            value.register_hook(_noting(self.order, self._place, value))  # type: ignore[no-untyped-call]
        return value

    def inside(self, block: fx.GraphModule, prefix: str) -> Watched:
        return _Searching(block, prefix, self)


def _noting(order: list[tuple[str, Tensor, Tensor]], place: str, value: Tensor) -> Callable[[Tensor], None]:
    def note(gradient: Tensor) -> None:
        order.append((place, gradient.detach(), value))

    return note


def _on_the_way_back(run: _Searching, loss: Tensor, at: Place) -> Born | None:
    """The layer behind whose output gradients are numbers, and before it they are none."""
    weights = {key: weight for key, weight in run.module.named_parameters() if weight.requires_grad}
    gradients = torch.autograd.grad(loss, [*weights.values()], allow_unused=True)
    sound: dict[str, Tensor] = {}
    for place, gradient, value in run.order:
        if not is_sound(gradient):  # whoever has read this value made it of a gradient that was a number
            readers = [each for each in run.readers.get(id(value), ()) if each in sound]
            found = readers[-1] if readers else place
            return at.born("backward", found, _lost(found, gradient, sound.get(found)), sound.get(found), gradient)
        sound[place] = gradient
    for key, slope in zip(weights, gradients, strict=True):
        if slope is not None and not is_sound(slope):
            place = key.rpartition(".")[0] or key
            return at.born("backward", place, _lost(place, slope, None), None, slope)
    return None


def _lost(place: str, gradient: Tensor, given: Tensor | None) -> Message:
    if given is None:
        return say("The gradient of the weights of {place} is {what}", place=place, what=_what(gradient))
    return say("On the way back {place} makes {what} of a gradient that goes from {least} to {most}: what it was given "
               "has no slope there", place=place, what=_what(gradient), **_ends(given))


# -- words and copies --------------------------------------------------------------------------------------------------


def _what(values: Tensor) -> Message:
    return say("nan") if bool(values.isnan().any()) else say("infinity")


def _ends(values: Tensor) -> dict[str, str]:
    """The smallest and the largest that is a number."""
    real = values.detach().float()
    real = real[real.isfinite()]
    if not real.numel():
        return {"least": "nan", "most": "nan"}
    return {"least": value_text(float(real.min()), 3), "most": value_text(float(real.max()), 3)}


def _which(values: Tensor, count: int) -> tuple[int, ...]:
    """Places in the batch, where the values are of a batch."""
    if not values.dim() or len(values) != count:
        return ()
    broken = ~values.detach().reshape(count, -1).isfinite().all(1)
    return tuple(int(place) for place in broken.nonzero().flatten())


SHOWN = 5


def _examples(places: tuple[int, ...]) -> Message:
    shown = ", ".join(str(place) for place in places[:SHOWN])
    if len(places) > SHOWN:
        return say("examples {some} … ({count} of them)", some=shown, count=grouped(len(places)))
    return say("example {some}", some=shown) if len(places) == 1 else say("examples {some}", some=shown)


def _kept(values: Tensor) -> Tensor:
    """A copy on the CPU; of what is very large its first examples."""
    if values.nbytes > KEPT_BYTES and values.dim() and len(values) > 1:
        values = values[: max(1, len(values) * KEPT_BYTES // values.nbytes)]
    return values.detach().to("cpu", copy=True)
