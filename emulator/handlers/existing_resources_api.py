"""The ASGI layer through which a test adds resources that exist before any stack: `POST /_existing`."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from . import existing_resources

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


def with_existing_resources(application: Application) -> Application:
    """The application, with `POST /_existing` in front of it."""

    async def layered(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/_existing":
            await application(scope, receive, send)
            return
        headers = {key.decode().lower(): value.decode() for key, value in scope["headers"]}
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        try:
            existing_resources.add(json.loads(body), headers["x-emulated-account"], headers["x-emulated-region"])
        except (ValueError, KeyError, TypeError) as error:
            await _answer(send, 400, repr(error))
        else:
            await _answer(send, 200, "")

    return layered


async def _answer(send: Send, status: int, text: str) -> None:
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": text.encode()})
