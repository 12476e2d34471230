"""Pure values: money, exact numbers, dated values, sources, steps and receipts.

Nothing here opens a file, reads a clock, logs, or knows that HTTP and databases exist.
"""
