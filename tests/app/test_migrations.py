"""The schema: up, down, equal to the models, and made once when many make it."""

import subprocess
import sys

import psutil
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, text

from app.database import prepare_sqlite
from app.migrate import alembic_config, migrate
from app.models import Base
from app.settings import Settings
from tests.app.postgres import Postgres
from tests.app.service import ROOT, eventually

PROCESSES = 4


def differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def test_migrations_make_what_the_models_say_and_take_it_back(settings: Settings) -> None:
    engine = create_engine(settings.database)
    try:
        for _ in range(2):
            migrate(settings)
            assert differences(engine) == []
            command.downgrade(alembic_config(settings), "base")
            assert inspect(engine).get_table_names() == ["alembic_version"]
    finally:
        engine.dispose()


def test_a_second_migration_changes_nothing(settings: Settings) -> None:
    migrate(settings)
    migrate(settings)


def test_processes_that_migrate_at_once(settings: Settings, database_environment: dict[str, str]) -> None:
    engine = create_engine(settings.database)
    sqlite = engine.dialect.name == "sqlite"
    if sqlite:
        prepare_sqlite(engine)
    started: list[subprocess.Popen[str]] = []

    def all_wait() -> bool:
        if sqlite:
            path = str(settings.sqlite_path)
            return all(path in [file.path for file in psutil.Process(one.pid).open_files()] for one in started)
        with engine.connect() as other:
            waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            return bool(other.scalar(text(waiting)) == PROCESSES)

    # The test holds the lock until all of them wait for it, so that they really meet.
    with engine.begin() as connection:
        if not sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(7265110)"))
        started += [
            subprocess.Popen(
                [sys.executable, "-m", "app.migrate"],
                cwd=ROOT,
                env=database_environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            for _ in range(PROCESSES)
        ]
        eventually(all_wait)
        assert inspect(connection).get_table_names() == []
    logs = [process.communicate(timeout=60)[0] for process in started]
    engine.dispose()
    assert [process.returncode for process in started] == [0] * PROCESSES, "\n".join(logs)
    assert "".join(logs).count("Running upgrade  -> 0001") == 1


def test_a_database_that_is_away_fails_the_migration(postgres: Postgres) -> None:
    environment = postgres.environment(postgres.create_database())
    postgres.stop()
    done = subprocess.run(
        [sys.executable, "-m", "app.migrate"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "the migration failed; the database is as it was" in done.stdout
    assert environment["DATABASE_PASSWORD"] not in done.stdout
