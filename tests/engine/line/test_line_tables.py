"""Lines: where their layers come to stand, what is said of wrong ones, how networks are written, what may follow."""

from __future__ import annotations

import pytest

from engine.experiment.experiment import load_experiment
from engine.graph.graph import Graph
from engine.graph.grid import COLUMN, STEP
from engine.layers.base import Shape
from engine.line.line import LineError, build_line, complete, line_of, parse_line


@pytest.mark.parametrize(("text", "start", "end", "reason"), [
    ("conv 64, foo 3", 9, 12, "There is no layer “foo”: write a name such as conv, relu or linear"),
    ("conv 64 q9", 8, 10,
     "Conv 2d has no option “q9”: it has kernel_size, stride, padding, dilation, groups, bias, padding_mode"),
    ("conv 8 k0", 7, 9, "Conv 2d: Kernel size must be at least 1"),
    ("relu 3 4", 5, 6, "ReLU takes no number 3: it has inplace"),
    ("bn 64", 3, 5, "Batch norm 2d takes no number 64: it has eps, momentum, affine, track_running_stats, bias"),
    ("conv 4 k3 k5", 10, 12, "Conv 2d is given its Kernel size twice: leave one out"),
    ("relu, (conv 3", 6, 7, "This bracket is not closed: add )"),
    ("relu)", 4, 5, "“)” closes nothing: remove it, or open a bracket before it"),
    ("relu）", 4, 5, "“）” closes nothing: remove it, or open a bracket before it"),
    ("+ relu", 0, 1, "“+” stands outside brackets: open one with ( before the branches"),
    ("x3, relu", 0, 2, "There is nothing before x3 to repeat: write layers first"),
    ("relu | gelu", 5, 6, "“|” stands outside brackets: open one with ( before the branches"),
    ("64 3x3", 0, 6, "“64 3x3” has no layer: write its name, such as conv 64 3x3"),
    ("0.5", 0, 3, "“0.5” has no layer: write its name, such as conv 0.5"),
    ("(relu | gelu + elu)", 13, 14, "Use either | or + in one pair of brackets: put brackets around a part"),
    ("(relu + gelu | elu)", 13, 14, "Use either | or + in one pair of brackets: put brackets around a part"),
    ("()", 0, 2, "There is nothing in these brackets"),
    ("( , )", 0, 5, "There is nothing in these brackets"),
    ("", 0, 0, "Write layers, such as: conv 16 3x3, relu, maxpool 2"),
    ("  ", 0, 2, "Write layers, such as: conv 16 3x3, relu, maxpool 2"),
    ("relu x9999", 0, 10, "That would be 9999 layers; 2000 are the most in one line"),
    ("relu x2001", 0, 10, "That would be 2001 layers; 2000 are the most in one line"),
    ("(relu, x999) x999", 13, 17, "That would be 998001 layers; 2000 are the most in one line"),
    ("relu, x2001", 6, 11, "That would be 2001 layers; 2000 are the most in one line"),
    ("relu, x0", 6, 8, "A part is there at least once: write x1 or more"),
    ("(relu) x0", 7, 9, "A part is there at least once: write x1 or more"),
    ("conv 4 psame s2", 0, 15, "Conv 2d: padding “same” needs stride 1"),
    ("conv 4 colour=red", 7, 17,
     "Conv 2d has no option “colour”: it has kernel_size, stride, padding, dilation, groups, bias, "
     "padding_mode"),
    ("sofmax", 0, 6, "There is no layer “sofmax”. Did you mean Softmax?"),
    ("xyzzy", 0, 5, "There is no layer “xyzzy”: write a name such as conv, relu or linear"),
    ("q", 0, 1, "There is no layer “q”: write a name such as conv, relu or linear"),
    ("卷x", 0, 2, "There is no layer “卷x”: write a name such as conv, relu or linear"),
    ("conv p=x", 5, 8, "Conv 2d: Padding must be a whole number"),
    ("linear k3", 7, 9, "Linear has no kernel size: it has out_features, bias"),
    ("relu k3", 5, 7, "ReLU has no kernel size: it has inplace"),
    ("conv 4 3 1 0 1 1 9", 17, 18, "Conv 2d takes no further number 9: it has bias, padding_mode"),
    ("dropout 0.2 0.3", 12, 15, "Dropout takes no further number 0.3: it has inplace"),
    ("dropout 2", 8, 9, "Dropout: Probability must be at most 1"),
    ("conv padding_mode=red", 5, 21, "Conv 2d: Padding mode must be 'zeros', 'reflect', 'replicate' or 'circular'"),
    ("conv colour", 5, 11,
     "Conv 2d has no option “colour”: it has out_channels, kernel_size, stride, padding, dilation, groups, "
     "bias, padding_mode"),
    ("; x2", 2, 4, "There is nothing before x2 to repeat: write layers first"),
    ("relu; x2", 6, 8, "There is nothing before x2 to repeat: write layers first"),
    ("((((((((((((((((((((((relu))))))))))))))))))))))", 21, 22, "The brackets are nested too deeply"),
    ("conv groups=x", 5, 13, "Conv 2d: Groups must be a whole number"),
    ("conv 8 stride=2 s3", 16, 18, "Conv 2d is given its Stride twice: leave one out"),
    ("relu inplace=maybe", 5, 18, "ReLU: In place must be on or off"),
    ("input 0", 6, 7, "Input: Shape must be numbers such as 5×3"),
    ("lstm 4 5 6", 0, 10, "LSTM: the projection must be smaller than the hidden units"),
    ("conv 3x3x3", 5, 10, "Conv 2d: Kernel size must be at most 2 numbers"),
    ("(" * 22 + "relu" + ")" * 22, 21, 22, "The brackets are nested too deeply"),
    ("conv " * 41, 0, 204, "This is too much for one layer: separate layers by commas"),
    ("x" * 100_001, 0, 100_001, "This is too long for a line: 100000 characters are the most"),
])  # fmt: skip
def test_what_is_wrong_and_where(text: str, start: int, end: int, reason: str) -> None:
    with pytest.raises(LineError) as caught:
        parse_line(text)
    assert (caught.value.start, caught.value.end, str(caught.value)) == (start, end, reason)


@pytest.mark.parametrize("text", ["(" * 21 + "relu" + ")" * 21, "relu x2000", "relu" + " " * 99_996])
def test_what_is_just_not_too_much(text: str) -> None:
    assert parse_line(text)


@pytest.mark.parametrize(("text", "places"), [
    ("relu", "input 0,0, act1 0,1<input"),
    ("input 3, relu", "input 0,0, act1 0,1<input"),
    ("conv 8; conv 8", "input 0,0, conv1 0,1<input, conv2 1,1"),
    ("conv 8, relu; conv 4; linear 2", "input 0,0, conv1 0,1<input, act1 0,2<conv1, conv2 1,1, fc1 2,1"),
    ("(conv 8 | conv 4 | ), relu",
     "input 0,0, conv1 0,1<input, conv2 1,1<input, cat1 0,2<conv1+conv2+input, act1 0,3<cat1"),
    ("(conv 8, bn +), relu", "input 0,0, conv1 0,1<input, bn1 0,2<conv1, add1 0,3<bn1+input, act1 0,4<add1"),
    ("(conv 8 | conv 4, (relu | gelu, bn), tanh), flatten",
     "input 0,0, conv1 0,1<input, conv2 1,1<input, act1 1,2<conv2, act2 2,2<conv2, bn1 2,3<act2, cat1 "
     "1,4<act1+bn1, act3 1,5<cat1, cat2 0,6<conv1+act3, flatten1 0,7<cat2"),
    ("((relu | gelu) + tanh)",
     "input 0,0, act1 0,1<input, act2 1,1<input, cat1 0,2<act1+act2, act3 2,1<input, add1 0,3<cat1+act3"),
    ("(relu), gelu", "input 0,0, act1 0,1<input, act2 0,2<act1"),
    ("(relu, gelu) x2", "input 0,0, act1 0,1<input, act2 0,2<act1, act3 0,3<act2, act4 0,4<act3"),
    ("input 3, relu, x2", "input 0,0, act1 0,1<input, act2 0,2<act1"),
    ("relu x3", "input 0,0, act1 0,1<input, act2 0,2<act1, act3 0,3<act2"),
    ("relu, x2, gelu, x3", "input 0,0, act1 0,1<input, act2 0,2<act1, act3 0,3<act2, act4 0,4<act3, act5 0,5<act4"),
    ("(relu | gelu) x2",
     "input 0,0, act1 0,1<input, act2 1,1<input, cat1 0,2<act1+act2, act3 0,3<cat1, act4 1,3<cat1, cat2 "
     "0,4<act3+act4"),
    ("; relu", "input 0,0, act1 0,1<input"),
    ("relu;; gelu", "input 0,0, act1 0,1<input, act2 1,1"),
    ("relu;", "input 0,0, act1 0,1<input"),
    ("relu → gelu -> tanh", "input 0,0, act1 0,1<input, act2 0,2<act1, act3 0,3<act2"),
    ("input 3x8x8, const 3x8x8, add", "input 0,0, constant1 1,0, add1 1,1<constant1"),
    ("relu, input 3, gelu", "act1 0,0, input 1,0, act2 1,1<input"),
    ("(relu, (gelu | elu) | tanh)",
     "input 0,0, act1 0,1<input, act2 0,2<act1, act3 1,2<act1, cat1 0,3<act2+act3, act4 2,1<input, "
     "cat2 0,4<cat1+act4"),
    ("(| relu)", "input 0,0, act1 0,1<input, cat1 0,2<input+act1"),
    ("(relu +)", "input 0,0, act1 0,1<input, add1 0,2<act1+input"),
    ("(+)", "input 0,0, add1 0,1<input+input"),
])  # fmt: skip
def test_columns_rows_and_wires(text: str, places: str) -> None:
    graph = build_line(Graph(), text)[0]
    found = []
    for name, node in graph.nodes.items():
        sources = "+".join(edge.source for edge in graph.inputs[name])
        place = f"{name} {node.position[0] / COLUMN:g},{node.position[1] / STEP:g}"
        found.append(f"{place}<{sources}" if sources else place)
    assert ", ".join(found) == places


@pytest.mark.parametrize(("name", "line"), [
    ("lenet-digits",
     "input, conv 6 5x5 p2, sigmoid, avgpool 2 s2, conv 16 5x5, sigmoid, avgpool 2 s2, flatten, linear 120, "
     "sigmoid, linear 84, sigmoid, linear 10"),
    ("softmax", "input, flatten, linear 10"),
    ("mlp", "input, flatten, linear 256, relu, linear 10"),
    ("mlp-dropout", "input, flatten, linear 256, relu, dropout 0.2, linear 256, relu, dropout, linear 10"),
    ("lenet",
     "input, conv 6 5x5 p2, sigmoid, avgpool 2 s2, conv 16 5x5, sigmoid, avgpool 2 s2, flatten, linear 120, "
     "sigmoid, linear 84, sigmoid, linear 10"),
    ("lenet-relu",
     "input, conv 6 5x5 p2, relu, avgpool 2 s2, conv 16 5x5, relu, avgpool 2 s2, flatten, linear 120, relu, "
     "linear 84, relu, linear 10"),
    ("lenet-conv-relu",
     "input, conv 6 5x5 p2, relu, avgpool 2 s2, conv 16 5x5, relu, avgpool 2 s2, flatten, linear 120, sigmoid,"
     " linear 84, sigmoid, linear 10"),
    ("lenet-bn",
     "input, conv 6 5x5, bn, sigmoid, avgpool 2 s2, conv 16 5x5, bn, sigmoid, avgpool 2 s2, flatten, linear "
     "120, bn1d, sigmoid, linear 84, bn1d, sigmoid, linear 10"),
    ("vgg11",
     "input, vgg 1 16, vgg 1 32, vgg 2, vgg 2 128, vgg 2 128, flatten, linear 4096, relu, dropout, linear "
     "4096, relu, dropout, linear 10"),
    ("vgg11-full",
     "input, vgg 1, vgg 1 128, vgg 2 256, vgg 2 512, vgg 2 512, flatten, linear 4096, relu, dropout, linear "
     "4096, relu, dropout, linear 10"),
    ("nin",
     "input, nin 96 11x11 s4 p0, maxpool 3 s2, nin 256 5x5 p2, maxpool 3 s2, nin 384 3x3, maxpool 3 s2, "
     "dropout, nin 10 3x3, gap 1, flatten"),
    ("inception-small",
     "input, conv 16 3x3 p1, relu, maxpool 2, inception 8 8 16 4 8 8, maxpool 2, inception 16 16 32 8 16 16, "
     "gap 1, flatten, linear 10"),
    ("resnet18",
     "input, conv 64 7x7 s2 p3, bn, relu, maxpool 3 s2 p1, residual 64 x2, residual 128 s2 x2, residual 256 s2"
     " x2, residual 512 s2 x2, gap 1, flatten, linear 10"),
    ("residual-small",
     "input, conv 16 3x3 p1, bn, relu, maxpool 2, residual 16, residual 32 s2, gap 1, flatten, linear 10"),
    ("densenet",
     "input, conv 64 7x7 s2 p3, bn, relu, maxpool 3 s2 p1, denseblock 4, transition, denseblock 4, transition,"
     " denseblock 4, transition, denseblock 4, bn, relu, gap 1, flatten, linear 10"),
    ("linreg", "input, linear 1"),
    ("weight-decay", "input, linear 1"),
    ("polynomial", "input, linear 1 bias=false"),
    ("house-prices", "input, linear 1"),
    ("edge-kernel", "input, conv 1 k1x2 bias=false"),
    ("tied", "input, linear 8, relu, linear 8, relu, linear 8, relu, linear 1"),
    ("lazy", "input, gap 4x5, flatten, linear 256, relu, linear 128, relu, linear 10"),
    ("init-zoo",
     "input, (linear 8 | linear 8 | linear 8 | linear 8 | linear 8 | linear 8 | linear 8 | linear 8 | linear 8"
     " | linear 8 | linear 8), tanh, linear 1"),
    ("scalar-checks", "input, linear 8, relu, linear 2, mean 1 keepdim=true"),
    ("conv-checks",
     "input, (conv 1 3x3 p1, flatten | conv 1 k5x3 s2 p2x1, flatten | conv 1 k3x5 s3x4 p0x1, flatten), linear "
     "10"),
    ("pool-checks", "input, (maxpool 3 s2 p1 | avgpool 3 s2 p1), flatten, linear 10"),
])  # fmt: skip
def test_the_gallery_as_lines(name: str, line: str) -> None:
    assert line_of(load_experiment(f"gallery:{name}").graph) == line


@pytest.mark.parametrize(("text", "shape", "after", "start", "first"), [
    ("", None, None, 0, "conv (Conv 2d), relu (ReLU), maxpool (Max pool), bn (Batch norm 2d), linear (Linear)"),
    ("co", (3, 8, 8), "Input", 0,
     "conv (Conv 2d), conv s2 p1 (Conv 2d), conv k1 (Conv 2d), conv p2 d2 (Conv 2d), residual (Residual)"),
    ("conv 8, ", (3, 8, 8), "Input", 8,
     "relu (ReLU), bn (Batch norm 2d), maxpool (Max pool), sigmoid (Sigmoid), avgpool (Average pool)"),
    ("conv 8 ", None, None, 7,
     "out_channels= (Output channels), kernel_size= (Kernel size), stride= (Stride), padding= (Padding), "
     "dilation= (Dilation)"),
    ("conv 8 s", None, None, 7, "kernel_size= (Kernel size), stride= (Stride)"),
    ("conv 8 stride=2 ", None, None, 16,
     "out_channels= (Output channels), kernel_size= (Kernel size), padding= (Padding), dilation= (Dilation), "
     "groups= (Groups)"),
    ("conv 8 mo", None, None, 7, "padding_mode= (Padding mode)"),
    ("conv bias=", None, None, 5, "bias=true (true), bias=false (false)"),
    ("conv bias=f", None, None, 5, "bias=false (false)"),
    ("conv padding_mode=r", None, None, 5, "padding_mode=reflect (reflect), padding_mode=replicate (replicate)"),
    ("conv foo=", None, None, 9, ""),
    ("conv 64", None, None, 7, ""),
    ("conv 8, re", None, None, 8,
     "relu (ReLU), bn (Batch norm 2d), maxpool (Max pool), avgpool (Average pool), flatten (Flatten)"),
    ("relu, batch no", (3, 8, 8), None, 6, "bn (Batch norm 2d), bn1d (Batch norm 1d), bn3d (Batch norm 3d)"),
    ("batch no", (3, 8, 8), None, 0, "bn (Batch norm 2d), bn1d (Batch norm 1d), bn3d (Batch norm 3d)"),
    ("(conv 8 | ", None, None, 10,
     "relu (ReLU), bn (Batch norm 2d), maxpool (Max pool), sigmoid (Sigmoid), avgpool (Average pool)"),
    ("foo ", None, None, 0,
     "fractionalmaxpool2d (Fractional max pool), featurealphadropout (Feature alpha dropout), "
     "fractionalmaxpool3d (Fractional max pool 3d)"),
    ("max pool ", None, None, 9,
     "kernel_size= (Kernel size), stride= (Stride), padding= (Padding), ceil_mode= (Ceil mode), dilation= "
     "(Dilation)"),
    ("1x1", None, None, 0, "conv k1 (Conv 2d), transition (Transition), nin (NiN)"),
    ("conv out_channels=", None, None, 18, ""),
    ("relu\n", None, "Conv2d", 5,
     "conv (Conv 2d), maxpool (Max pool), linear (Linear), dropout (Dropout), avgpool (Average pool)"),
    ("lstm 3 ret", None, None, 7, "returns= (Returns)"),
    ("lstm returns=", None, None, 5, "returns=sequence (sequence), returns=last (last)"),
])  # fmt: skip
def test_the_first_five_that_may_follow(text: str, shape: Shape | None, after: str | None, start: int, first: str
                                        ) -> None:
    found = complete(text, len(text), shape, after)
    assert ", ".join(f"{each.insert} ({each.title})" for each in found[:5]) == first
    assert {(each.start, each.end) for each in found} <= {(start, len(text))} and len(found) <= 12
