"""Running the code of a person's own layers: made, tried on a small batch, stopped when it does not end."""

from __future__ import annotations

import linecache
import sys
import threading
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.layers.base import Shape
from engine.layers.code.source import CodeError, CodeNotAllowedError, CodeWaitsError, digest, is_allowed, outline
from engine.units import shape_text

if TYPE_CHECKING:
    from torch import nn

PATIENCE = 5.0  # seconds that a trial may take
PATIENCE_TO_IMPORT = 20.0  # seconds that the source itself may take: an import that is broken off leaves ruins
BATCH = 2
CODE_FILE = "<code "  # how the names begin under which its lines stand
loads_torch = True  # False while a window waits for PyTorch: then code is tried later


class StoppedCodeError(BaseException):
    """Raised inside code that runs too long."""


class Trial(NamedTuple):
    """What a trial showed; the shape is that of one example."""

    output_shape: Shape
    params: int
    trainable: int
    loose: bool  # keeps plain tensors, which PyTorch would not save


def file_of(source: str) -> str:
    """The name under which a source's lines stand in tracebacks."""
    return f"{CODE_FILE}{digest(source)[:12]}>"


@lru_cache(maxsize=256)
def _class_of(source: str) -> type[nn.Module]:
    import torch  # only where code runs
    from torch import nn  # only where code runs

    if not is_allowed(source):
        raise CodeNotAllowedError("This layer is code: agree to run it first")
    name, scope = file_of(source), {"torch": torch, "nn": nn, "__name__": "layer"}
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    exec(compile(source, name, "exec", dont_inherit=True), scope)
    made = scope[outline(source).name]
    if not (isinstance(made, type) and issubclass(made, nn.Module)):
        raise CodeError("{name} is not an nn.Module: write class {name}(nn.Module)", name=outline(source).name)
    return made


def instantiate(source: str, construction: str) -> nn.Module:
    """The module that a construction makes, its plain tensors made buffers. Raises CodeError, with the line."""
    try:
        return _made(source, construction)[0]
    except StoppedCodeError:
        raise
    except BaseException as error:  # a constructor may raise anything, such as SystemExit
        if isinstance(error, KeyboardInterrupt) and not is_raised_by(error, source):
            raise
        raise in_words(error, source) from error


def _made(source: str, construction: str) -> tuple[nn.Module, bool]:
    import torch  # only where code runs

    wanted = torch.get_default_device()
    with torch.device("cpu"):  # a constructor may read numbers, which the meta device does not have
        module: nn.Module = eval(construction, {outline(source).name: _class_of(source)})
    found = keep_constants(module)
    return (module.to(wanted) if wanted.type != "cpu" else module), found


def keep_constants(module: nn.Module) -> bool:
    """Make every plain tensor of the module a buffer, so that it is saved and moves along; whether there were any."""
    from torch import Tensor  # only where code runs

    found = False
    for part in module.modules():
        for name, value in list(vars(part).items()):
            if isinstance(value, Tensor):
                delattr(part, name)
                part.register_buffer(name, value)
                found = True
    return found


def tried(source: str, construction: str, shapes: tuple[Shape, ...]) -> Trial:
    """What a module of allowed code makes of two examples of these shapes. Raises CodeError, with the line."""
    if not loads_torch and "torch" not in sys.modules:
        raise CodeWaitsError("PyTorch is still loading: this code is tried in a moment")
    found = _remembered(source, construction, shapes)
    if isinstance(found, CodeError):
        raise found.alone()
    return found


@lru_cache(maxsize=1024)
def _remembered(source: str, construction: str, shapes: tuple[Shape, ...]) -> Trial | CodeError:
    """A failure too is remembered: what does not end is not tried again at every edit."""
    try:
        import torch  # noqa: F401  (only where code runs, and not in the thread that may be stopped)

        _in_time(lambda: _class_of(source), source, PATIENCE_TO_IMPORT)
        found: Trial = _in_time(lambda: _run(source, construction, shapes), source, PATIENCE)
    except CodeError as error:
        return error.alone()
    return found


def _run(source: str, construction: str, shapes: tuple[Shape, ...]) -> Trial:
    import torch  # only where code runs

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        module, loose = _made(source, construction)
        with torch.no_grad():
            output = module(*[torch.rand(BATCH, *shape) for shape in shapes])
    if not isinstance(output, torch.Tensor):
        kind = "nothing" if output is None else f"a {type(output).__name__}"
        raise CodeError("“forward” must return one tensor, but it returns {kind}", kind=kind)
    if output.dim() == 0 or output.shape[0] != BATCH:
        raise CodeError("“forward” must keep the batch as its first dimension: for {batch} examples it returns {shape}",
                        batch=BATCH, shape=shape_text(tuple(output.shape)) if output.dim() else "one number")
    weights = list(module.parameters())
    return Trial(tuple(output.shape[1:]), sum(weight.numel() for weight in weights),
                 sum(weight.numel() for weight in weights if weight.requires_grad), loose)


def _in_time(work: Callable[[], Any], source: str, patience: float) -> Any:
    """The work's result, done in a thread of its own that is stopped after so many seconds."""
    result: list[Any] = []

    def run() -> None:
        try:
            result.append(work())
        except BaseException as error:
            result.append(error)

    thread = threading.Thread(target=run, name="code trial", daemon=True)
    thread.start()
    thread.join(patience)
    if thread.is_alive():
        interrupt(thread.ident or 0)
        thread.join(1.0)
        raise CodeError("The code did not end within {seconds} seconds: does it loop for ever?",
                        seconds=f"{patience:g}")
    if isinstance(result[0], BaseException):
        raise in_words(result[0], source) from result[0]
    return result[0]


def interrupt(thread: int) -> None:
    """Raise StoppedCodeError in a thread, as soon as it runs Python."""
    import ctypes  # a millisecond of every start, for what seldom happens

    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(StoppedCodeError))


def in_words(error: BaseException, source: str) -> CodeError:
    """The error as a sentence, with the line of the source where it came up."""
    if isinstance(error, CodeError):
        return error
    line = line_of(error, source)
    first = (str(error).strip() or type(error).__name__).splitlines()[0][:300]
    reason = first if isinstance(error, (ImportError, NotImplementedError)) else f"{type(error).__name__}: {first}"
    if line is None:
        return CodeError("{reason}", reason=reason)
    return CodeError("Line {line}: {reason}", line=line, reason=reason)


def is_raised_by(error: BaseException, source: str) -> bool:
    """Whether the source itself raised the error, as against a key that was pressed while it ran."""
    import traceback  # only where code fails

    frames = traceback.extract_tb(error.__traceback__)
    return bool(frames) and frames[-1].filename == file_of(source) and (frames[-1].line or "").startswith("raise")


def line_of(error: BaseException, source: str) -> int | None:
    """The last line of the source that the error passed through, or None."""
    import traceback  # only where code fails

    name = file_of(source)
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == name]
    return lines[-1] if lines else None
