"""The picture of what will be built."""
