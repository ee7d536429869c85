"""Templates before and after -> what a deployment does: which resources change, how, and because of which line."""
