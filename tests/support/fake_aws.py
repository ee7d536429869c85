"""Answers of AWS for states that the emulated AWS cannot reach, each checked against botocore's model of the call.

Nothing of blogstack or boto3 is replaced: a real session, real clients and paginators, whose calls get their answer
from here instead of from the network. A parameter or an answer that AWS's API does not have fails the test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from botocore.model import OperationModel
from botocore.validate import ParamValidator

from blogstack.aws.session import Session

Answer = Mapping[str, Any] | Callable[[Mapping[str, Any]], Mapping[str, Any]] | list[Any] | Exception


class Refusal(Exception):
    """The error that a service answers with, by its code and its message."""

    def __init__(self, code: str, message: str = "", status: int = 400) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.status = status


class FakeAws:
    """A session whose calls get these answers.

    Args:
        answers: By `service:Operation`, as in `ecs:DescribeServices`: an answer, a function of the call's parameters, a
            Refusal or another exception, or a list of these, one for each call, of which the last one stays.
            A call without an answer fails the test.

    Attributes:
        calls: Operation and parameters of each call, in order.
    """

    def __init__(self, answers: Mapping[str, Answer], region: str = "eu-west-1") -> None:
        self._answers = dict(answers)
        self.calls: list[tuple[str, Mapping[str, Any]]] = []
        self.session = Session(region)
        underlying = self.session._session
        underlying._session.set_credentials("123456789012", "fake")
        underlying.events.register("before-parameter-build.*.*", self._remember)
        underlying.events.register("before-call.*.*", self._answer)

    def called(self, operation: str) -> list[Mapping[str, Any]]:
        """The parameters of the calls of an operation."""
        return [parameters for name, parameters in self.calls if name == operation]

    def _remember(self, params: Mapping[str, Any], context: dict[str, Any], **_: object) -> None:
        context["parameters"] = dict(params)

    def _answer(self, model: OperationModel, context: dict[str, Any], **_: object) -> tuple[Any, Mapping[str, Any]]:
        name = f"{model.service_model.service_name}:{model.name}"
        parameters = context["parameters"]
        self.calls.append((name, parameters))
        assert name in self._answers, f"no answer for {name} {parameters}"
        answer = self._answers[name]
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if callable(answer):
            answer = answer(parameters)
        if isinstance(answer, Refusal):
            body = {"Error": {"Code": answer.code, "Message": answer.message}}
            return SimpleNamespace(status_code=answer.status, headers={}), body
        if isinstance(answer, Exception):
            raise answer
        if model.output_shape is not None:
            problems = ParamValidator().validate(dict(answer), model.output_shape)
            assert not problems.has_errors(), f"AWS never answers {name} so: {problems.generate_report()}"
        return SimpleNamespace(status_code=200, headers={}), {**answer, "ResponseMetadata": {"HTTPStatusCode": 200}}
