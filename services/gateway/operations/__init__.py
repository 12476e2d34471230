"""What the gateway does itself: one module per use case."""
