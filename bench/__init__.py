"""Side-by-side measurements: every figure is a ratio to a peer or a floor that ran in the same minute on this machine."""
