"""Builds the application. Nothing is opened before it starts, and everything is closed when it stops."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.responses import RedirectResponse

from app.attempts import Attempts
from app.database import Database
from app.middleware import add_middleware
from app.middleware.logs import configure_logging
from app.passwords import Passwords
from app.problems import documented, install_problem_handlers
from app.routes import comments, health, posts, users
from app.settings import Settings, load_settings
from app.startup import StartMigration
from app.tokens import Tokens

logger = logging.getLogger(__name__)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The blog, with these settings or the environment's: `uvicorn --factory app.factory:create_app`."""
    settings = settings or load_settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if settings.jwt_secret is None:
            logger.warning("JWT_SECRET is not set: tokens are valid for this process only")
        database = app.state.database = Database(settings)
        try:
            await app.state.migration.start(database_answers=await database.problem() is None)
            yield
        finally:
            await app.state.migration.stop()
            await database.close()

    configure_logging(settings.log_level)
    app = FastAPI(
        title="Blog",
        version="1.0.0",
        description="Users, posts and comments. Log in at `/token`; errors are problem details (RFC 9457).",
        lifespan=lifespan,
        redirect_slashes=False,
        # `list_posts`, not `list_posts_posts_get`: generated clients name their methods so.
        generate_unique_id_function=lambda route: route.name,
        # The errors of any request; each operation adds its own.
        responses=documented(400, 408, 413, 422, 500, 503),
    )
    app.state.migration = StartMigration(settings)
    app.state.tokens = Tokens(settings)
    app.state.passwords = Passwords()
    app.state.attempts = Attempts(settings)
    app.state.load_balancers = settings.forwarded_allow_ips
    for router in (posts.router, comments.router, users.router, health.router):
        app.include_router(router)
    install_problem_handlers(app)

    @app.get("/", include_in_schema=False)
    async def documentation() -> RedirectResponse:
        return RedirectResponse("/docs")

    add_middleware(app, settings)
    return app
