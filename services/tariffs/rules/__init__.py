"""Pure rules: numbers in, numbers out; no files, clock, database, HTTP or settings. Read tariff.py first."""
