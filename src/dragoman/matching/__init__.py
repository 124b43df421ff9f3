"""Which predicted item goes with which gold item: one to one, optimal, and independent of order."""
