"""Details of secrets, databases and topics that ministack ignores."""

import json
from typing import Any

from .api import call
from .ministack_modules import ministack, service
from .resource_types import Props, extend

# Attributes of a topic that CreateTopic and SetTopicAttributes take under the properties' names:
# https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
TOPIC_ATTRIBUTES = ("DisplayName", "KmsMasterKeyId", "SignatureVersion", "TracingConfig")

LOGS = "EnabledCloudwatchLogsExports"


def install() -> None:
    """Correct the types."""
    provisioners = ministack("services.cloudformation.provisioners")
    provisioners._sm_secret_string = _secret_string
    extend("AWS::RDS::DBInstance", amend=_amend_instance)
    extend("AWS::SNS::Topic", amend=_amend_topic)
    rds = service("rds")
    show = rds._instance_xml

    def shown(instance: dict[str, Any]) -> str:
        members = "".join(f"<member>{name}</member>" for name in instance.get(LOGS, []))
        text: str = show(instance)
        return text.replace(f"<{LOGS}/>", f"<{LOGS}>{members}</{LOGS}>")

    rds._instance_xml = shown


def _secret_string(props: Props) -> str:
    """CloudFormation generates with GetRandomPassword and all of its properties."""
    generate = props.get("GenerateSecretString")
    if generate is None:
        return str(props.get("SecretString", ""))
    template, key = generate.get("SecretStringTemplate"), generate.get("GenerateStringKey")
    if (template is None) != (key is None):
        raise ValueError("SecretStringTemplate and GenerateStringKey go together")
    options = {name: value for name, value in generate.items() if not name.endswith(("Template", "Key"))}
    password = str(call("secretsmanager", "GetRandomPassword", options)["RandomPassword"])
    return password if template is None else json.dumps({**json.loads(template), key: password})


def _amend_topic(arn: str, props: Props, _attributes: dict[str, Any]) -> None:
    for name in TOPIC_ATTRIBUTES:
        if name in props:
            service("sns")._topics[arn]["attributes"][name] = str(props[name])


def _amend_instance(instance_id: str, props: Props, _attributes: dict[str, Any]) -> None:
    instance = service("rds")._instances[instance_id]
    # In the schema the property is called as the parameter of the call, in the answer otherwise:
    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstance.html
    instance[LOGS] = list(props.get("EnableCloudwatchLogsExports", []))
    instance["PerformanceInsightsRetentionPeriod"] = int(props.get("PerformanceInsightsRetentionPeriod", 7))
