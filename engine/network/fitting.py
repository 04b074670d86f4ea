"""Weights of others held against a network: what fits by name and shape is taken, whatever was put before the names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from engine.experiment.experiment import Experiment
from engine.messages import Message, say
from engine.network.weights import SHOWN, WeightsError, apart, empty_module, initial_module, kept_twice
from engine.torch_files.meant import is_no_network, unlikeliness
from engine.units import grouped, shape_text

WRAPPERS = ("module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module")  # torch's, anywhere in a name
COUNTER = "num_batches_tracked"  # of batch norm: older files have none
PREFIXES = 8  # so many are tried, those of most names first


class Held(Protocol):
    """A state dict that was found in a file (``engine.export.state_dicts.Held``)."""

    @property
    def where(self) -> str: ...
    @property
    def weights(self) -> Mapping[str, Tensor]: ...
    @property
    def odd(self) -> Mapping[str, Message]: ...


class Left(NamedTuple):
    """A tensor of the file that was not taken, and why."""

    key: str
    reason: Message


@dataclass(frozen=True)
class Fitted:
    """What became of a file's tensors. ``weights`` is the whole network's state dict: what fits, over what it had."""

    weights: dict[str, Tensor]
    loaded: Mapping[str, str]  # the network's keys, and those of the file
    left: tuple[Left, ...] = ()
    missing: tuple[str, ...] = ()  # the network's keys that stay as they were
    where: str = ""  # in the file; empty: the file itself
    no_numbers: Mapping[str, int] = field(default_factory=dict)  # keys with values that are NaN or infinite, how many
    beside: Mapping[str, Message] = field(default_factory=dict)  # what else the file has, that is no tensor
    in_order: Mapping[str, str] = field(default_factory=dict)  # as ``loaded``: same order and shapes, other names
    of_another: bool = False  # the file says that they belong to a network that is not this one
    unfit: frozenset[str] = frozenset()  # of the missing, those that the file has in another shape
    others: tuple[str, ...] = ()  # what else in the file fits as well, by what stands before its names

    @property
    def is_whole(self) -> bool:
        """Whether every tensor of the network came from the file."""
        return not self.missing

    @property
    def prefix(self) -> str:
        """What stood before every name in the file and not in the network: ``module.``; empty: nothing, or various."""
        return _before(self.loaded)


def _before(loaded: Mapping[str, str]) -> str:
    before = {theirs.removesuffix(mine) if theirs.endswith(mine) else "" for mine, theirs in loaded.items()}
    return before.pop() if len(before) == 1 else ""


# -- which fit ---------------------------------------------------------------------------------------------------------


def fitted(experiment: Experiment, held: Sequence[Held], layer: str = "", before: Mapping[str, Tensor] | None = None,
           by_order: bool = False) -> Fitted:
    """The state dict of a file that fits best, put into the network, or into one ``layer`` of it.

    What it has no tensor for stays as in ``before``, or as training begins. ``by_order`` takes tensors one after the
    other, whatever their names, where all shapes are equal. Raises WeightsError where nothing fits; where it would in
    order, the error says so (``in_order``).
    """
    wanted = {key: value for key, value in empty_module(experiment).state_dict().items()
              if not layer or key.startswith(f"{layer}.")}
    if layer and not wanted:
        raise WeightsError("{layer} has no weights", layer=layer)
    choices = [choice for each in held for choice in _choices(each, wanted, layer, by_order)]
    best = max(choices, key=lambda choice: (choice.worth, choice.likeliness), default=None)  # the first of equal ones
    if best is None or not best.loaded:
        raise _nothing_fits(wanted, held, layer, choices)
    if best.in_order and _before(best.loaded):  # what stands before names is guessed, and explains less
        raise OrderError(best.in_order)
    return replace(_with_all(experiment, best, wanted, before), others=_others(best, choices))


class _Choice(NamedTuple):
    """One state dict, with the network's names for its tensors."""

    held: Held
    names: Mapping[str, str]  # the network's key, theirs
    loaded: Mapping[str, str]
    in_order: Mapping[str, str]

    @property
    def worth(self) -> tuple[int, int]:
        """How many tensors fit, and how many are of the right name."""
        return len(self.loaded), len(self.names)

    @property
    def place(self) -> str:
        """What stands before its names, from the top of the file."""
        prefix = _before(self.loaded)
        return (f"{self.held.where}.{prefix}" if self.held.where else prefix).rstrip(".")

    @property
    def likeliness(self) -> tuple[bool, bool]:
        """Sorts last what is meant, by its names."""
        no_network, averaged = unlikeliness(self.place)
        return not no_network, not averaged


def _others(best: _Choice, choices: Sequence[_Choice]) -> tuple[str, ...]:
    """Where else the file has as many tensors that fit; names that are the network's own are not asked about."""
    is_exact = not _before(best.loaded)
    places = dict.fromkeys(choice.place for choice in choices
                           if choice.worth == best.worth and not (is_exact and _before(choice.loaded)))
    return tuple(place for place in places if place not in ("", best.place) and not is_no_network(place))


def _choices(held: Held, wanted: Mapping[str, Tensor], layer: str, by_order: bool) -> Iterator[_Choice]:
    order = _in_order(held.weights, wanted)
    if by_order:
        yield _Choice(held, order, order, {})
        return
    for names in _namings([*held.weights, *held.odd], wanted, layer):
        fits = {mine: theirs for mine, theirs in names.items() if theirs in held.weights
                and _unfit(held.weights[theirs], wanted[mine]) is None}
        yield _Choice(held, names, fits, order if len(order) > len(fits) else {})


def _namings(keys: Sequence[str], wanted: Collection[str], layer: str) -> Iterator[dict[str, str]]:
    """The network's keys that a file has, by each way its names may differ; of a layer also by its own names alone."""
    yield from _ways(keys, wanted)
    if layer:
        start = f"{layer}."
        for names in _ways(keys, [key.removeprefix(start) for key in wanted]):
            yield {start + mine: theirs for mine, theirs in names.items()}


def _ways(keys: Sequence[str], wanted: Collection[str]) -> Iterator[dict[str, str]]:
    """As they are, without what stands before them, or with what the whole network has before its own."""
    names = _unwrapped(keys, wanted)
    yield {key: names[key] for key in wanted if key in names}
    before = Counter(key.removesuffix(tail) for key in names for tail in _tails(key) if tail in wanted)
    for prefix in sorted(before, key=lambda prefix: (-before[prefix], unlikeliness(prefix)))[:PREFIXES]:
        if 2 * before[prefix] >= len(wanted):  # else a block in the file merely has layers of the same names
            yield {key: names[prefix + key] for key in wanted if prefix + key in names}
    first = next(iter(wanted), "")
    for prefix in (first.removesuffix(tail) for tail in _tails(first)):
        if all(key.startswith(prefix) for key in wanted):
            yield {key: names[rest] for key in wanted if (rest := key.removeprefix(prefix)) in names}


def _unwrapped(keys: Sequence[str], wanted: Collection[str]) -> dict[str, str]:
    """The file's keys by their names without wrappers; of several of one name the one with the fewest counts."""
    segments = {part for key in wanted for part in key.split(".")}
    names = dict[str, str]()
    for key in keys:
        name = ".".join(part for part in key.split(".") if part not in WRAPPERS or part in segments)
        if len(key) < len(names.setdefault(name, key)):
            names[name] = key
    return names


def _tails(key: str) -> Iterator[str]:
    """``a.b.weight`` → ``b.weight``, ``weight``."""
    while "." in key:
        key = key.partition(".")[2]
        yield key


def _unfit(theirs: Tensor, mine: Tensor) -> Message | None:
    """Why a tensor cannot be the network's, None if it can."""
    if theirs.shape != mine.shape:
        return say("{theirs}, where the network has {mine}", theirs=_shape(theirs), mine=_shape(mine))
    if theirs.is_complex() or (mine.is_floating_point() and not theirs.is_floating_point()):
        return say("its values are {dtype}", dtype=str(theirs.dtype).removeprefix("torch."))
    return None


def _shape(tensor: Tensor) -> str | Message:
    return shape_text(tuple(tensor.shape)) if tensor.dim() else say("one number")


def _in_order(theirs: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> dict[str, str]:
    """The network's keys beside the file's, where both have the same layers, each kind and shape in the same order, or
    the same shapes in one order; else nothing."""
    mine, its = ([key for key in keys if not key.endswith(COUNTER)] for keys in (wanted, theirs))
    if len(mine) != len(its):
        return {}
    layers = _layers(mine, wanted), _layers(its, theirs)
    if layers[0].keys() == layers[1].keys() and all(len(layers[0][kind]) == len(layers[1][kind]) for kind in layers[0]):
        pairs = {f"{a}{leaf}": f"{b}{leaf}" for kind, places in layers[0].items()
                 for a, b in zip(places, layers[1][kind], strict=True) for leaf, _ in kind}
        return {key: pairs[key] for key in mine}
    if any(_unfit(theirs[b], wanted[a]) for a, b in zip(mine, its, strict=True)):
        return {}
    return dict(zip(mine, its, strict=True))


def _layers(keys: Sequence[str], tensors: Mapping[str, Tensor]) -> dict[frozenset[tuple[str, torch.Size]], list[str]]:
    """What stands before the tensors of each layer, by their names and shapes."""
    held: dict[str, set[tuple[str, torch.Size]]] = {}
    for key in keys:
        way, dot, leaf = key.rpartition(".")
        held.setdefault(way + dot, set()).add((leaf, tensors[key].shape))
    found: dict[frozenset[tuple[str, torch.Size]], list[str]] = {}
    for way, kind in held.items():
        found.setdefault(frozenset(kind), []).append(way)
    return found


# -- what is made of it ------------------------------------------------------------------------------------------------


def _with_all(experiment: Experiment, choice: _Choice, wanted: Mapping[str, Tensor],
              before: Mapping[str, Tensor] | None) -> Fitted:
    held, loaded = choice.held, choice.loaded
    taken = {mine: held.weights[theirs].to(wanted[mine].dtype) for mine, theirs in loaded.items()}
    module = empty_module(experiment)
    twice = kept_twice(module)
    otherwise = _agreed(taken, twice)
    missing = tuple(key for key in wanted if key not in taken)
    shapes = {key: value.shape for key, value in module.state_dict().items()}
    if len(taken) < len(shapes):
        had = initial_module(experiment).state_dict()
        had.update({key: value for key, value in (before or {}).items() if key in had and value.shape == shapes[key]})
        whole = {key: taken.get(key, value) for key, value in had.items()}
    else:
        whole = {key: taken[key] for key in shapes}
    whole |= {key: whole[first] for key, first in twice.items()}
    counted = (key for key in missing if not key.endswith(COUNTER))
    return Fitted(apart(whole), loaded, tuple(_left(choice, wanted, otherwise)), tuple(counted), held.where,
                  no_numbers(taken), in_order=choice.in_order,
                  unfit=frozenset(choice.names.keys() - choice.loaded.keys()))


def _agreed(taken: dict[str, Tensor], twice: Mapping[str, str]) -> dict[str, str]:
    """Under every key of a tensor that layers share what the file has for the first; the keys that say otherwise."""
    otherwise = dict[str, str]()
    for key, first in twice.items():
        if key in taken and not torch.equal(taken.setdefault(first, taken[key]), taken[key]):
            otherwise[key] = first
    taken.update({key: taken[first] for key, first in twice.items() if first in taken})
    return otherwise


def _left(choice: _Choice, wanted: Mapping[str, Tensor], otherwise: Mapping[str, str]) -> Iterator[Left]:
    used, mine = set(choice.loaded.values()), {theirs: key for key, theirs in choice.names.items()}
    twins = {_without_wrappers(theirs): theirs for theirs in mine}
    for key, first in otherwise.items():
        yield Left(choice.loaded[key], say("the network shares these weights: they are those of {key}", key=first))
    for key, what in choice.held.odd.items():
        yield Left(key, what)
    for key, value in choice.held.weights.items():
        if key in used:
            continue
        reason = _unfit(value, wanted[mine[key]]) if key in mine else None
        if reason is None and (other := twins.get(_without_wrappers(key))) is not None:
            reason = say("{key} counts instead", key=other)
        yield Left(key, reason or say("the network has nothing of this name"))


def _without_wrappers(key: str) -> str:
    return ".".join(part for part in key.split(".") if part not in WRAPPERS)


def no_numbers(weights: Mapping[str, Tensor]) -> dict[str, int]:
    """How many values of each tensor are NaN or infinite, where there are any."""
    counts = ((key, int(value.numel() - torch.isfinite(value).sum())) for key, value in weights.items()
              if value.is_floating_point())
    return {key: count for key, count in counts if count}


class OrderError(WeightsError):
    """Nothing fits by its name, but all would in the order of the file: ``in_order`` is the network's keys and the
    file's."""

    def __init__(self, in_order: Mapping[str, str]) -> None:
        super().__init__("These weights have other names than the network's, but layers of the same shapes")
        self.in_order = in_order


def _nothing_fits(wanted: Mapping[str, Tensor], held: Sequence[Held], layer: str,
                  choices: Sequence[_Choice]) -> WeightsError:
    named = next((choice for choice in choices if choice.names.keys() == wanted.keys()
                  and set(choice.names.values()) >= choice.held.weights.keys()), None)
    if named is not None and not layer:
        return _only_names_fit(wanted, named)
    for each in held:
        if order := _in_order(each.weights, wanted):
            return OrderError(order)
    theirs = [*held[0].weights, *held[0].odd] if held else []
    if layer:
        shapes = [say("{key} ({shape})", key=key, shape=_shape(value)) for key, value in wanted.items()]
        return WeightsError("These weights do not fit {layer}: it has {wanted}, the file {theirs}", layer=layer,
                            wanted=_some(shapes), theirs=_some(theirs))
    if layers := _layers_for(wanted, held):
        return WeightsError("These weights are of a single layer: select the layer that they are for ({layers}) and "
                            "load them into it", layers=_some(layers))
    return WeightsError("These weights do not fit the network. It has {wanted}; the file has {theirs}",
                        wanted=_some(list(wanted)), theirs=_some(theirs))


def _only_names_fit(wanted: Mapping[str, Tensor], choice: _Choice) -> WeightsError:
    """Nothing fits, though all names are there: the first shows why."""
    mine, theirs = next(iter(choice.names.items()))
    held = choice.held
    reason = held.odd[theirs] if theirs in held.odd else _unfit(held.weights[theirs], wanted[mine])
    return WeightsError("These weights do not fit the network, though the names agree. {key}: {reason}", key=theirs,
                        reason=reason)


def _layers_for(wanted: Mapping[str, Tensor], held: Sequence[Held]) -> list[str]:
    """The layers that have every tensor of the file, and in its shape."""
    return [layer for layer in dict.fromkeys(key.rpartition(".")[0] for key in wanted) for each in held[:1] if layer
            and each.weights and all((mine := wanted.get(f"{layer}.{key}")) is not None and mine.shape == value.shape
                                     for key, value in each.weights.items())]


# -- in words ----------------------------------------------------------------------------------------------------------


def told(fit: Fitted, file: str, then: Message | None = None) -> Message | None:
    """What was taken and what follows (``then``), from where, and the rest by name. None: there is nothing to tell."""
    begin = say("{file} fits", file=file)
    if fit.missing or fit.left:
        begin = say("{file}: {count} of {all} tensors fit", file=file, count=grouped(len(fit.loaded)),
                    all=grouped(len(fit.loaded) + len(fit.missing)))
    asides = list(_asides(fit))
    if then is not None:
        begin = say("{begin}; {then}" if fit.missing or fit.left else "{begin}: {then}", begin=begin, then=then)
    elif not asides:
        return None
    return _sentences([begin, *asides])


def _sentences(parts: Sequence[Message]) -> Message:
    """One after the other, as one message."""
    first, *rest = parts
    return say("{first}. {rest}", first=first, rest=_sentences(rest)) if rest else first


def _asides(fit: Fitted) -> Iterator[Message]:
    if fit.of_another:
        yield say("They were made in another network: where names and shapes fit, its layers still differ from these")
    if fit.where:
        yield say("They are what the file has as “{where}”", where=fit.where)
    if fit.prefix:
        yield say("Their names are taken without “{prefix}”", prefix=fit.prefix)
    if fit.others:
        yield say("The file also has {places}, which would fit as well",
                  places=_some([say("“{place}”", place=place) for place in fit.others]))
    if fit.no_numbers:
        yield broken_values(fit.no_numbers)
    if fit.left:
        yield say("Left out: {keys}", keys=_some([say("{key} ({reason})", key=key, reason=reason)
                                                  for key, reason in fit.left]))
    if fit.beside:
        yield say("Nothing is made of {things}", things=_some([say("{key} ({what})", key=key, what=what)
                                                               for key, what in fit.beside.items()]))
    if absent := [key for key in fit.missing if key not in fit.unfit]:
        yield say("Not in the file, and so as before: {keys}", keys=_some(absent))


def broken_values(counts: Mapping[str, int]) -> Message:
    """Which tensors hold values that are no numbers."""
    return say("Not all values are numbers (NaN or infinite): {keys}",
               keys=_some([say("{count} in {key}", count=grouped(count), key=key) for key, count in counts.items()]))


def _some(keys: Sequence[str | Message]) -> Message:
    """The first of them, one by one, and how many there are."""
    shown = keys[:SHOWN]
    words = say(", ".join(f"{{k{place}}}" for place in range(len(shown))),
                **{f"k{place}": key for place, key in enumerate(shown)})
    return say("{keys} … ({count} in all)", keys=words, count=grouped(len(keys))) if len(keys) > SHOWN else words

