"""What one run of a sweep has otherwise than its experiment: a value for each field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from engine.experiment.experiment import Experiment
from engine.experiment.series import without_variants
from engine.experiment.sweep.fields import Value, field_of, text_of
from engine.layers.base import LAYERS

SEED = "seed"


class Setting(NamedTuple):
    """Values by field, in the order of the axes."""

    values: tuple[tuple[str, Value], ...] = ()

    @property
    def title(self) -> str:
        """``lr=0.01,seed=0``, as it is typed."""
        return ",".join(f"{name}={text_of(value)}" for name, value in self.values)

    @property
    def without_seed(self) -> Setting:
        """What is judged over several seeds."""
        return Setting(tuple(pair for pair in self.values if pair[0] != SEED))

    def value(self, field: str) -> Value:
        """That of a field. Raises KeyError."""
        return dict(self.values)[field]

    def as_json(self) -> dict[str, Any]:
        """Plain values by field."""
        return dict(self.values)


def setting_from(raw: Iterable[tuple[str, Any]]) -> Setting:
    """What ``as_json`` wrote."""
    return Setting(tuple((name, _tuples(value)) for name, value in raw))


def _tuples(value: Any) -> Value:
    plain: Value = tuple(map(_tuples, value)) if isinstance(value, list) else value
    return plain


def applied(experiment: Experiment, setting: Setting) -> Experiment:
    """The experiment of one run, without variants. Raises OptionError, in words."""
    experiment = without_variants(experiment)
    for name, value in _in_order(setting):
        experiment = field_of(experiment, name).applied(experiment, value)
    return experiment


def _in_order(setting: Setting) -> Iterator[tuple[str, Value]]:
    """Layers that are replaced come last: until then their options have their names."""
    replaces = [pair for pair in setting.values if isinstance(pair[1], str) and pair[1] in LAYERS]
    yield from (pair for pair in setting.values if pair not in replaces)
    yield from replaces
