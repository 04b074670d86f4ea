"""Taking the work away as files, each proved."""
