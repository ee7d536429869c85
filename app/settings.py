"""The settings from the environment, read once at the start; a wrong or missing value is named and stops the start."""

import secrets
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, PositiveFloat, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

# HS256 signs with SHA-256, and RFC 7518 section 3.2 requires a key that is at least as long as its output.
MIN_SECRET_BYTES = 32
MAX_TOKEN_MINUTES = 60
TLS_MODES = ("require", "verify-ca", "verify-full")

LowerCase = BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value)
Networks = tuple[IPv4Network | IPv6Network, ...]
PRIVATE_NETWORKS: Networks = tuple(map(IPv4Network, ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
LogLevel = Literal["debug", "info", "warning", "error", "critical"]


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


class Settings(BaseSettings):
    """Every setting is an environment variable of the same name in capitals: `port` is PORT."""

    # Values stay out of error messages: one of them is the signing key, another the database's password.
    model_config = SettingsConfigDict(frozen=True, hide_input_in_errors=True, env_ignore_empty=True)

    environment: Annotated[Literal["development", "production"], LowerCase] = "development"
    log_level: Annotated[LogLevel, LowerCase] = "info"
    jwt_secret: SecretStr | None = None
    jwt_secret_accepted: SecretStr | None = None
    token_minutes: int = Field(default=15, ge=1, le=MAX_TOKEN_MINUTES)

    # The database: a server by its parts, a server by its URL, or (neither) a file for development.
    database_host: str | None = None
    database_port: int = Field(default=5432, ge=1, le=65535)
    database_name: str | None = None
    database_user: str | None = None
    database_password: SecretStr | None = None
    database_url: SecretStr | None = None
    database_sslmode: Literal["disable", "prefer", "require", "verify-ca", "verify-full"] | None = None
    sqlite_path: Path = Path("blog.db")
    # Ten tasks, twenty during a rolling deployment, with three connections and one for /ready need 80; docs/blog.md
    # says how many each instance class allows.
    database_pool_size: int = Field(default=3, ge=1, le=100)
    database_pool_timeout: PositiveFloat = 5
    # Off if a release step migrates: then only it does.
    migrate_on_start: bool = True
    migrate_timeout: PositiveFloat = 300

    # The listener. Connections from these networks are from a load balancer, whose addresses are private and change;
    # the security group allows no others to the port. addresses.py says which of its headers are trusted.
    port: int = Field(default=8000, ge=1, le=65535)
    forwarded_allow_ips: Annotated[Networks, NoDecode, BeforeValidator(_split)] = PRIVATE_NETWORKS
    # Longer than the load balancer's idle timeout (60 s), so that the service never closes a connection
    # on which the load balancer is sending a request; it would answer its client with 502.
    keep_alive: int = Field(default=75, ge=1)
    # After SIGTERM: keep serving normally, then finish requests in progress. The sum of the two must be
    # less than the task's stop timeout (30 s), after which ECS kills the task.
    shutdown_delay: float = Field(default=15, ge=0)
    request_timeout: PositiveFloat = 10

    # Web pages of these origins may call the service, such as https://blog.example.com; none unless set.
    cors_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)] = ()

    max_body_bytes: int = Field(default=256 * 1024, ge=1024)
    max_held_bytes: int = Field(default=64 * 1024 * 1024, ge=1024)
    login_attempts: int = Field(default=5, ge=1)
    login_attempts_per_address: int = Field(default=50, ge=1)
    registrations_per_address: int = Field(default=20, ge=1)
    login_window_seconds: int = Field(default=300, ge=1)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        problems = [*self._database_problems(), *self._production_problems()]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _database_problems(self) -> list[str]:
        if self.database_url is not None:
            if self.database_host is not None:
                return ["set DATABASE_URL or DATABASE_HOST, not both"]
            try:
                url = make_url(self.database_url.get_secret_value())
            except ArgumentError:
                return ["DATABASE_URL is not a URL such as postgresql://user:password@host:5432/name"]
            if url.drivername not in ("postgresql", "postgres", "postgresql+psycopg", "sqlite"):
                return [f"DATABASE_URL starts with {url.drivername!r}, but only postgresql and sqlite are supported"]
            if url.drivername == "sqlite" and url.database in (None, "", ":memory:"):
                return ["DATABASE_URL names no file, and a database in memory cannot have a second connection"]
            return []
        if self.database_host is None:
            return []
        parts = ("database_name", "database_user", "database_password")
        return [f"{part.upper()} is missing, and DATABASE_HOST needs it" for part in parts if not getattr(self, part)]

    def _production_problems(self) -> list[str]:
        problems = []
        if self.jwt_secret is None and self.production:
            problems.append("JWT_SECRET is missing, and ENVIRONMENT=production requires it")
        for name, secret in (("JWT_SECRET", self.jwt_secret), ("JWT_SECRET_ACCEPTED", self.jwt_secret_accepted)):
            if secret is not None and len(secret.get_secret_value().encode()) < MIN_SECRET_BYTES:
                problems.append(f"{name} is shorter than {MIN_SECRET_BYTES} bytes")
        if not self.production or self._database_problems():
            return problems
        url = self.database
        if url.get_backend_name() == "sqlite":
            problems.append("DATABASE_HOST or DATABASE_URL must name a PostgreSQL database for ENVIRONMENT=production")
        elif url.query.get("sslmode") not in TLS_MODES:
            problems.append("DATABASE_SSLMODE (or sslmode in DATABASE_URL) must be one of " + ", ".join(TLS_MODES))
        return problems

    @property
    def production(self) -> bool:
        """Whether weak defaults are refused."""
        return self.environment == "production"

    @property
    def database(self) -> URL:
        """The database's address with the driver for synchronous use; `database.py` adds the other."""
        if self.database_url is not None:
            url = make_url(self.database_url.get_secret_value())
        elif self.database_host is not None:
            password = self.database_password.get_secret_value() if self.database_password else None
            url = URL.create(
                "postgresql",
                self.database_user,
                password,
                self.database_host,
                self.database_port,
                self.database_name,
            )
        else:
            return URL.create("sqlite", database=str(self.sqlite_path))
        if url.get_backend_name() == "sqlite":
            return url
        url = url.set(drivername="postgresql+psycopg")
        if self.database_sslmode is not None:
            return url.update_query_dict({"sslmode": self.database_sslmode})
        if self.production and "sslmode" not in url.query:
            return url.update_query_dict({"sslmode": "require"})
        return url

    def signing_key(self) -> str:
        """JWT_SECRET, or a random key, with which tokens are valid only as long as the process runs."""
        return self.jwt_secret.get_secret_value() if self.jwt_secret else secrets.token_urlsafe(48)

    def accepted_keys(self) -> tuple[str, ...]:
        """Keys whose tokens are accepted although none is signed with them."""
        return (self.jwt_secret_accepted.get_secret_value(),) if self.jwt_secret_accepted else ()


def load_settings() -> Settings:
    """The settings of this process's environment; errors end the process, with a line for each."""
    try:
        return Settings()
    except ValidationError as error:
        lines = []
        for problem in error.errors(include_url=False, include_context=False, include_input=False):
            name = ".".join(str(part).upper() for part in problem["loc"])
            message = problem["msg"].removeprefix("Value error, ")
            lines.extend([f"{name}: {message}"] if name else message.split("; "))
        raise SystemExit("\n".join(f"error: {line}" for line in lines)) from None
