"""Which weights code gives its optimizers: here all learn alike. No torch."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.reading.context import Context
from engine.reading.values import Detached, Once, Parameter, Path, ReadingError, address, is_own_parameter

if TYPE_CHECKING:
    from engine.reading.plain import Plain


class Optimized(NamedTuple):
    """What one optimizer was given; ``weights`` is empty where that is not known."""

    line: int
    weights: list[Any]
    has_groups: bool  # with options of their own


def is_optimizer(scope: str) -> bool:
    """Whether what torch keeps there is an optimizer, and no schedule of one."""
    return scope.startswith("torch.optim") and not scope.startswith(("torch.optim.lr_", "torch.optim.swa_"))


def is_made(called: Any) -> bool:
    """Whether a call of this makes an optimizer."""
    return isinstance(called, Path) and is_optimizer(called.name.rpartition(".")[0])


def optimized(context: Context, plain: Plain, params: Any) -> Optimized:
    """What an optimizer is given."""
    try:
        groups = [*_groups(plain, params)]
        weights = [weight for group in groups for weight in _weights(plain, group.get("params"))]
    except ReadingError:
        return Optimized(context.line, [], False)
    if not all(map(_is_weight, weights)):
        return Optimized(context.line, [], False)
    return Optimized(context.line, weights, any(group.keys() - {"params"} for group in groups))


def takes_more(node: ast.Call) -> bool:
    """Whether an optimizer is given more than it was made with: ``optimizer.add_param_group({…})``."""
    return ast.unparse(node.func).endswith((".add_param_group", ".param_groups.append"))


def say_optimized(context: Context, weights: Iterable[Any]) -> None:
    """A note where the optimizers of the code learn less than all these weights, or some of them otherwise."""
    all_of_it = {address(weight) for weight in weights if not _is_frozen(weight)}
    ours = [each for each in context.optimized if all_of_it & {*map(address, each.weights)}]
    given = {address(weight) for each in ours for weight in each.weights}
    if ours and not all_of_it <= given and all(each.weights for each in context.optimized):
        context.line = ours[0].line
        context.note("The optimizer is given only some of the weights: here all learn. Freeze those that must not")
    for each in ours:
        if each.has_groups:
            context.line = each.line
            context.note("The optimizer has options for some weights alone: they are not read. Set them at the layers")


def _groups(plain: Plain, params: Any) -> Iterator[dict[str, Any]]:
    values = [params] if isinstance(params, dict) else [*plain.iterate(params)]
    yield from (value for value in values if isinstance(value, dict))
    if loose := [value for value in values if not isinstance(value, dict)]:
        yield {"params": loose}


def _weights(plain: Plain, given: Any) -> Iterator[Any]:
    for value in plain.iterate(given) if isinstance(given, (list, tuple, Once)) else [given]:
        yield value[1] if isinstance(value, tuple) and len(value) == 2 else value  # with its name


def _is_weight(value: Any) -> bool:
    return is_own_parameter(value) or (isinstance(value, Parameter) and not isinstance(value, Detached))


def _is_frozen(weight: Any) -> bool:
    return isinstance(weight, Parameter) and weight.name in weight.module.frozen
