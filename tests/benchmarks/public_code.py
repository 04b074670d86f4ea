"""Public code that is read, beside torch itself: what was read, what was refused and why (``public_code.md``).

    python tests/benchmarks/public_code.py NAME=FOLDER … [--seconds 120]

Each .py file, each code cell of a .md chapter of the book that makes a network, and each chapter as a whole, runs in a
process of its own: the same weights, eval mode, and train mode where that is the same twice. Nothing of that code is
kept here; what a text lacks (a line that makes the network) is in LINES.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import re
import resource
import subprocess
import sys
import tempfile
import types
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

ROOT = Path(__file__).resolve().parents[2]
SHAPES = [(3, 32, 32), (3, 224, 224), (1, 28, 28), (1, 224, 224), (1, 96, 96), (3, 96, 96), (20,), (4,), (2,), (784,),
          (8,), (200,), (5,), (3, 256, 256), (1, 8, 8), (8, 8), (6, 8)]  # fmt: skip
# What makes the network, where a file only defines it.
LINES = {
    "cifar/densenet.py": "net = densenet_cifar()", "cifar/dla.py": "net = DLA()",
    "cifar/dla_simple.py": "net = SimpleDLA()", "cifar/dpn.py": "net = DPN26()",
    "cifar/efficientnet.py": "net = EfficientNetB0()", "cifar/googlenet.py": "net = GoogLeNet()",
    "cifar/lenet.py": "net = LeNet()", "cifar/mobilenet.py": "net = MobileNet()",
    "cifar/mobilenetv2.py": "net = MobileNetV2()", "cifar/pnasnet.py": "net = PNASNetB()",
    "cifar/preact_resnet.py": "net = PreActResNet18()", "cifar/regnet.py": "net = RegNetX_200MF()",
    "cifar/resnet.py": "net = ResNet18()", "cifar/resnext.py": "net = ResNeXt29_2x64d()",
    "cifar/senet.py": "net = SENet18()", "cifar/shufflenet.py": "net = ShuffleNetG2()",
    "cifar/shufflenetv2.py": "net = ShuffleNetV2(1)", "cifar/vgg.py": "net = VGG('VGG11')",
    "wz/ConvNeXt__model.py": "net = convnext_tiny(10)", "wz/Test10_regnet__model.py":
    "net = create_regnet(num_classes=10)", "wz/Test11_efficientnetV2__model.py": "net = efficientnetv2_s(10)",
    "wz/Test1_official_demo__model.py": "net = LeNet()", "wz/Test2_alexnet__model.py": "net = AlexNet()",
    "wz/Test3_vggnet__model.py": "net = vgg('vgg11')", "wz/Test4_googlenet__model.py":
    "net = GoogLeNet(aux_logits=False)", "wz/Test5_resnet__model.py": "net = resnet34()",
    "wz/Test6_mobilenet__model_v2.py": "net = MobileNetV2()", "wz/Test6_mobilenet__model_v3.py":
    "net = mobilenet_v3_small()", "wz/Test7_shufflenet__model.py": "net = shufflenet_v2_x1_0()",
    "wz/Test8_densenet__model.py": "net = densenet121()", "wz/Test9_efficientNet__model.py":
    "net = efficientnet_b0(10)", "wz/swin_transformer__model.py": "net = swin_tiny_patch4_window7_224()",
    "wz/vision_transformer__vit_model.py": "net = vit_base_patch16_224()",
}  # fmt: skip


# -- in the child ------------------------------------------------------------------------------------------------------


def book() -> types.ModuleType:
    """The book's package as far as networks need it: what the reader knows of it, run by torch; the rest is hollow."""
    import torch  # in the child alone
    from torch import nn

    from engine.reading.library import BOOK

    class Hollow(types.ModuleType):
        def __getattr__(self, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            return (lambda *_, **__: (MagicMock(), MagicMock())) if name.startswith("load_") else MagicMock()

    made = Hollow("d2l.torch")
    scope: dict[str, Any] = {"torch": torch, "nn": nn, "F": torch.nn.functional}
    exec(BOOK, scope)
    made.__dict__.update({name: value for name, value in scope.items() if isinstance(value, type | types.FunctionType)})
    made.__dict__["add_to_class"] = lambda kind: lambda made: setattr(kind, made.__name__, made) or made

    def save(self: Any, ignore: Any = ()) -> None:
        names = sys._getframe(1).f_locals
        for name, value in names.items():
            if name not in ("self", "__class__", *ignore):
                setattr(self, name, value)

    made.Module.save_hyperparameters = save  # type: ignore[attr-defined]
    return made


def network_of(scope: dict[str, Any], text: str) -> Any:
    """What the text calls a network, or its last class made without arguments."""
    from torch import nn  # in the child alone

    for name in ("net", "model"):
        if isinstance(scope.get(name), nn.Module):
            return scope[name]
    made = [value for value in scope.values() if isinstance(value, nn.Module) and "Loss" not in type(value).__name__]
    whole = [value for value in made if isinstance(value, nn.Sequential) or "forward" in type(value).__dict__]
    if whole or made:
        return (whole or made)[-1]
    kinds = [value for value in scope.values() if isinstance(value, type) and issubclass(value, nn.Module)
             and value.__module__ == "text"]
    return kinds[-1]()


def compared(text: str) -> str:
    """``equal``, ``read``, ``refused: …`` or ``WRONG: …``."""
    import torch  # in the child alone

    from engine.experiment.trust import allow, sources_of
    from engine.messages import LayerloomError
    from engine.network.compile import build_module
    from engine.reading.reading import from_text

    sys.modules["d2l"], sys.modules["d2l.torch"] = types.ModuleType("d2l"), book()
    sys.modules["d2l"].torch = sys.modules["d2l.torch"]  # type: ignore[attr-defined]
    try:
        graph = from_text(text)
    except LayerloomError as error:
        try:
            graph = from_text(text, (3, 224, 224))
        except LayerloomError:
            return f"refused: {error}"
    allow(sources_of(graph))
    scope: dict[str, Any] = {"__name__": "text", "torch": torch, "nn": torch.nn, "F": torch.nn.functional,
                             "d2l": sys.modules["d2l.torch"]}
    try:
        from engine.reading.texts import written

        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(written(text).code, "text", "exec"), scope)
        want = network_of(scope, text)
    except Exception as error:
        return f"read (torch alone cannot run it: {type(error).__name__} {str(error)[:40]})"
    return _same(want, graph, torch, build_module, LayerloomError)


def _same(want: Any, graph: Any, torch: Any, build: Any, refused: Any) -> str:
    said = "read (no input shape tried fits)"
    for shape in SHAPES:
        torch.manual_seed(0)
        x = torch.randn(2, *shape)
        try:
            with torch.no_grad():
                want.eval()(x.clone())
        except Exception:
            continue
        try:
            net = build(graph, shape)
        except refused as error:
            said = f"refused: {error}"
            continue
        return _outputs(want, net, x, torch)
    return said


def _by_shape(net: Any, torch: Any) -> dict[str, Any]:
    """Numbers that depend on nothing but a tensor's shape and kind: the order of a state dict does not matter."""
    found = {}
    for key, value in net.state_dict().items():
        kind = key.rpartition(".")[2]
        torch.manual_seed(sum((place + 1) * size for place, size in enumerate((*value.shape, len(kind)))))
        drawn = torch.rand(value.shape) + 0.5 if kind == "running_var" else torch.randn(value.shape) / 8
        found[key] = drawn.to(value.dtype) if value.is_floating_point() else value
    return found


def _outputs(want: Any, net: Any, x: Any, torch: Any) -> str:
    own, ours = want.state_dict(), net.state_dict()
    keys = list(own)
    count = [sum(p.numel() for p in each.parameters()) for each in (want, net)]
    if count[0] != count[1] or len(keys) != len(ours):
        return f"WRONG: {count[1]} parameters, torch has {count[0]}"
    pairs = {k: k for k in ours} if set(ours) == set(keys) else dict(zip(ours, keys, strict=True))
    in_order = all(ours[mine].shape == own[theirs].shape for mine, theirs in pairs.items())
    if in_order:
        net.load_state_dict({mine: own[theirs].clone() for mine, theirs in pairs.items()})
    else:
        for each in (want, net):
            each.load_state_dict(_by_shape(each, torch))
    for training in (False, True):
        want.train(training), net.train(training)
        if training and any("Drop" in type(part).__name__ for part in want.modules()):
            break
        with torch.no_grad():
            y, z = want(x.clone()), net(x.clone())
        if y.shape != z.shape or not torch.allclose(y, z, rtol=1e-3, atol=1e-4 * max(1.0, float(y.abs().max()))):
            return f"WRONG: outputs differ by {(y - z).abs().max():.3g}" if y.shape == z.shape else "WRONG: shape"
    names = "" if not set(ours) ^ set(keys) else ", other names"
    return f"equal{names if in_order else ', weights in another order'}"


# -- in the parent -----------------------------------------------------------------------------------------------------


def texts(name: str, folder: Path) -> Iterator[tuple[str, str]]:
    """What is to be read, with a name."""
    for path in sorted(folder.glob("*.py")):
        line = LINES.get(f"{name}/{path.name}", "")
        yield path.name, path.read_text(encoding="utf-8") + (f"\n\n{line}\n" if line else "")
    for path in sorted(folder.glob("*.md")):
        cells = list(cells_of(path.read_text(encoding="utf-8")))
        for number, cell in enumerate(cells, 1):
            if re.search(r"nn\.(Sequential|Module|Lazy|Linear|Conv)|d2l\.(Classifier|Module|\w*Regression)\)", cell):
                yield f"{path.stem} cell {number}", cell
        if any("nn." in cell for cell in cells):
            yield f"{path.stem} whole", "\n\n".join(cells)


def cells_of(text: str) -> Iterator[str]:
    """The cells of the PyTorch edition."""
    for match in re.finditer(r"^```\{\.python[^\n]*\n(.*?)^```", text, re.M | re.S):
        cell = match[1]
        tab = re.match(r"\s*(?:%%tab|#@tab) ([^\n]*)\n", cell)
        if tab is not None and re.search(r"pytorch|all", tab[1]):
            yield cell[tab.end() :]


def run(text: str, seconds: int) -> str:
    """What a child says of a text."""
    try:
        with tempfile.TemporaryDirectory() as folder:  # some write files where they run
            done = subprocess.run([sys.executable, str(Path(__file__).resolve()), "--child"], input=text, text=True,
                                  capture_output=True, timeout=seconds, cwd=folder, check=False)
    except subprocess.TimeoutExpired:
        return "not ready in time"
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if not lines:
        return f"CRASH: {done.stderr.strip().splitlines()[-1][:150] if done.stderr.strip() else done.returncode}"
    return str(json.loads(lines[-1][7:]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", metavar="NAME=FOLDER")
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--child", action="store_true")
    options = parser.parse_args()
    if options.child:
        resource.setrlimit(resource.RLIMIT_AS, (24 << 30, 24 << 30))
        warnings.filterwarnings("ignore")
        sys.path.insert(0, str(ROOT))
        result = compared(sys.stdin.read())
        print("RESULT " + json.dumps(result))
        return 0
    print("| collection | file | outcome |\n|---|---|---|")
    wrong = 0
    for given in options.folders:
        name, _, folder = given.partition("=")
        for title, text in texts(name, Path(folder)):
            outcome = run(text, options.seconds)
            wrong += outcome.startswith(("WRONG", "CRASH"))
            print(f"| {name} | {title} | {outcome.replace('|', '/')} |", flush=True)
    print(f"\n{wrong} wrong")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
