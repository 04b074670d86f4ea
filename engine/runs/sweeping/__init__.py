"""A sweep's runs in processes, its folder, and how it goes on after whatever has ended it."""
