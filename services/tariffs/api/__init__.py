"""Routes, one module per resource: HTTP in, HTTP out; no arithmetic, no SQL."""
