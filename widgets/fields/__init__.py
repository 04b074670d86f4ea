"""Fields and forms for the options of frozen values."""
