"""Networks as lines of text: read, written, completed while one types."""
