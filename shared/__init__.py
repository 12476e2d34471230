"""What at least two services need and what would read the same in a bank or a tax office."""

__version__ = "0.1.0"
"""Version of the software, in every receipt. Images install dependencies only, so it cannot be read from metadata."""
