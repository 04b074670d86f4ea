"""Python in colours, a line at a time: only what a string over several lines needs is carried on.

Qt highlights block by block and again after every keystroke; a lexer for whole files (Pygments) would read all above
the cursor anew each time, or lose its way inside such a string.
"""

from __future__ import annotations

import builtins
import keyword
import re

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QColor, QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from widgets.look import theme
from widgets.look.guarded import guarded

_WORDS = {
    **dict.fromkeys((*keyword.kwlist, "match", "case"), "keyword"),
    **dict.fromkeys((name for name in dir(builtins) if not name.startswith("_")), "builtin"),
    **dict.fromkeys(("self", "cls", "torch", "nn"), "builtin"),
    **dict.fromkeys(("True", "False", "None"), "number"),
}
_TOKEN = re.compile(
    r"""
    (?P<comment>\#.*)
  | (?P<open>(?i:\b(?:r|u|b|f|br|rb|fr|rf))?(?:'{3}|"{3}))
  | (?P<string>(?i:\b(?:r|u|b|f|br|rb|fr|rf))?(?:'(?:[^'\\\n]|\\.)*'?|"(?:[^"\\\n]|\\.)*"?))
  | (?P<number>\b(?:0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?j?)\b)
  | (?P<decorator>^\s*@\s*[\w.]+)
  | (?P<defined>\b(?:def|class)\s+\w+)
  | (?P<attribute>\.\s*[^\W\d]\w*)
  | (?P<word>[^\W\d]\w*)
    """,
    re.VERBOSE,
)
_NONE, _SINGLE, _DOUBLE = -1, 1, 2
_ENDS = {_SINGLE: re.compile(r"(?:[^'\\]|\\.|'(?!''))*'''"), _DOUBLE: re.compile(r'(?:[^"\\]|\\.|"(?!""))*"""')}


@guarded
class PythonHighlighter(QSyntaxHighlighter):
    """Colours of the current theme; follows when it changes."""

    def __init__(self, document: QTextDocument, watched: QObject) -> None:
        super().__init__(document)
        self._formats = _formats()
        self._looks = theme.current()
        self._plain = False
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the new theme's colours."""
        if event.type() == QEvent.Type.StyleChange and self._looks is not theme.current():
            self._looks, self._formats = theme.current(), _formats()
            self.rehighlight()
        return super().eventFilter(watched, event)

    def set_plain(self, plain: bool) -> None:
        """No colours at all: the text is not what it seems."""
        if plain != self._plain:
            self._plain = plain
            self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        """One line."""
        at = self._rest_of_string(text, 0, self.previousBlockState())
        while at is not None:
            found = _TOKEN.search(text, at)
            if found is None:
                self.setCurrentBlockState(_NONE)
                return
            at = self._take(text, found)

    def _take(self, text: str, found: re.Match[str]) -> int | None:
        """Colour one token; where to go on, or None when the line's end is inside a string."""
        kind, start, end = str(found.lastgroup), found.start(), found.end()
        if kind == "open":
            self._paint(start, end, "string")
            return self._rest_of_string(text, end, _SINGLE if found[0].endswith("'") else _DOUBLE)
        if kind == "defined":
            word = re.match(r"\w+", found[0])
            assert word is not None
            self._paint(start, start + word.end(), "keyword")
            self._paint(start + word.end(), end, "defined")
        elif kind == "word":
            self._paint(start, end, _WORDS.get(found[0], ""))
        else:
            self._paint(start, end, kind)
        return end

    def _rest_of_string(self, text: str, start: int, state: int) -> int | None:
        """Colour what belongs to a string in triple quotes that is open at ``start``; where it ends, or None."""
        if state not in _ENDS:
            return start
        found = _ENDS[state].match(text, start)
        end = found.end() if found else len(text)
        self._paint(start, end, "string")
        if found is None:
            self.setCurrentBlockState(state)
            return None
        return end

    def _paint(self, start: int, end: int, kind: str) -> None:
        if kind in self._formats and not self._plain:
            self.setFormat(start, end - start, self._formats[kind])


def _formats() -> dict[str, QTextCharFormat]:
    formats = {}
    for kind, color in theme.code_colors().items():
        formats[kind] = QTextCharFormat()
        formats[kind].setForeground(QColor(color))
    formats["defined"].setFontWeight(QFont.Weight.DemiBold)
    formats["comment"].setFontItalic(True)
    return formats
