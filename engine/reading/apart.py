"""Weights that are used inside of a block and elsewhere too: the block is followed where it is called. No torch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.layers.code import Code
from engine.reading.context import Context, SharedOutsideError
from engine.reading.modules import Buffer
from engine.reading.remarks import name_of
from engine.reading.sheet import keeps
from engine.reading.values import Instance, Module, Unknown, every_module

Used = tuple[Module | Instance, Module | None]  # a layer, or an object in code, and the block in which it is called


def check_apart(context: Context, reached: Iterable[Module]) -> None:
    """Raise SharedOutsideError where a layer that keeps something is called in a block and out of it, or in two."""
    homes: dict[int, tuple[Module | Instance, dict[int, Module | None]]] = {}
    for module, block in _used(reached, None, set()):
        if keeps_numbers(module):
            made = module.of if isinstance(module, Module) else None
            _, blocks = homes.setdefault(id(made or module), (module, {}))
            blocks[id(block)] = block
    for module, blocks in homes.values():
        if len(blocks) > 1:
            raise _error(context, module, [block for block in blocks.values() if block is not None])


def _used(reached: Iterable[Module | Instance], block: Module | None, met: set[int]) -> Iterator[Used]:
    for module in reached:
        yield module, block
        if isinstance(module, Module) and module.of is not None and id(module) not in met:
            met.add(id(module))
            yield from _used(_inside(module, module.of), module, met)


def keeps_numbers(module: Module | Instance) -> bool:
    """Whether it has weights or numbers of its own."""
    if isinstance(module, Instance):
        return any(isinstance(value, (Unknown, Buffer)) for value in module.attributes.values())
    if module.of is not None:
        return (isinstance(module.layer, Code) and keeps_numbers(module.of)) or any(
            keeps_numbers(part) for part in _inside(module, module.of))
    return keeps(module.layer)


def _inside(block: Module, made: Instance) -> Iterable[Module | Instance]:
    if isinstance(block.layer, Code):
        return [part for _, part in every_module(made) if isinstance(part, (Module, Instance)) and part is not made]
    return block.inside


def _error(context: Context, module: Module | Instance, blocks: list[Module]) -> SharedOutsideError:
    code = next((block for block in blocks if isinstance(block.layer, Code)), None)
    made = [block.of for block in blocks if block.of is not None]
    error = SharedOutsideError("“{name}” is used inside of {block} and elsewhere, with the same weights: no layer "
                               "does that", line=context.line, name=name_of(module),
                               block=(code or blocks[0]).layer.title if not made else made[0].kind.made.name)
    error.made = [] if code is not None else made
    return error
