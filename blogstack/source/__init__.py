"""The user's text as data in which every value knows its place."""
