"""What exported source needs of a person's own layers: their classes, word for word."""

from __future__ import annotations

from textwrap import dedent

from engine.code import probe
from engine.codegen_classes import KEEP, Use, walk
from engine.layers.code import Code, CodeError, outline

HELPER = f'''def {KEEP}(module):
    """Make plain tensors buffers, so that they are saved with the module and move with it."""
    for part in module.modules():
        for name, value in list(vars(part).items()):
            if isinstance(value, torch.Tensor):
                delattr(part, name)
                part.register_buffer(name, value)
    return module'''


def own_sources(network: Use, class_name: str) -> list[str]:
    """The sources of all Code layers, each once. Raises CodeError where two differ but have one class name."""
    sources: dict[str, str] = {class_name: ""}
    keep = False
    for use in walk(network):
        for name in use.names:
            layer = use.layer(name)
            if isinstance(layer, Code):
                own = outline(layer.source).name
                if sources.setdefault(own, layer.source) != layer.source:
                    raise CodeError("{name}: another class is called {own} too; give it another name", name=name,
                                    own=own)
                keep = keep or probe(layer, use.analysis.nodes[name].input_shapes or ()).loose
    return [*([HELPER] if keep else []), *(dedent(source).strip() for source in sources.values() if source)]
