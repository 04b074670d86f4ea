"""Which data and how prepared: frozen values, no torch."""
