"""What was changed from one run to the next, in the words of a person."""

from engine.compare.telling.telling import in_one_line, what_changed

__all__ = ["in_one_line", "what_changed"]
