"""The part of the package's metadata that setup.cfg cannot express: README.md with links that also work on PyPI."""

import re
from configparser import ConfigParser
from pathlib import Path

from setuptools import setup

ROOT = Path(__file__).parent
IMAGES = (".png", ".svg")


def with_absolute_links(text: str, repository: str, version: str) -> str:
    """A page of the repository's root whose relative links point to the tag of a version on GitHub."""

    def absolute(link: re.Match[str]) -> str:
        path = link[1]
        kind = "raw" if path.partition("#")[0].endswith(IMAGES) else "blob"
        return f"]({repository}/{kind}/v{version}/{path})"

    return re.sub(r"\]\((?!\w+:|#)([^)\s]+)\)", absolute, text)


if __name__ == "__main__":
    declared = ConfigParser()
    declared.read(ROOT / "setup.cfg")
    metadata = declared["metadata"]
    readme = (ROOT / "README.md").read_text("utf-8")
    setup(long_description=with_absolute_links(readme, metadata["url"], metadata["version"]))
