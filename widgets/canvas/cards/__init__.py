"""Cards: what they say and how they look."""
