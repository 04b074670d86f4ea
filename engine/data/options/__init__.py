"""Parts of a DataSpec with fields of their own: frozen values, no torch."""
