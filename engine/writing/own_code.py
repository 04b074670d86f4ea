"""What exported source needs of a person's own layers: their classes, word for word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from textwrap import dedent

from engine.layers.code import Code
from engine.layers.code.source import CodeError, definitions
from engine.writing.uses import KEEP, Use, walk

HELPER = f'''def {KEEP}(module):
    """Make plain tensors buffers, so that they are saved with the module and move with it."""
    for part in module.modules():
        for name, value in list(vars(part).items()):
            if isinstance(value, torch.Tensor):
                delattr(part, name)
                part.register_buffer(name, value)
    return module'''


FUTURE = "from __future__ import annotations"


def own_sources(network: Use, class_name: str) -> list[str]:
    """The sources of all Code layers, each once. Raises CodeError where two define one name, but not alike."""
    sources: dict[str, None] = {}
    known, keep = {class_name: "", KEEP: ""}, False
    for use in walk(network):
        for name in use.names:
            layer = use.layer(name)
            if isinstance(layer, Code):
                for own, text in definitions(layer.source).items():
                    if known.setdefault(own, text) != text:
                        raise CodeError("{name}: other code has something called {own} too; give it another name",
                                        name=name, own=own)
                sources[layer.source] = None
                keep = keep or layer.trial(use.analysis.nodes[name].input_shapes or ()).loose
    return [*([HELPER] if keep else []), *(dedent(source).strip() for source in sources)]


def without_future(bodies: Sequence[str]) -> tuple[list[str], bool]:
    """The sources without what may only stand at the top of a file; and whether any had it."""
    plain = [re.sub(r"^from __future__ import [^\n]*\n", "", body, flags=re.MULTILINE).lstrip("\n") for body in bodies]
    return plain, plain != [*bodies]
