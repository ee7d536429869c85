"""The database stack: PostgreSQL on RDS, its secrets and its network; its policies prevent accidental deletion."""

from __future__ import annotations

from troposphere import AWSObject, GetAtt, Ref, Sub, ec2, iam, rds, secretsmanager

from blogstack.blueprint import logical_ids as ids
from blogstack.blueprint import names
from blogstack.blueprint.database import Database
from blogstack.blueprint.names import Output
from blogstack.facts.iam import allow
from blogstack.templates.policies import policy, trust
from blogstack.templates.secrets import secret_value
from blogstack.templates.stack import Stack, make_log_group, make_tags, no_egress, to_template

_ORIGIN = "database"
# https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html (EngineLifecycleSupport)
_LIFECYCLES = {True: "open-source-rds-extended-support", False: "open-source-rds-extended-support-disabled"}
_MONITORING_SECONDS = 60


def lower(database: Database) -> Stack:
    """Build the database stack."""
    stack = Stack(names.DATABASE, database.stack, f"{database.title}: the database")
    secret = _add_secret(stack, database)
    group = _add_security_group(stack, database)
    instance = _add_instance(stack, database, secret, group)
    stack.add(
        secretsmanager.SecretTargetAttachment(
            ids.DATABASE_SECRET_ATTACHMENT,
            SecretId=Ref(secret),
            TargetId=Ref(instance),
            TargetType="AWS::RDS::DBInstance",
        ),
        _ORIGIN,
    )
    stack.export(Output.DATABASE_SECRET_ARN, "Secret with host, port, database name, user and password", Ref(secret))
    if database.has_url:
        url = _add_url(stack, database, secret, instance)
        stack.export(Output.DATABASE_URL_SECRET_ARN, "Secret with the URL of the database", Ref(url))
    stack.export(Output.DATABASE_SECURITY_GROUP_ID, "Security group of the database", GetAtt(group, "GroupId"))
    stack.output(Output.DATABASE_ADDRESS, "Host name of the database", GetAtt(instance, "Endpoint.Address"))
    return stack


def _add_secret(stack: Stack, database: Database) -> AWSObject:
    """User and password; the attachment adds host, port and database name."""
    secret = secretsmanager.Secret(
        ids.DATABASE_SECRET,
        Description=f"{database.title}: the database's user and password",
        GenerateSecretString=secretsmanager.GenerateSecretString(
            SecretStringTemplate=f'{{"username": "{database.user}"}}',
            GenerateStringKey="password",
            PasswordLength=48,
            # RDS allows no slash, quote, at sign or space:
            # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
            ExcludePunctuation=True,
        ),
        Tags=make_tags(database.tags),
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
    )
    if database.kms_key:
        secret.KmsKeyId = database.kms_key
    return stack.add(secret, _ORIGIN)


def _add_url(stack: Stack, database: Database, secret: AWSObject, instance: AWSObject) -> AWSObject:
    """A second secret, because ECS cannot combine strings; neither user nor password needs percent-encoding."""
    user, password = secret_value(secret, "username"), secret_value(secret, "password")
    address = f"${{{instance.title}.Endpoint.Address}}:${{{instance.title}.Endpoint.Port}}"
    url = secretsmanager.Secret(
        ids.DATABASE_URL_SECRET,
        Description=f"{database.title}: the URL of the database",
        SecretString=Sub(f"postgresql://{user}:{password}@{address}/{database.name}?sslmode=require"),
        Tags=make_tags(database.tags),
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
    )
    if database.kms_key:
        url.KmsKeyId = database.kms_key
    return stack.add(url, _ORIGIN, "variables", "url")


def _add_security_group(stack: Stack, database: Database) -> AWSObject:
    """The security group: the tasks stack adds its only ingress rule, and a database opens no connections."""
    return stack.add(
        ec2.SecurityGroup(
            ids.DATABASE_SECURITY_GROUP,
            GroupDescription="Database: admits the tasks only, by a rule of the tasks stack",
            VpcId=to_template(database.vpc),
            SecurityGroupEgress=no_egress(),
            Tags=make_tags(database.tags, f"{database.title}-database"),
        ),
        _ORIGIN,
    )


def _add_instance(stack: Stack, database: Database, secret: AWSObject, group: AWSObject) -> AWSObject:
    subnets = stack.add(
        rds.DBSubnetGroup(
            ids.DATABASE_SUBNET_GROUP,
            DBSubnetGroupDescription=f"{database.title}: the database's subnets",
            SubnetIds=[to_template(subnet) for subnet in database.subnets],
            Tags=make_tags(database.tags),
        ),
        _ORIGIN,
    )
    parameters = stack.add(
        rds.DBParameterGroup(
            ids.DATABASE_PARAMETER_GROUP,
            Description=f"{database.title}: connections are encrypted",
            Family=database.family,
            Parameters={"rds.force_ssl": "1"},
            Tags=make_tags(database.tags),
        ),
        _ORIGIN,
        "engine_version",
    )
    instance = rds.DBInstance(
        ids.DATABASE,
        # A name, so that CloudFormation refuses a change that would replace the database with an empty one.
        DBInstanceIdentifier=database.identifier,
        Engine="postgres",
        EngineVersion=database.engine_version,
        DBInstanceClass=database.instance_class,
        DBName=database.name,
        Port=str(database.port),
        MasterUsername=Sub(secret_value(secret, "username")),
        MasterUserPassword=Sub(secret_value(secret, "password")),
        AllocatedStorage=str(database.storage),
        StorageType="gp3",
        StorageEncrypted=True,
        MultiAZ=database.multi_az,
        PubliclyAccessible=False,
        DBSubnetGroupName=Ref(subnets),
        VPCSecurityGroups=[GetAtt(group, "GroupId")],
        DBParameterGroupName=Ref(parameters),
        EnableIAMDatabaseAuthentication=True,
        AutoMinorVersionUpgrade=database.minor_upgrades,
        # For a new major version in the file; RDS automatically upgrades only minor versions:
        # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html
        AllowMajorVersionUpgrade=True,
        BackupRetentionPeriod=database.backup_retention,
        CopyTagsToSnapshot=True,
        DeletionProtection=database.deletion_protection,
        EnableCloudwatchLogsExports=list(ids.DATABASE_LOG_GROUPS),
        MonitoringInterval=_MONITORING_SECONDS,
        MonitoringRoleArn=GetAtt(_add_monitoring_role(stack, database), "Arn"),
        # Database Insights has kept the API's names of Performance Insights:
        # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DatabaseInsights.html
        DatabaseInsightsMode="standard",
        EnablePerformanceInsights=database.insights,
        EngineLifecycleSupport=_LIFECYCLES[database.extended_support],
        Tags=make_tags(database.tags),
        DeletionPolicy="Snapshot",
        UpdateReplacePolicy="Snapshot",
        DependsOn=_add_log_groups(stack, database),
        # A major version alone is never deprecated: AWS chooses and upgrades the minor version.
        Metadata={"cfn-lint": {"config": {"ignore_checks": ["W3691"]}}},
    )
    if database.max_storage:
        instance.MaxAllocatedStorage = database.max_storage
    if database.insights:
        instance.PerformanceInsightsRetentionPeriod = 7
    if database.kms_key:
        instance.KmsKeyId = database.kms_key
    if database.kms_key and database.insights:
        instance.PerformanceInsightsKMSKeyId = database.kms_key
    return stack.add(instance, _ORIGIN)


def _add_log_groups(stack: Stack, database: Database) -> list[str]:
    """The groups of the exported logs, which RDS would create without a retention; returns their logical IDs."""
    for log, logical_id in ids.DATABASE_LOG_GROUPS.items():
        # The name that RDS gives it:
        # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.Procedural.UploadtoCloudWatch.html
        name = f"/aws/rds/instance/{database.identifier}/{log}"
        group = make_log_group(
            logical_id, name, retention=database.log_retention, kms_key=database.kms_key, tags=database.tags
        )
        stack.add(group, "logs", "retention")
    return list(ids.DATABASE_LOG_GROUPS.values())


def _add_monitoring_role(stack: Stack, database: Database) -> AWSObject:
    """Enhanced monitoring's role, with the permissions of the managed policy AmazonRDSEnhancedMonitoringRole."""
    group = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:RDS*"
    streams = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:GetLogEvents", "logs:PutLogEvents"]
    statements = [
        allow(["logs:CreateLogGroup", "logs:PutRetentionPolicy"], [Sub(group)]),
        allow(streams, [Sub(f"{group}:log-stream:*")]),
    ]
    return stack.add(
        iam.Role(
            ids.DATABASE_MONITORING_ROLE,
            AssumeRolePolicyDocument=trust("monitoring.rds.amazonaws.com"),
            Policies=[policy("Monitor", statements)],
            Tags=make_tags(database.tags),
        ),
        _ORIGIN,
    )
