"""TLS in front of a Unix socket: python tls.py PORT CERTIFICATE SOCKET."""

import asyncio
import contextlib
import ssl
import sys
from asyncio import StreamReader, StreamWriter


async def copy(reader: StreamReader, writer: StreamWriter) -> None:
    """Pass on what comes until its sender ends or the receiver is gone."""
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def serve(port: int, certificate: str, target: str) -> None:
    """Serve until the process ends."""

    async def connect(reader: StreamReader, writer: StreamWriter) -> None:
        target_reader, target_writer = await asyncio.open_unix_connection(target)
        await asyncio.gather(copy(reader, target_writer), copy(target_reader, writer))

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = await asyncio.start_server(connect, "127.0.0.1", port, ssl=context)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2], sys.argv[3]))
