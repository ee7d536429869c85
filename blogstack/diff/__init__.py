"""Templates of two moments -> what a deployment does: which resources change, how, because of which line."""
