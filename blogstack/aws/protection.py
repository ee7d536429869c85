"""What AWS protects from deletion."""

from __future__ import annotations

from blogstack.aws.session import AwsError, Session

DATABASE, LOAD_BALANCER = "AWS::RDS::DBInstance", "AWS::ElasticLoadBalancingV2::LoadBalancer"


def is_protected(session: Session, type: str, id: str) -> bool:
    """Whether a resource's deletion protection is on; False for one that is gone, or has no such setting.

    Args:
        session: Session with AWS.
        type: Its resource type.
        id: Its physical ID.

    Raises:
        AwsError: when a call fails.
    """
    try:
        if type == DATABASE:
            databases = session.call("rds", "describe_db_instances", DBInstanceIdentifier=id)["DBInstances"]
            return any(each.get("DeletionProtection", False) for each in databases)
        if type == LOAD_BALANCER:
            answer = session.call("elbv2", "describe_load_balancer_attributes", LoadBalancerArn=id)
            return {"Key": "deletion_protection.enabled", "Value": "true"} in answer["Attributes"]
    except AwsError as error:
        if error.code in ("DBInstanceNotFound", "DBInstanceNotFoundFault", "LoadBalancerNotFound"):
            return False
        raise
    return False
