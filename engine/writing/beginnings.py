"""How weights begin and whether they learn, as lines of a constructor: ``nn.init.zeros_(self.fc1.bias)``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import indent

from engine.blocks.base import Block
from engine.graph.parameters import DEFAULT_INIT, DEFAULTS, Init, NodeParameters
from engine.layers.base import Layer
from engine.layers.code import Code
from engine.layers.code.source import definitions
from engine.names import fresh_name
from engine.writing.formulas import formula_lines
from engine.writing.lines import Line, folded
from engine.writing.uses import Use, walk

LEAST = 3  # layers that begin alike, to be gone through in a loop
RANKS = {"nn.Linear": 2, "nn.Embedding": 2, "nn.Bilinear": 3, "nn.Conv1d": 3, "nn.Conv2d": 4, "nn.Conv3d": 5,
         "nn.ConvTranspose1d": 3, "nn.ConvTranspose2d": 4, "nn.ConvTranspose3d": 5}  # fmt: skip
LAYER = "layer"  # the variable of a loop
STEP = " " * 4
INIT = "init_weights"
DENSE = ("nn.Linear", "nn.Conv1d", "nn.Conv2d", "nn.Conv3d")  # what the recipe's rule is for, as in the book
BY_RULE = {
    "xavier_uniform": "nn.init.xavier_uniform_(layer.weight)",
    "kaiming_uniform": 'nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")',
    "normal": "nn.init.normal_(layer.weight, std=0.01)",
    "normal_unit": "nn.init.normal_(layer.weight, std=1.0)",
}


def beginnings(use: Use) -> list[Line]:
    """What is not as torch does it: initial values first, in the order of the layers."""
    own = {name: own for name in use.names if (own := use.settings(name)) is not DEFAULTS and own != DEFAULTS
           and use.owner(name) == name and (use.is_module(name) or use.definition(name))}
    lines = _initial(use, own)
    for name, settings in own.items():
        edits = [f"    self.{_dotted(name, edit.key)}[{', '.join(map(str, edit.index))}] = {edit.value!r}"
                 for edit in settings.edits]
        lines += _about(name, ["with torch.no_grad():", *edits] if edits else [])
        if not settings.trainable and use.is_module(name):
            lines += _about(name, [f"self.{name}.requires_grad_(False)"])
    return lines


def init_function(network: Use, initialization: str) -> str:
    """The recipe's rule for the weights of all layers that it is for.

    "" where they begin as torch's own, or some as is said of them alone: applied to all, it would undo that.
    """
    used = {layer.torch for use in walk(network) for layer in map(use.layer, use.names)}
    kinds, how = [kind for kind in DENSE if kind in used], BY_RULE.get(initialization)
    alone = any(use.settings(name).weight != DEFAULT_INIT for use in walk(network) for name in use.names)
    if not kinds or how is None or alone:
        return ""
    own = {name for use in walk(network) for layer in map(use.layer, use.names) if isinstance(layer, Code)
           for name in definitions(layer.source)}
    name = INIT if INIT not in own else fresh_name(INIT, own)
    test = f"if isinstance(layer, {kinds[0] if len(kinds) == 1 else '(' + ', '.join(kinds) + ')'}):"
    return (f'def {name}(layer):\n{STEP}"""How training lets weights begin: ``net.apply({name})``."""\n{STEP}{test}\n'
            f"{STEP * 2}{how}")


def _about(name: str, lines: Sequence[str]) -> list[Line]:
    return [Line(line, (name,)) for line in lines]


def _initial(use: Use, own: dict[str, NodeParameters]) -> list[Line]:
    """Initial values; what many layers have in common, in a loop."""
    alike: dict[str, list[str]] = {}
    for name, settings in own.items():
        for statement in _filled(use, name, settings):
            alike.setdefault(statement, []).append(name)
    lines: list[Line] = []
    for statement, names in alike.items():
        if len(names) >= LEAST:
            layers = ", ".join(f"self.{name}" for name in names)
            looped = [*folded(" " * 8, f"for {LAYER} in ", f"({layers}):"), indent(statement, " " * 12)]
            lines += [Line(line[8:], tuple(names)) for text in looped for line in text.split("\n")]
        else:
            lines += [line for name in names
                      for line in _about(name, statement.replace(f"{LAYER}.", f"self.{name}.").split("\n"))]
    return lines


def _filled(use: Use, name: str, settings: NodeParameters) -> Iterator[str]:
    """The statements that fill the tensors of ``layer``."""
    layer = use.layer(name)
    if settings.weight == settings.bias == DEFAULT_INIT:
        return
    if isinstance(layer, Block):
        yield from _inside(use.inside[name], settings)
    elif layer.torch in RANKS:
        yield from _init(settings.weight, f"{LAYER}.weight", RANKS[layer.torch])
        if getattr(layer, "bias", False):
            yield from _init(settings.bias, f"{LAYER}.bias", 1)
    else:
        yield _tensors(f"{LAYER}.parameters()", settings)


def _tensors(tensors: str, settings: NodeParameters) -> str:
    """Tensors of which only the rank tells weights from biases."""
    weight, bias = ("".join(_init(init, "weight", rank)) for init, rank in ((settings.weight, 2), (settings.bias, 1)))
    if weight == bias:
        return f"for weight in {tensors}:\n{indent(weight, STEP)}"
    body = f"if weight.dim() {'>= 2' if weight else '< 2'}:\n{indent(weight or bias, STEP)}"
    if weight and bias:
        body += f"\nelse:\n{indent(bias, STEP)}"
    return f"for weight in {tensors}:\n{indent(body, STEP)}"


def _init(init: Init, weight: str, rank: int) -> list[str]:
    """The statement that fills a tensor."""
    match init.kind:
        case "default":
            return []
        case "normal":
            mean = f", mean={init.mean!r}" if init.mean else ""
            return [f"nn.init.normal_({weight}{mean}, std={init.std!r})"]
        case "uniform":
            return [f"nn.init.uniform_({weight}, {init.low!r}, {init.high!r})"]
        case "constant":
            named = {0.0: "zeros_", 1.0: "ones_"}.get(init.value)
            return [f"nn.init.{named}({weight})" if named else f"nn.init.constant_({weight}, {init.value!r})"]
        case "kaiming_uniform" | "kaiming_normal":
            return [f'nn.init.{init.kind}_({weight}, nonlinearity="relu")']
        case "formula":
            lines = "\n".join(formula_lines(init.formula, weight, rank))
            return [f"with torch.no_grad():\n{indent(lines, STEP)}"]
        case _:
            return [f"nn.init.{init.kind}_({weight})"]


# -- blocks -----------------------------------------------------------------------------------------------------------


def _inside(use: Use, settings: NodeParameters) -> Iterator[str]:
    """What a block's settings say of the layers in it: of all but normalisations, and but those with their own."""
    found = [*_layers(use, "")]
    wanted = [(path, layer) for path, layer, default in found if default and layer.category != "normalization"]
    if not wanted:
        return
    filled = indent(_tensors("part.parameters()", settings), STEP)
    if all(default for _, _, default in found) and all(layer.torch for _, layer, _ in found):
        kinds = list(dict.fromkeys(layer.torch for _, layer in wanted))
        test = f"if isinstance(part, {kinds[0] if len(kinds) == 1 else '(' + ', '.join(kinds) + ')'}):"
        yield f"for part in {LAYER}.modules():\n{STEP}{test}\n{indent(filled, STEP)}"
    else:
        yield f"for part in ({' '.join(f'{LAYER}.{path},' for path, _ in wanted)}):\n{filled}"


def _layers(use: Use, way: str) -> Iterator[tuple[str, Layer, bool]]:
    """All layers with weights inside, by their place, and whether they begin as the block around them says."""
    for name in use.names:
        layer, node = use.layer(name), use.analysis.graph.nodes[name]
        if use.owner(name) != name or not (use.is_module(name) or isinstance(layer, Code)):
            continue
        path = f"{way}.{node.kept_as}" if way else node.kept_as
        default = node.parameters == DEFAULTS
        if isinstance(layer, Block):
            yield from ((inner, one, default and each) for inner, one, each in _layers(use.inside[name], path))
        elif layer.num_params(use.shapes(name)):
            yield _dotted(*path.split(".", 1)) if "." in path else path, layer, default


def _dotted(first: str, rest: str = "") -> str:
    """The place of a module as Python: ``stage1[0].conv1.weight``."""
    return first + "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in rest.split(".") if part)
