"""Writing files so that nothing is ever half written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from engine.messages import LayerloomError


class WriteError(LayerloomError):
    """A file could not be written; what was there before is untouched."""


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Let ``write`` fill a temporary file beside ``path``, then rename it into place. Raises WriteError."""
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=path.suffix)
        os.close(handle)
        temporary = Path(name)
        write(temporary)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        raise WriteError("{path} could not be written: {reason}. Nothing was changed.", path=path,
                         reason=reason_of_os_error(error)) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write text atomically; half characters, which no file can hold, become “?”. Raises WriteError."""
    write_atomically(path, lambda temporary: temporary.write_text(text, encoding="utf-8", errors="replace"))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def reason_of_os_error(error: OSError) -> str:
    """What the operating system says, in lower case and without numbers: ``no space left on device``."""
    text = error.strerror or str(error)
    return text[:1].lower() + text[1:]
