"""Side-by-side measurements: every figure is a ratio to a peer or a floor that ran in the same run on this machine."""
