"""Parts of the window that stand on their own: each says which commands it does and what it wants of a page."""
