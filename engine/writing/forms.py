"""The blocks that are made from parameters as classes, one a kind, written as the book writes them.

A line's end says which layers it is about beside those that it names: ``#: add``, a name with or without its number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from engine.blocks.base import Block
from engine.blocks.convolutional import VGG, ConvBNReLU, NiN
from engine.blocks.dense import Dense, Transition
from engine.blocks.inception import Inception
from engine.blocks.residual import Residual
from engine.writing.parameters import NO_DEFAULT, Parameter

Blocks = Sequence[Any]  # of one kind, as they are used
Widths = Sequence[int]  # the channels that come into each


class Form(NamedTuple):
    """A class without its first line: what it takes, what of it is given without its keyword, what it does."""

    parameters: list[Parameter]
    positional: tuple[str, ...]
    constructor: str
    forward: str


def is_written(block: Block) -> bool:
    """Whether its class is one of these."""
    return type(block) in FORMS


def form_of(blocks: Sequence[Block], widths: Sequence[int]) -> Form:
    """The class that serves all these blocks of one kind."""
    return FORMS[type(blocks[0])](blocks, widths)


def _options(blocks: Blocks, *names: str) -> dict[str, Parameter]:
    """The block's own options as parameters, if any block has another value than the option's default."""
    found = {}
    for name in names:
        values = tuple(getattr(block, name) for block in blocks)
        default = type(blocks[0]).model_fields[name].default
        if any(value != default for value in values):
            found[name] = Parameter(name, values, default)
    return found


def _keyword(parameters: Mapping[str, Parameter], blocks: Blocks, torch: Mapping[str, Any], name: str) -> str:
    """``, stride=stride`` where it is a parameter, else its value where that is not what torch takes."""
    value = getattr(blocks[0], name)
    if name in parameters:
        return f", {name}={name}"
    return "" if value == torch.get(name, object()) else f", {name}={value!r}"


TORCH = {"stride": 1, "padding": 0, "bias": True}


def _conv_bn_relu(blocks: Blocks, widths: Widths) -> Form:
    options = _options(blocks, "kernel_size", "stride", "padding", "bias")
    written = "".join(_keyword(options, blocks, TORCH, name) for name in ("kernel_size", "stride", "padding", "bias"))
    return Form([_in(widths), _out(blocks), *options.values()], ("in_channels", "out_channels"), f"""
self.conv = nn.Conv2d(in_channels, out_channels{written})
self.bn = nn.BatchNorm2d(out_channels)
self.act = nn.ReLU()
""", """
return self.act(self.bn(self.conv(x)))
""")


def _vgg(blocks: Blocks, widths: Widths) -> Form:
    convs = Parameter("num_convs", tuple(block.num_convs for block in blocks))
    return Form([convs, _in(widths), _out(blocks)], ("num_convs", "in_channels", "out_channels"), """
layers = []
for _ in range(num_convs):
    layers.append(nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1))  #: conv
    layers.append(nn.ReLU())  #: act
    in_channels = out_channels
layers.append(nn.MaxPool2d(kernel_size=2, stride=2))  #: pool
self.net = nn.Sequential(*layers)
""", """
return self.net(x)  #: conv act pool
""")


def _nin(blocks: Blocks, widths: Widths) -> Form:
    options = _options(blocks, "kernel_size", "stride", "padding")
    written = "".join(_keyword(options, blocks, TORCH, name) for name in ("kernel_size", "stride", "padding"))
    return Form([_in(widths), _out(blocks), *options.values()], ("in_channels", "out_channels"), f"""
self.conv1 = nn.Conv2d(in_channels, out_channels{written})
self.act1 = nn.ReLU()
self.conv2 = nn.Conv2d(out_channels, out_channels, kernel_size=1)
self.act2 = nn.ReLU()
self.conv3 = nn.Conv2d(out_channels, out_channels, kernel_size=1)
self.act3 = nn.ReLU()
""", """
x = self.act1(self.conv1(x))
x = self.act2(self.conv2(x))
return self.act3(self.conv3(x))
""")


def _inception(blocks: Blocks, widths: Widths) -> Form:
    parameters = [
        _in(widths), Parameter("c1", tuple(block.c1 for block in blocks)),
        Parameter("c2", tuple((block.c2a, block.c2b) for block in blocks)),
        Parameter("c3", tuple((block.c3a, block.c3b) for block in blocks)),
        Parameter("c4", tuple(block.c4 for block in blocks)),
    ]
    return Form(parameters, tuple(parameter.name for parameter in parameters), """
# 1×1
self.conv1 = nn.Conv2d(in_channels, c1, kernel_size=1)
self.act1 = nn.ReLU()
# 1×1, then 3×3
self.conv2a = nn.Conv2d(in_channels, c2[0], kernel_size=1)
self.act2a = nn.ReLU()
self.conv2b = nn.Conv2d(c2[0], c2[1], kernel_size=3, padding=1)
self.act2b = nn.ReLU()
# 1×1, then 5×5
self.conv3a = nn.Conv2d(in_channels, c3[0], kernel_size=1)
self.act3a = nn.ReLU()
self.conv3b = nn.Conv2d(c3[0], c3[1], kernel_size=5, padding=2)
self.act3b = nn.ReLU()
# 3×3 max pooling, then 1×1
self.pool = nn.MaxPool2d(kernel_size=3, stride=1, padding=1)
self.conv4 = nn.Conv2d(in_channels, c4, kernel_size=1)
self.act4 = nn.ReLU()
""", """
branch1 = self.act1(self.conv1(x))
branch2 = self.act2b(self.conv2b(self.act2a(self.conv2a(x))))
branch3 = self.act3b(self.conv3b(self.act3a(self.conv3a(x))))
branch4 = self.act4(self.conv4(self.pool(x)))
return torch.cat([branch1, branch2, branch3, branch4], dim=1)  #: cat
""")


def _dense(blocks: Blocks, widths: Widths) -> Form:
    convs = Parameter("num_convs", tuple(block.num_convs for block in blocks))
    growth = Parameter("growth_rate", tuple(block.growth_rate for block in blocks))
    return Form([convs, _in(widths), growth], ("num_convs", "in_channels", "growth_rate"), """
layers = []
for _ in range(num_convs):
    layers.append(nn.Sequential(
        nn.BatchNorm2d(in_channels),  #: bn
        nn.ReLU(),  #: act
        nn.Conv2d(in_channels, growth_rate, kernel_size=3, padding=1),  #: conv
    ))
    in_channels += growth_rate
self.net = nn.ModuleList(layers)
""", """
for layer in self.net:
    y = layer(x)  #: bn act conv
    x = torch.cat([x, y], dim=1)  #: cat
return x
""")


def _transition(blocks: Blocks, widths: Widths) -> Form:
    half = "max(1, in_channels // 2)" if 1 in widths else "in_channels // 2"
    given = [block.out_channels for block in blocks]
    out = [] if not any(given) else [Parameter("out_channels", tuple(given), NO_DEFAULT if all(given) else None)]
    first = "" if all(given) or not any(given) else f"\nout_channels = out_channels or {half}"
    return Form([_in(widths), *out], ("in_channels", "out_channels"), f"""{first}
self.bn = nn.BatchNorm2d(in_channels)
self.act = nn.ReLU()
self.conv = nn.Conv2d(in_channels, {'out_channels' if out else half}, kernel_size=1)
self.pool = nn.AvgPool2d(kernel_size=2, stride=2)
""", """
return self.pool(self.conv(self.act(self.bn(x))))
""")


# -- residual ---------------------------------------------------------------------------------------------------------


def _residual(blocks: Blocks, widths: Widths) -> Form:
    wide = [block.num_channels != width for block, width in zip(blocks, widths, strict=True)]
    changes = [one or block.stride != 1 for one, block in zip(wide, blocks, strict=True)]
    parameters = _residual_widths(blocks, widths, wide)
    into = parameters[0].name
    options = _options(blocks, "stride", "shortcut")
    if len({block.bias for block in blocks}) > 1:
        options |= _options(blocks, "bias")
    stride, bias = (_keyword(options, blocks, TORCH, name) for name in ("stride", "bias"))
    make = f"self.shortcut = nn.Conv2d({into}, num_channels, kernel_size=1{stride}{bias})"
    test = _shortcut_test("shortcut" in options, "stride" in options, any(wide), all(changes))
    constructor = ["", *(["num_channels = num_channels or in_channels"] if parameters[-1].default is None else [])]
    layers = _bottleneck if blocks[0].bottleneck else _two_convolutions
    last, body, forward = layers(into, stride, bias, any(block.num_channels < 4 for block in blocks))
    constructor += body
    if test == "always":
        constructor.append(make)
    elif test:
        constructor += [f"if {test}:", f"    {make}", "else:", "    self.shortcut = None"]
    constructor.append(f"self.act{last} = nn.ReLU()")
    forward += {"": [], "always": ["x = self.shortcut(x)"]}.get(test, [
        "if self.shortcut is not None:", "    x = self.shortcut(x)"])
    forward.append(f"return self.act{last}(y + x)  #: add")
    return Form([*parameters, *options.values()], ("in_channels", "num_channels"), "\n".join([*constructor, ""]),
                "\n".join(["", *forward, ""]))


def _residual_widths(blocks: Blocks, widths: Widths, wide: Sequence[bool]) -> list[Parameter]:
    """As many channels as come in, others, or either."""
    out = tuple(block.num_channels for block in blocks)
    if not any(wide):
        return [Parameter("num_channels", out)]
    if all(wide):
        return [_in(widths), Parameter("num_channels", out)]
    given = tuple(width if changes else None for width, changes in zip(out, wide, strict=True))
    return [_in(widths), Parameter("num_channels", given, None)]


def _shortcut_test(is_option: bool, strides: bool, widens: bool, always: bool) -> str:
    """When there is a convolution in the shortcut: "always", "" for never, or the condition."""
    parts = ["stride != 1"] * strides + ["in_channels != num_channels"] * widens
    auto = " or ".join(parts)
    if not is_option:
        return "always" if always else auto
    if not auto:
        return 'shortcut == "convolution"'
    changes = f"({auto})" if len(parts) > 1 else auto
    return f'shortcut == "convolution" or (shortcut == "auto" and {changes})'


def _two_convolutions(into: str, stride: str, bias: str, narrow: bool) -> tuple[int, list[str], list[str]]:
    return 2, [
        f"self.conv1 = nn.Conv2d({into}, num_channels, kernel_size=3{stride}, padding=1{bias})",
        "self.bn1 = nn.BatchNorm2d(num_channels)",
        "self.act1 = nn.ReLU()",
        f"self.conv2 = nn.Conv2d(num_channels, num_channels, kernel_size=3, padding=1{bias})",
        "self.bn2 = nn.BatchNorm2d(num_channels)",
    ], [
        "y = self.act1(self.bn1(self.conv1(x)))",
        "y = self.bn2(self.conv2(y))",
    ]


def _bottleneck(into: str, stride: str, bias: str, narrow: bool) -> tuple[int, list[str], list[str]]:
    return 3, [
        f"hidden = {'max(1, num_channels // 4)' if narrow else 'num_channels // 4'}",
        f"self.conv1 = nn.Conv2d({into}, hidden, kernel_size=1{bias})",
        "self.bn1 = nn.BatchNorm2d(hidden)",
        "self.act1 = nn.ReLU()",
        f"self.conv2 = nn.Conv2d(hidden, hidden, kernel_size=3{stride}, padding=1{bias})",
        "self.bn2 = nn.BatchNorm2d(hidden)",
        "self.act2 = nn.ReLU()",
        f"self.conv3 = nn.Conv2d(hidden, num_channels, kernel_size=1{bias})",
        "self.bn3 = nn.BatchNorm2d(num_channels)",
    ], [
        "y = self.act1(self.bn1(self.conv1(x)))",
        "y = self.act2(self.bn2(self.conv2(y)))",
        "y = self.bn3(self.conv3(y))",
    ]


def _in(widths: Widths) -> Parameter:
    return Parameter("in_channels", tuple(widths))


def _out(blocks: Blocks) -> Parameter:
    return Parameter("out_channels", tuple(block.out_channels for block in blocks))


FORMS: Mapping[type[Block], Callable[[Blocks, Widths], Form]] = {
    ConvBNReLU: _conv_bn_relu, VGG: _vgg, NiN: _nin, Inception: _inception, Dense: _dense, Transition: _transition,
    Residual: _residual,
}
