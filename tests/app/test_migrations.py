"""The schema: up, down, equal to the models, and created once if many processes migrate."""

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import psutil
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, text

from app.database import begin_at_once, prepare_sqlite
from app.migrate import LOCK, alembic_config, connect, migrate
from app.models import Base
from app.settings import Settings
from tests.app.next_version import release
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
            with connect(settings) as connection:
                command.downgrade(alembic_config(connection), "base")
            assert inspect(engine).get_table_names() == ["alembic_version"]
    finally:
        engine.dispose()


def test_a_second_migration_changes_nothing(settings: Settings) -> None:
    migrate(settings)
    migrate(settings)


def test_processes_that_migrate_at_once(
    settings: Settings, database_environment: dict[str, str], tmp_path: Path
) -> None:
    engine = create_engine(settings.database)
    sqlite = engine.dialect.name == "sqlite"
    if sqlite:
        prepare_sqlite(engine)
        begin_at_once(engine)
    started: list[subprocess.Popen[str]] = []
    outputs = [tmp_path / str(number) for number in range(PROCESSES)]

    def all_wait() -> bool:
        if sqlite:
            path = str(settings.sqlite_path)
            return all(path in [file.path for file in psutil.Process(one.pid).open_files()] for one in started)
        return all("another process is migrating" in output.read_text() for output in outputs)

    # The test holds the lock until all of them wait for it, so that they really meet.
    with ExitStack() as files, engine.begin() as connection:
        if not sqlite:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        started += [
            subprocess.Popen(
                [sys.executable, "-m", "app.migrate"],
                cwd=ROOT,
                env=database_environment,
                stdout=files.enter_context(output.open("w")),
                stderr=subprocess.STDOUT,
                text=True,
            )
            for output in outputs
        ]
        eventually(all_wait)
        assert inspect(connection).get_table_names() == []
    for process in started:
        process.wait(timeout=60)
    logs = [output.read_text() for output in outputs]
    engine.dispose()
    assert [process.returncode for process in started] == [0] * PROCESSES, "\n".join(logs)
    assert "".join(logs).count("Running upgrade  -> 0001") == 1


def test_a_database_that_stays_away_fails_the_migration(postgres: Postgres) -> None:
    environment = postgres.environment(postgres.create_database())
    postgres.stop()
    done = release(ROOT, environment | {"MIGRATE_TIMEOUT": "2"})
    assert done.returncode == 1
    assert "the migration failed: gave up after 2 s: OperationalError" in done.stdout
    assert "Traceback" not in done.stdout
    assert environment["DATABASE_PASSWORD"] not in done.stdout
