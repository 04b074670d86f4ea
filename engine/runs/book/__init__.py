"""All runs that were kept, as a laboratory book: what each was, what it changed and what it came to. No torch."""
