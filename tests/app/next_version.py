"""The blog's next version, in a temporary folder: a copy of `app/` with a migration 0002 and the code for it."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.app.service import ROOT

REVISION = '''"""{message}."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{after}"


def upgrade() -> None:
    """Make the change."""
    {upgrade}


def downgrade() -> None:
    """Take it back."""
    {downgrade}
'''
VIEWS = 'op.add_column("posts", sa.Column("views", sa.BigInteger(), server_default="0", nullable=False))'
NO_VIEWS = 'op.drop_column("posts", "views")'


def add_revision(folder: Path, revision: str, after: str, upgrade: str, downgrade: str = "pass") -> None:
    """Write one more migration into this version."""
    text = REVISION.format(
        message=f"Revision {revision}", revision=revision, after=after, upgrade=upgrade, downgrade=downgrade
    )
    (folder / "app/migrations/versions" / f"{revision}_next.py").write_text(text)


def expanded(folder: Path) -> Path:
    """A version that adds a column to the posts and uses it."""
    shutil.copytree(ROOT / "app", folder / "app", ignore=shutil.ignore_patterns("__pycache__"))
    add_revision(folder, "0002", "0001", VIEWS, NO_VIEWS)
    models = folder / "app/models.py"
    title = "    title: Mapped[str] = mapped_column(String(200))\n"
    source = models.read_text()
    assert source.count(title) == 1
    models.write_text(source.replace(title, title + '    views: Mapped[int] = mapped_column(server_default="0")\n'))
    return folder


def contracted(folder: Path) -> Path:
    """A version that removes something that the current version needs."""
    add_revision(expanded(folder), "0003", "0002", 'op.drop_column("users", "bio")')
    return folder


def release(folder: Path, environment: dict[str, str], seconds: float = 60) -> subprocess.CompletedProcess[str]:
    """This version's release step, as ECS runs it before a deployment."""
    return subprocess.run(
        [sys.executable, "-m", "app.migrate"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds,
    )
