"""A network held ready to be looked into: every layer's output and gradient for a few examples, again and again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from copy import copy, deepcopy
from dataclasses import dataclass, field
from threading import RLock
from typing import Any, cast
from zlib import crc32

import torch
from torch import Tensor, fx, nn

from engine.analysis.analysis import analyze, first_error
from engine.blocks.settings import node_settings
from engine.experiment.experiment import Experiment
from engine.experiment.trust import sources_of
from engine.inspect.changes import Change, changed
from engine.layers.code.patience import Work
from engine.layers.code.running import StoppedCodeError
from engine.messages import LayerloomError, Message, say
from engine.network.compile import build_part
from engine.network.initialization import initialize
from engine.network.ready import drops, freeze, ready
from engine.network.watched import Watched
from engine.network.weights import RANDOM, check_weights

MASKED = (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d)  # what they drop is drawn here, not by torch
ALWAYS = (nn.FractionalMaxPool2d, nn.FractionalMaxPool3d)  # draw whenever they run
RAISED = (Exception, StoppedCodeError, SystemExit)  # whatever a layer, perhaps a person's own code, may raise
PATIENCE = 10.0  # seconds that a person's own code may take: meanwhile nobody else has torch's random numbers
Scalar = Callable[[Tensor], Tensor]


class NoAnswerError(LayerloomError):
    """The network does not come to its end; ``place`` is the layer that is in its way."""


@dataclass(frozen=True, eq=False)
class Look:
    """What one pass shows: every layer's output B×… by its dotted place, in the order of computing, and the answer.

    ``faults`` say by place what went wrong there; what needs such a layer's output is left out.
    """

    x: Tensor
    outputs: Mapping[str, Tensor]
    answer: Tensor | None
    faults: Mapping[str, Message] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Back:
    """The same with gradients of one number: of each output (and of ``x``) by place, and of each weight by its key.

    What the number does not depend on is left out.
    """

    look: Look
    value: float
    of_x: Tensor | None
    outputs: Mapping[str, Tensor]
    weights: Mapping[str, Tensor]


class Lens:
    """A compiled network with its weights on the CPU, its own copy: nothing that is done with it changes it.

    ``places`` are all layers that can run, in the order of computing: a block comes after what is in it, and its own
    input is a place too (``block.input``). ``sources`` has for each the places that it reads, ``modules`` its torch
    module where it is one.
    """

    def __init__(self, experiment: Experiment, weights: Mapping[str, Tensor] | None = None, *,
                 training: bool = False, partly: bool = False) -> None:
        """With these weights, or those that its seed gives; ``partly``: those of them that fit, ``anew`` has the keys
        of the others. Of a network that is wrong somewhere the rest runs.

        Raises LayerloomError where nothing can run, or WeightsError where ``weights`` do not fit.
        """
        self.experiment = experiment
        self.faults: dict[str, Message] = {}
        self.anew: tuple[str, ...] = ()
        self.changes: tuple[Change, ...] = ()  # that hold whenever it is looked through
        self.taken = 0  # how often it has got other weights
        self.seed = 0  # of what is dropped, where nothing else is said
        self._lock = RLock()  # one runs it while another wants a copy: statistics come and go as it learns
        self.module = self._made(weights, partly)
        for part in self.module.modules():
            if getattr(part, "inplace", False):
                part.inplace = False  # type: ignore[assignment]  # every output is to stay as it was given
        self._know_places()
        self.has_code = bool(sources_of(experiment.graph))
        self.training = training
        self.train(training)

    def _know_places(self) -> None:
        self.sources: dict[str, tuple[str, ...]] = {}
        self.modules: dict[str, nn.Module] = {}
        self.finals = set[fx.Node]()
        self._order = dict[str, None]()
        self._walk(self.module, "", ())
        self.places = tuple(self._order)

    def with_changes(self, changes: Sequence[Change], seed: int = 0) -> Lens:
        """The same network, weights and all, with these outputs made otherwise whenever it is looked through, and with
        what this seed drops."""
        other = copy(self)
        other.changes, other.seed = (*self.changes, *changes), seed
        return other

    def copy(self) -> Lens:
        """Another with weights of its own, which may be changed in its ``module``."""
        other = copy(self)
        with self._lock:
            other.module = deepcopy(self.module)
        other._lock = RLock()
        other._know_places()
        return other

    def may_take(self, weights: Mapping[str, Tensor]) -> bool:
        """Whether these are the weights of this very network, so that it need not be made anew for them."""
        own = self.module.state_dict()
        return (not self.anew and not self.faults and not self.has_code and own.keys() == weights.keys()
                and all(own[key].shape == value.shape and own[key].dtype == value.dtype
                        for key, value in weights.items()))

    def take(self, weights: Mapping[str, Tensor]) -> None:
        """Look with these from now on, which it ``may_take``. What was seen with others, and shares their memory, stays
        as it was."""
        with self._lock:
            self.taken += 1
            for own in (self.module.named_parameters(), self.module.named_buffers()):
                for key, value in own:
                    if key in weights:  # else it is none of the state that is kept
                        value.data = weights[key].detach().clone(memory_format=torch.contiguous_format)

    def _made(self, weights: Mapping[str, Tensor] | None, partly: bool) -> fx.GraphModule:
        experiment, self.ends = self.experiment, True
        analysis = analyze(experiment.graph, experiment.data.sample_shape)
        if first_error(analysis) is None:
            if weights is not None and not partly:
                check_weights(experiment, weights)
            module = ready(experiment, None if partly else weights).module
        else:
            module, partly = self._part(), True
        if partly and weights is not None:
            own = module.state_dict()
            fits = {key: value for key, value in weights.items() if key in own and own[key].shape == value.shape}
            module.load_state_dict(fits, strict=False)
            self.anew = tuple(key for key in own if key not in fits)
        freeze(module, node_settings(experiment.graph, analysis))
        return module

    def _part(self) -> fx.GraphModule:
        """As much as can run, with the weights that its seed gives."""
        experiment = self.experiment
        with RANDOM, torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(experiment.recipe.seed)
            part = build_part(experiment.graph, experiment.data.sample_shape)
            with suppress(LayerloomError):  # a wrong formula, perhaps of a layer that cannot run
                initialize(part.module, experiment)
        self.faults.update(part.faults)
        self.ends = part.ends
        return part.module

    def _walk(self, module: fx.GraphModule, prefix: str, given: tuple[str, ...]) -> str:
        """Note every place, what it reads and its module; returns the place that this module's output is of."""
        places, inputs = dict[fx.Node, str](), iter(given)
        for node in module.graph.nodes:
            if node.op == "output":
                self.finals.update(self._last_calls(module))
                return places[node.all_input_nodes[0]]
            place = prefix + str(node.meta.get("layer", node.name))
            reads = tuple(dict.fromkeys(places[each] for each in node.all_input_nodes
                                        if each in places and places[each] != place))
            if node.op == "placeholder":
                reads = tuple(each for each in (next(inputs, ""),) if each)
            places[node] = place
            self.sources[place] = tuple(dict.fromkeys((*self.sources.get(place, ()), *reads)))
            if node.op == "call_module":
                inner = module.get_submodule(str(node.target))
                if isinstance(inner, fx.GraphModule):
                    self._walk(inner, f"{place}.", reads)
                self.modules[place] = inner
            self._order.pop(place, None)
            self._order[place] = None
        raise AssertionError("a network without an output")

    @staticmethod
    def _last_calls(module: fx.GraphModule) -> Iterator[fx.Node]:
        """Of each layer's calls the one whose value is the layer's."""
        last = {node.meta["layer"]: node for node in module.graph.nodes if "layer" in node.meta}
        return iter(last.values())

    def place_of(self, path: Sequence[str], copy: int = 0) -> str | None:
        """The place of a layer by the names of the blocks around it and its own; of repeated blocks in the copy that is
        asked for (the last where there are fewer). None: it does not run."""
        place = ""
        for name in path:
            direct = f"{place}.{name}" if place else name
            if direct not in self._order or self._is_repeated(place):
                copies = [each for each in self._order if each.startswith(f"{place}.") and each.endswith(f".{name}")
                          and each.count(".") == place.count(".") + 2]
                if not place or not copies:
                    return None
                direct = copies[min(copy, len(copies) - 1)]
            place = direct
        return place

    def _is_repeated(self, place: str) -> bool:
        """Whether what is in the block there are its copies: their keys are numbers."""
        parts = dict(self.modules[place].named_children()) if place in self.modules else {}
        return bool(parts) and all(name.isdigit() and isinstance(part, fx.GraphModule) for name, part in parts.items())

    def train(self, training: bool) -> None:
        """As it learns (dropout drops, batch norm takes the batch's own mean), or as it predicts."""
        with self._lock:
            self.training = training
            self.module.train(training)

    # -- looking ------------------------------------------------------------------------------------------------

    def look(self, x: Tensor, *, changes: Sequence[Change] = (), seed: int = 0) -> Look:
        """Every layer's output for B×…; ``seed`` decides what dropout drops where it learns.

        Never raises for what a layer does: that is in ``faults``.
        """
        with torch.no_grad():
            return self._look(x, changes, seed)

    def answer(self, x: Tensor, *, changes: Sequence[Change] = (), seed: int = 0) -> Tensor:
        """The answer B×… alone, in less memory: layers' outputs are not kept. Raises NoAnswerError."""
        with torch.no_grad():
            look = self._look(x, changes, seed, Forgotten())
        if look.answer is None:
            raise no_answer(look)
        return look.answer

    def back(self, x: Tensor, of: Scalar, *, changes: Sequence[Change] = (), seed: int = 0, at: str | None = None,
             only: Collection[str] | None = None) -> Back:
        """The gradient of the number that ``of`` makes of the answer B×…, at every output and every weight.

        ``at``: of the output of this place instead. ``only``: at these places alone, or at x where there are none,
        which is faster: it goes no further back. Raises NoAnswerError, or what ``of`` raises.
        """
        x = x.detach().clone().requires_grad_(x.is_floating_point())
        with torch.enable_grad():
            look = self._look(x, changes, seed)
            given_to = look.answer if at is None else look.outputs.get(at)
            if given_to is None:
                raise no_answer(look, at)
            value = of(given_to)
            weights = {key: each for key, each in self.module.named_parameters() if each.requires_grad and only is None}
            wanted = {place: each for place, each in look.outputs.items() if each.requires_grad
                      and (only is None or place in only)}
            leaves = [x] if x.requires_grad and not only else []
            asked = [*leaves, *wanted.values(), *weights.values()]
            found = self._gradients(value, asked) if value.requires_grad and asked else ()
        given = iter(found)
        of_x = next(given, None) if leaves else None
        outputs = {place: each for place, each in zip(wanted, given, strict=False) if each is not None}
        gradients = {key: each for key, each in zip(weights, given, strict=False) if each is not None}
        outputs = {place: outputs[place] for place in wanted if place in outputs}
        answer = look.answer.detach() if look.answer is not None else None
        plain = Look(x.detach(), {place: each.detach() for place, each in look.outputs.items()}, answer, look.faults)
        return Back(plain, float(value.detach()), of_x, outputs, gradients)

    def _gradients(self, value: Tensor, asked: Sequence[Tensor]) -> tuple[Tensor | None, ...]:
        try:
            with self._patience():
                return torch.autograd.grad(value, asked, allow_unused=True)
        except RAISED as error:  # a person's own way back
            raise NoAnswerError("There is no gradient: {reason}", reason=fault_message(error)) from error

    def _look(self, x: Tensor, changes: Sequence[Change], seed: int, outputs: dict[str, Tensor] | None = None) -> Look:
        by_place = dict[str, list[Change]]()
        for change in (*self.changes, *changes):
            by_place.setdefault(change.place, []).append(change)
        seed = seed or self.seed
        run = Run(self, by_place, seed, outputs=outputs)
        with self._lock, self.undisturbed(seed), self._patience():
            answer = run.run(x)
        is_there = isinstance(answer, Tensor) and self.ends
        return Look(x, run.outputs, answer if is_there else None, {**self.faults, **run.faults})

    @contextmanager
    def undisturbed(self, seed: int) -> Iterator[None]:
        """Statistics that learning moves stay, weights that a layer cuts as it runs, and torch's random numbers."""
        moving = [*self.module.buffers()] if self.training or self.has_code else []
        moving += [part.weight for part in self.module.modules()
                   if isinstance(part, (nn.Embedding, nn.EmbeddingBag)) and part.max_norm is not None]
        kept = [(each, each.detach().clone()) for each in moving]
        drawn = (RANDOM, torch.random.fork_rng(devices=[])) if self._draws() else (nullcontext(), nullcontext())
        with drawn[0], drawn[1]:
            if self._draws():
                torch.default_generator.manual_seed(seed)
            try:
                yield
            finally:
                for each, before in kept:
                    each.data.copy_(before)  # no change that a gradient would have to know of

    def _patience(self) -> AbstractContextManager[object]:
        return Work(PATIENCE) if self.has_code else nullcontext()

    def _draws(self) -> bool:
        """Whether torch's own random numbers are needed: waiting for a training's is waiting for its batch."""
        return self.has_code or any(isinstance(part, ALWAYS) or (self.training and _draws_itself(part))
                                     for part in self.modules.values())


def _draws_itself(layer: nn.Module) -> bool:
    """Whether a layer draws by torch's own random numbers as it learns: what it drops is not drawn here."""
    if isinstance(layer, (*MASKED, fx.GraphModule)):
        return False
    return any(isinstance(part, nn.RReLU) or drops(part) for part in layer.modules())


class Forgotten(dict[str, Tensor]):
    """Where outputs go that nobody asks for."""

    def __setitem__(self, place: str, output: Tensor) -> None:
        pass


def no_answer(look: Look, at: str | None = None) -> NoAnswerError:
    """What to say where a network does not come to its end, or to a place."""
    for place, message in look.faults.items():
        return NoAnswerError("{place}: {reason}", place=place, reason=message)
    if at is not None:
        return NoAnswerError("There is no layer {place}", place=at)
    return NoAnswerError("The network does not come to an answer: mend it first")


class _Missing:
    """What is there instead of an output where a layer could not run."""


MISSING = _Missing()


class Run(Watched):
    """Goes on past layers that cannot run, changes outputs where asked, draws what dropout drops."""

    def __init__(self, lens: Lens, changes: Mapping[str, Sequence[Change]], seed: int,
                 module: fx.GraphModule | None = None, prefix: str = "", outer: Run | None = None,
                 outputs: dict[str, Tensor] | None = None) -> None:
        super().__init__(module or lens.module, prefix, outer.outputs if outer else outputs)
        self._lens, self._changes, self._seed = lens, changes, seed
        self.faults: dict[str, Message] = outer.faults if outer else {}

    def run_node(self, n: fx.Node) -> Any:
        if n.op != "placeholder" and any(self.env.get(each) is MISSING for each in n.all_input_nodes):
            return MISSING
        return super().run_node(n)

    def called(self, n: fx.Node) -> Any:
        try:
            value = super().called(n)
        except RAISED as error:
            if n.op == "output":
                raise
            self.faults[self._place] = self._fault(n, error)
            return MISSING
        if isinstance(value, Tensor) and n in self._lens.finals and self._place in self._changes:
            for change in self._changes[self._place]:
                value = changed(value, change)
        return value

    def _fault(self, n: fx.Node, error: BaseException) -> Message:
        part = self._lens.modules.get(self._place)
        given = [each for each in (self.env.get(read) for read in n.all_input_nodes) if isinstance(each, Tensor)]
        if isinstance(part, nn.modules.batchnorm._BatchNorm) and part.training and given and (
                given[0].numel() == given[0].shape[1]):
            return say("Batch norm cannot learn from one example: look with Predict, or give it more")
        return fault_message(error)

    def inside(self, block: fx.GraphModule, prefix: str) -> Watched:
        return Run(self._lens, self._changes, self._seed, block, prefix, self)

    def layer(self, module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if module.training and isinstance(module, MASKED) and module.p > 0:
            return cast(Tensor, args[0]) * dropped(module, args[0], self._place, self._seed)
        return super().layer(module, args, kwargs)


def dropped(module: nn.Module, x: Tensor, place: str, seed: int) -> Tensor:
    """What dropout multiplies B×… by: 0, or 1 / (1 − p); whole channels where it drops those (Srivastava et al. 2014).

    The same for the same place and seed.
    """
    share = float(cast(float, module.p))
    shape = x.shape if isinstance(module, nn.Dropout) else (*x.shape[:2], *(1,) * (x.dim() - 2))
    if share >= 1:
        return torch.zeros(shape)
    generator = torch.Generator().manual_seed(crc32(f"{seed} {place}".encode()))
    return torch.bernoulli(torch.full(shape, 1 - share), generator=generator) / (1 - share)


def fault_message(error: BaseException) -> Message:
    """What went wrong in a layer, in words."""
    if isinstance(error, StoppedCodeError):
        return say("Its code did not end: it was interrupted")
    if isinstance(error, LayerloomError):
        return error.message
    return say("It cannot run: {reason}", reason=str(error).strip().splitlines()[0] if str(error).strip()
               else type(error).__name__)
