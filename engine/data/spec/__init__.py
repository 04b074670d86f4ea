"""Which data and how prepared: a frozen value that asks its source; and reading it."""
