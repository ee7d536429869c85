"""The documentation: the site builds, links lead somewhere, and what the pages show is true."""
