"""Normalisation: a number less the mean of its group, over the group's deviation, scaled and shifted."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import sqrt
from typing import Any

from engine.inspect.steps.kind import Forward, Kind, Slope, steps_for
from engine.inspect.steps.scene import At
from engine.inspect.steps.values import Array, Factor, Index, Line, Part, Term, Window, array
from engine.messages import say
from engine.units import grouped

Group = tuple[Any, ...]  # what is normalised together: an index into B×…


@dataclass(frozen=True, slots=True)
class Moments:
    """Of the group: ``fixed`` are running statistics, which no input moves."""

    mean: float
    variance: float
    deviation: float  # √(variance + ε)
    count: int
    fixed: bool


class _Norm(Kind):
    """γ · (x − mean) / √(variance + ε) + β."""

    @abstractmethod
    def group(self, at: At) -> Group:
        """Which numbers are normalised together with this one."""

    @abstractmethod
    def affine(self, at: At) -> Index:
        """Where its γ and β lie."""

    def moments(self, at: At) -> Moments:
        """Of its group, by its numbers here."""
        module: Any = at.module
        values = array(at.x()[self.group(at)])
        mean = float(values.mean())
        variance = float(((values - mean) ** 2).mean())
        return Moments(mean, variance, sqrt(variance + module.eps), values.size, False)

    def forward(self, at: At) -> Forward:
        x, of, module = at.of_x(at.index), self.moments(at), at.module
        normal = (x.value - of.mean) / of.deviation
        lines = [Line(say("running mean") if of.fixed else say("mean of {count}", count=grouped(of.count)), of.mean),
                 Line(say("running variance") if of.fixed else say("variance, Σ(x − mean)² / n"), of.variance),
                 Line(say("√(variance + {eps})", eps=float(module.eps)), of.deviation),  # type: ignore[arg-type]
                 Line(say("x − mean"), x.value - of.mean), Line(say("x̂, over the deviation"), normal)]
        gamma, beta = self._gamma(at), self._beta(at)
        value = normal * gamma.value + beta
        if at.weight("weight") is not None:
            lines.append(Line(say("× γ"), gamma.value))
        if at.weight("bias") is not None:
            lines.append(Line(say("+ β"), beta))
        part = Part(say("normalised"), (Term((gamma, Factor("slope", "x̂", at.index, normal, at.example))),))
        # The mean is a sum itself: what it is made of counts, and a small deviation makes rounding large.
        size = (abs(x.value) + abs(of.mean) + self._size(at)) / of.deviation * abs(gamma.value) + abs(beta)
        read = Window(at.known.sources[0], None, at.index, tuple(i + 1 for i in at.index), (1,) * len(at.index))
        return Forward(say("γ · (x − mean) / √(variance + ε) + β"), (part,), (*lines, Line(say("="), value)), value,
                       size, (read,))

    def _size(self, at: At) -> float:
        return float(abs(array(at.x()[self.group(at)])).mean())

    def _gamma(self, at: At) -> Factor:
        return at.of_weight("weight", self.affine(at)) if at.weight("weight") is not None else Factor(
            "slope", "1", None, 1.0)

    def _beta(self, at: At) -> float:
        return at.of_weight("bias", self.affine(at)).value if at.weight("bias") is not None else 0.0

    def _normal(self, at: At) -> float:
        of = self.moments(at)
        return (at.of_x(at.index).value - of.mean) / of.deviation

    def inputs(self, at: At) -> Iterator[Slope]:
        of, gamma = self.moments(at), self._gamma(at)
        own = Factor("slope", "1/deviation", None, 1 / of.deviation)
        if of.fixed:
            yield Slope(0, at.index, (gamma, own), at.example)
            return
        normal = self._normal(at)
        for example, *index in self._members(at):
            other = (float(at.x()[(example, *index)]) - of.mean) / of.deviation
            is_own = (example, *index) == (at.example, *at.index)
            share = Factor("slope", "[same] − 1/n − x̂·x̂ⱼ/n", tuple(index),
                           is_own - 1 / of.count - normal * other / of.count, example)
            yield Slope(0, tuple(index), (gamma, own, share), example)

    def _members(self, at: At) -> Iterator[tuple[int, ...]]:
        """The full indices of its group."""
        sizes = at.x().shape
        return product(*(range(*part.indices(size)) if isinstance(part, slice) else (part,)
                         for part, size in zip(self.group(at), sizes, strict=True)))

    def weights(self, at: At) -> Iterator[tuple[Factor, Factor]]:
        if at.weight("weight") is not None:
            yield (at.of_weight("weight", self.affine(at)),
                   Factor("slope", "x̂", at.index, self._normal(at), at.example))
        if at.weight("bias") is not None:
            yield at.of_weight("bias", self.affine(at)), Factor("slope", "1", None, 1.0)

    def reached(self, at: At, port: int, index: Index) -> Iterator[Term]:
        """γ/deviation times: the gradient here, less the group's mean gradient, less x̂ times the mean of g·x̂."""
        at = at.moved(index)
        of, gamma = self.moments(at), self._gamma(at)
        own = Factor("slope", "1/deviation", None, 1 / of.deviation)
        yield Term((at.of_g(), gamma, own))
        if of.fixed:
            return
        gains = self._gains(at)  # γ may differ within a group
        g = array(at.g[self.group(at)]) * gains
        normal = (array(at.x()[self.group(at)]) - of.mean) / of.deviation
        yield Term((Factor("slope", "−mean of g·γ", None, -float(g.mean())), own))
        yield Term((Factor("slope", "−mean of g·γ·x̂", None, -float((g * normal).mean())),
                    Factor("slope", "x̂", index, self._normal(at), at.example), own))

    def _gains(self, at: At) -> Array | float:
        """γ for every number of the group."""
        return self._gamma(at).value

    def weight_terms(self, at: At, name: str, index: Index) -> Iterator[Term]:
        for example, *place in product(*map(range, at.y.shape)):
            here = at.moved(tuple(place), example)
            if self.affine(here) == index:
                g = here.of_g()
                yield Term((g,)) if name == "bias" else Term(
                    (g, Factor("slope", "x̂", here.index, self._normal(here), example)))


@steps_for("BatchNorm1d", "BatchNorm2d", "BatchNorm3d")
class BatchNorm(_Norm):
    """Each channel over the whole batch as it learns, by its running averages as it predicts."""

    def group(self, at: At) -> Group:
        return (slice(None), at.index[0], *(slice(None),) * (len(at.index) - 1))

    def affine(self, at: At) -> Index:
        return at.index[:1]

    def moments(self, at: At) -> Moments:
        module: Any = at.module
        mean, variance = at.weight("running_mean"), at.weight("running_var")
        if module.training or mean is None or variance is None:
            return super().moments(at)
        channel = at.index[0]
        return Moments(float(mean[channel]), float(variance[channel]), sqrt(float(variance[channel]) + module.eps), 1,
                       True)

    def _size(self, at: At) -> float:
        return 0.0 if self.moments(at).fixed else super()._size(at)

    def weight_terms(self, at: At, name: str, index: Index) -> Iterator[Term]:
        here = at.moved((index[0], *(0,) * (len(at.index) - 1)), 0)
        of = self.moments(here)
        for example, *place in self._members(here):
            g = here.of_g(tuple(place), example)
            normal = (float(at.x()[(example, *place)]) - of.mean) / of.deviation
            yield Term((g,)) if name == "bias" else Term((g, Factor("slope", "x̂", tuple(place), normal, example)))


@steps_for("InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d")
class InstanceNorm(BatchNorm):
    """Each channel of each example by itself."""

    def group(self, at: At) -> Group:
        return (at.example, at.index[0], *(slice(None),) * (len(at.index) - 1))

    def weight_terms(self, at: At, name: str, index: Index) -> Iterator[Term]:
        for example in range(len(at.y)):
            here = at.moved((index[0], *(0,) * (len(at.index) - 1)), example)
            of = self.moments(here)
            for _, *place in self._members(here):
                normal = (float(at.x()[(example, *place)]) - of.mean) / of.deviation
                g = here.of_g(tuple(place))
                yield Term((g,)) if name == "bias" else Term((g, Factor("slope", "x̂", tuple(place), normal, example)))


@steps_for("LayerNorm")
class LayerNorm(_Norm):
    """The last dimensions of each example, each number with a γ of its own."""

    def _last(self, at: At) -> int:
        module: Any = at.module
        return len(module.normalized_shape)

    def group(self, at: At) -> Group:
        last = self._last(at)
        return (at.example, *at.index[: len(at.index) - last], *(slice(None),) * last)

    def affine(self, at: At) -> Index:
        return at.index[len(at.index) - self._last(at):]

    def _gains(self, at: At) -> Array | float:
        weight = at.weight("weight")
        return 1.0 if weight is None else array(weight)


@steps_for("GroupNorm")
class GroupNorm(_Norm):
    """Some channels of each example together."""

    def group(self, at: At) -> Group:
        module: Any = at.module
        size = at.x().shape[1] // module.num_groups
        begin = at.index[0] // size * size
        return (at.example, slice(begin, begin + size), *(slice(None),) * (len(at.index) - 1))

    def affine(self, at: At) -> Index:
        return at.index[:1]

    def _gains(self, at: At) -> Array | float:
        weight = at.weight("weight")
        return 1.0 if weight is None else array(weight[self.group(at)[1]]).reshape(-1, *(1,) * (len(at.index) - 1))
