"""The scene: shows a graph and what is known of it, always by difference."""
