"""The documentation: the site builds, links work, and the pages are correct."""
