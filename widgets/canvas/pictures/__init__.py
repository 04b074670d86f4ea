"""Pictures of networks: as files, on the start page, and of what would be."""
