"""A network as figures and tables for papers."""
