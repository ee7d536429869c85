"""Tasks that RunTask starts end at once: with exit code 1 where the command is `false`, with 0 for any other.

On AWS such a task runs its command and is then stopped:
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html
"""

from typing import Any

from .ministack_modules import service

_REASON = "Essential container in task exited"


def install() -> None:
    """Stop such a task when it is described."""
    ecs = service("ecs")
    describe = ecs._ACTION_MAP["DescribeTasks"]

    def describe_tasks(data: dict[str, Any]) -> Any:  # noqa: ANN401 - ministack is not typed
        for arn in data.get("tasks", ()):
            task = ecs._tasks.get(arn)
            if task and task["lastStatus"] == "RUNNING" and not task.get("group", "").startswith("service:"):
                ecs._mark_task_stopped(arn, task, _REASON, "EssentialContainerExited", exit_code=_exit_code(task))
        return describe(data)

    ecs._ACTION_MAP["DescribeTasks"] = describe_tasks


def _exit_code(task: dict[str, Any]) -> int:
    definition = service("ecs")._task_defs[task["taskDefinitionArn"].rpartition("/")[2]]
    return int(definition["containerDefinitions"][0].get("command") == ["false"])
