"""One function per use case: load, look up, calculate, save, commit."""
