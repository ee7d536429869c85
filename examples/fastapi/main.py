import os

import psycopg
from fastapi import FastAPI, Response

app = FastAPI()


def connect() -> psycopg.Connection:
    return psycopg.connect(
        host=os.environ["DATABASE_HOST"],
        port=os.environ["DATABASE_PORT"],
        dbname=os.environ["DATABASE_NAME"],
        user=os.environ["DATABASE_USER"],
        password=os.environ["DATABASE_PASSWORD"],
        sslmode=os.environ["DATABASE_SSLMODE"],
        connect_timeout=1,
    )


@app.get("/")
def products() -> list[str]:
    with connect() as connection:
        return [name for (name,) in connection.execute("SELECT name FROM products ORDER BY name")]


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/ready")
def ready(response: Response) -> dict[str, str]:
    try:
        with connect() as connection:
            connection.execute("SELECT 1")
    except psycopg.Error as error:
        response.status_code = 503
        return {"status": type(error).__name__}
    return {"status": "ok"}
