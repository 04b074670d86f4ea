"""Two networks side by side: what is another, and both in one graph."""
