"""What at least two services need and what would read the same in a bank or a tax office."""
