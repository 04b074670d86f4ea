"""A text file that grows: a line costs the same however long the file is."""

from __future__ import annotations

from pathlib import Path

from engine.files import WriteError, reason_of_os_error, write_text


class Lines:
    """Lines are held back until ``flush``; those that could not be written come with the next. What a full disk left of
    a line is written over."""

    def __init__(self, path: Path, head: str = "") -> None:
        """``head`` is what the file begins with; whatever it holds now is replaced."""
        self.path, self._head, self._size = path, head, 0
        self._waiting: list[str] = []
        self._written: list[str] = []  # a folder may vanish under a run

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write yet."""
        return not self._head

    def head_with(self, head: str) -> None:
        """What a file begins with that has no head yet."""
        self._head = self._head or head

    @property
    def first(self) -> str:
        """The first line that the file begins with; empty where it has no head yet."""
        return self._head[:max(0, self._head.find("\n"))]

    @property
    def text(self) -> str:
        """All that was given so far, what waits included."""
        return "".join([self._head, *self._written, *self._waiting])

    def replace(self, text: str) -> None:
        """From the next ``flush`` on the file holds this in place of all that was given."""
        self._head, self._size, self._written, self._waiting = text, 0, [], []

    def add(self, line: str) -> None:
        """Hold one back."""
        self._waiting.append(line + "\n")

    def begin_again(self) -> None:
        """The file is gone, with its folder: all of it is written with the next flush."""
        self._size = 0

    def flush(self) -> None:
        """Write what waits. Raises WriteError."""
        if not self._waiting and (self._size or not (self._head or self._written)):
            return
        if self._size and self.path.exists():
            content = "".join(self._waiting).encode("utf-8", errors="replace")
            self._append(content)
            self._size += len(content)
        else:
            text = self.text
            write_text(self.path, text)
            self._size = len(text.encode("utf-8", errors="replace"))
        self._written += self._waiting
        self._waiting = []

    def _append(self, content: bytes) -> None:
        try:
            with self.path.open("r+b") as file:
                file.seek(self._size)
                file.write(content)
                file.truncate()
        except OSError as error:
            raise WriteError("{path} could not be written: {reason}", path=self.path,
                             reason=reason_of_os_error(error)) from error
