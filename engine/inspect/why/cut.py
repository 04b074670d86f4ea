"""A network cut behind one layer: what comes before is computed once, what comes after again and again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, fx

from engine.inspect.lens import Forgotten, Lens, Look, NoAnswerError, Run, no_answer

Kept = dict[str, dict[fx.Node, Any]]  # values by the place of the block that they are in


@dataclass(frozen=True, eq=False)
class Before:
    """Of a batch: what the layer gives, and all else that is needed behind it."""

    output: Tensor
    kept: Mapping[str, Mapping[fx.Node, Any]]
    seed: int

    @property
    def nbytes(self) -> int:
        """What it takes in memory."""
        tensors = [each for values in self.kept.values() for each in values.values() if isinstance(each, Tensor)]
        return sum({each.untyped_storage().data_ptr(): each.untyped_storage().nbytes() for each in tensors}.values())


class Cut:
    """Behind the layer at ``place``, which may be inside blocks."""

    def __init__(self, lens: Lens, place: str) -> None:
        """Raises NoAnswerError where there is no such layer."""
        self._lens, self.place = lens, place
        self._fresh: dict[str, set[fx.Node]] = {}  # by block: what needs not be computed again
        self._needed: dict[str, set[fx.Node]] = {}  # … and what of it is read behind the cut
        module, prefix, (*blocks, last) = lens.module, "", place.split(".")
        for name in blocks:
            inner = lens.modules.get(prefix + name)
            if not isinstance(inner, fx.GraphModule):
                raise NoAnswerError("There is no layer {place}", place=place)
            node = self._node(module, name)
            self._note(module, prefix, {node, *_behind(node)})
            module, prefix = inner, f"{prefix}{name}."
        node = self._node(module, last)
        self._note(module, prefix, _behind(node))
        self._needed[prefix].add(node)
        self._end = (prefix, node)

    def _node(self, module: fx.GraphModule, name: str) -> fx.Node:
        """The call whose value is this layer's."""
        node: fx.Node
        for node in module.graph.nodes:
            if node in self._lens.finals and node.meta["layer"] == name:
                return node
        raise NoAnswerError("There is no layer {place}", place=self.place)

    def _note(self, module: fx.GraphModule, prefix: str, stale: set[fx.Node]) -> None:
        fresh = set(module.graph.nodes) - stale
        self._fresh[prefix] = fresh
        self._needed[prefix] = {each for each in fresh if any(user in stale for user in each.users)}

    def before(self, x: Tensor, seed: int = 0) -> Before:
        """Run B×… once. Raises NoAnswerError where it does not come to its end."""
        run = _Recording(self._lens, {}, seed, outputs=Forgotten())
        run.needed, run.kept = self._needed, {prefix: {} for prefix in self._needed}
        answer = self._run(run, x, seed)
        prefix, node = self._end
        output = run.kept[prefix].get(node)
        if answer is None or not isinstance(output, Tensor):
            raise no_answer(Look(x, {}, None, {**self._lens.faults, **run.faults}), self.place)
        kept = {name: {each: values.get(each) for each in self._fresh[name]} for name, values in run.kept.items()}
        return Before(output, kept, seed)

    def after(self, before: Before, output: Tensor) -> Tensor:
        """The answer where the layer gives ``output`` instead. Raises NoAnswerError."""
        run = _Resumed(self._lens, {}, before.seed, outputs=Forgotten())
        prefix, node = self._end
        run.kept = {name: dict(values) for name, values in before.kept.items()}
        if self._lens.has_code:  # which may overwrite what it reads
            run.kept = {name: {each: value.clone() if isinstance(value, Tensor) else value
                               for each, value in values.items()} for name, values in run.kept.items()}
        run.kept[prefix][node] = output
        answer = self._run(run, output, before.seed)
        if answer is None:
            raise no_answer(Look(output, {}, None, run.faults), self.place)
        return answer

    def _run(self, run: Run, x: Tensor, seed: int) -> Tensor | None:
        with torch.no_grad(), self._lens.undisturbed(seed):
            answer = run.run(x)
        return answer if isinstance(answer, Tensor) and self._lens.ends else None


def _behind(node: fx.Node) -> set[fx.Node]:
    """All that is computed from it."""
    found, waiting = set[fx.Node](), list[fx.Node](node.users)
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting += each.users
    return found


class _Recording(Run):
    """Keeps what is read behind the cut."""

    needed: Mapping[str, Iterable[fx.Node]] = {}
    kept: Kept

    def run_node(self, n: fx.Node) -> Any:
        value = super().run_node(n)
        if n in self.needed.get(self.prefix, ()):
            self.kept[self.prefix][n] = value
        return value

    def inside(self, block: fx.GraphModule, prefix: str) -> Run:
        inner = _Recording(self._lens, self._changes, self._seed, block, prefix, self)
        inner.needed, inner.kept = self.needed, self.kept
        return inner


class _Resumed(Run):
    """Begins with what is known."""

    kept: Kept

    def run(self, *args: Any, initial_env: dict[fx.Node, Any] | None = None, enable_io_processing: bool = True) -> Any:
        return super().run(*args, initial_env=dict(self.kept.get(self.prefix, {})))

    def inside(self, block: fx.GraphModule, prefix: str) -> Run:
        inner = _Resumed(self._lens, self._changes, self._seed, block, prefix, self)
        inner.kept = self.kept
        return inner
