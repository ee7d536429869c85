"""The application object that a server imports: `uvicorn app.main:app`. The container runs `python -m app`."""

from app.factory import create_app
from app.settings import load_settings

app = create_app(load_settings())
