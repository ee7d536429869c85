"""What follows from a change: by references, by exports, for data, for names."""

from __future__ import annotations

from typing import Any

from blogstack.diff.compare import compare
from blogstack.diff.effects import Effect
from blogstack.diff.model import Comparison, StackState
from blogstack.diff.values import MISSING, differences

Resources = dict[str, dict[str, Any]]


def resource(type: str, policy: str = "", **properties: Any) -> dict[str, Any]:  # noqa: ANN401 (any template)
    policies = {"DeletionPolicy": policy, "UpdateReplacePolicy": policy} if policy else {}
    return {"Type": type, **policies, "Properties": properties}


def of_one_stack(old: Resources, new: Resources) -> Comparison:
    return compare({"s": {"Resources": old}}, {"s": {"Resources": new}}, {"s": "eu-west-1"})


def effects(comparison: Comparison) -> dict[str, Effect]:
    return {each.logical_id: each.effect for each in comparison.resources()}


def network(cidr: str) -> Resources:
    return {
        "Vpc": resource("AWS::EC2::VPC", CidrBlock=cidr),
        "Subnet": resource("AWS::EC2::Subnet", VpcId={"Ref": "Vpc"}, CidrBlock={"Fn::Sub": "${Vpc.CidrBlock}"}),
        "Nat": resource("AWS::EC2::NatGateway", SubnetId={"Ref": "Subnet"}),
        "Route": resource("AWS::EC2::Route", NatGatewayId={"Ref": "Nat"}, DestinationCidrBlock="0.0.0.0/0"),
        "Role": resource("AWS::IAM::Role"),
    }


class TestReferences:
    """What refers to a resource that is replaced changes with it."""

    def test_they_are_followed_to_the_end(self) -> None:
        """Vpc -> Subnet -> Nat are create-only; the route only changes."""
        assert effects(of_one_stack(network("10.0.0.0/16"), network("10.1.0.0/16"))) == {
            "Vpc": Effect.REPLACED,
            "Subnet": Effect.REPLACED,
            "Nat": Effect.REPLACED,
            "Route": Effect.IN_PLACE,
        }

    def test_what_follows_names_what_it_follows(self) -> None:
        (stack,) = of_one_stack(network("10.0.0.0/16"), network("10.1.0.0/16")).stacks
        route = next(each for each in stack.resources if each.logical_id == "Route")
        assert [(change.path, change.follows) for change in route.changes] == [(("NatGatewayId",), "Nat")]

    def test_a_replacement_that_may_be_makes_others_that_may_be(self) -> None:
        def made(launch_type: str) -> Resources:
            target = {"Fn::GetAtt": ["Service", "Name"]}
            return {
                "Service": resource("AWS::ECS::Service", LaunchType=launch_type),
                "Target": resource("AWS::ApplicationAutoScaling::ScalableTarget", ResourceId=target),
            }

        found = effects(of_one_stack(made("EC2"), made("FARGATE")))
        assert found == {"Service": Effect.MAY_REPLACE, "Target": Effect.MAY_REPLACE}

    def test_a_placeholder_that_sub_defines_is_no_reference(self) -> None:
        def made(cidr: str) -> Resources:
            text = {"Fn::Sub": ["${Vpc}", {"Vpc": "a text"}]}
            return {"Vpc": resource("AWS::EC2::VPC", CidrBlock=cidr), "Role": resource("AWS::IAM::Role", Path=text)}

        assert effects(of_one_stack(made("10.0.0.0/16"), made("10.1.0.0/16"))) == {"Vpc": Effect.REPLACED}


class TestExports:
    """CloudFormation refuses to remove or to change an export in use."""

    @staticmethod
    def stacks(vpc: str, exported: bool = True, imported: bool = True) -> dict[str, Any]:
        output = {"Value": {"Ref": "Vpc"}, "Export": {"Name": "net:Vpc"}}
        value: Any = {"Fn::ImportValue": "net:Vpc"} if imported else "vpc-1"
        return {
            "net": {
                "Resources": {"Vpc": resource("AWS::EC2::VPC", CidrBlock=vpc)},
                "Outputs": {"Vpc": output} if exported else {},
            },
            "app": {"Resources": {"Group": resource("AWS::EC2::SecurityGroup", GroupDescription="g", VpcId=value)}},
        }

    def refusals(self, old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, bool, str]]:
        found = compare(old, new, dict.fromkeys(new, "eu-west-1")).stacks
        return [(each.export, each.removed, each.remedy) for stack in found for each in stack.refusals]

    def test_removed(self) -> None:
        old, new = self.stacks("10.0.0.0/16"), self.stacks("10.0.0.0/16", exported=False, imported=False)
        remedy = "first deploy app, then deploy net"
        assert self.refusals(old, new) == [("net:Vpc", True, remedy)]

    def test_changed_by_a_replacement(self) -> None:
        ((export, removed, remedy),) = self.refusals(self.stacks("10.0.0.0/16"), self.stacks("10.1.0.0/16"))
        assert (export, removed) == ("net:Vpc", False)
        assert remedy.startswith("app would still import it: undo the change")

    def test_changed_by_its_value(self) -> None:
        old, new = self.stacks("10.0.0.0/16"), self.stacks("10.0.0.0/16")
        new["net"]["Outputs"]["Vpc"]["Value"] = "vpc-2"
        assert compare(old, new, {}).replaces
        assert [each[:2] for each in self.refusals(old, new)] == [("net:Vpc", False)]

    def test_not_when_nothing_imports_it(self) -> None:
        """By the older templates: the importing stack is deployed after the one that exports."""
        old = self.stacks("10.0.0.0/16", imported=False)
        assert self.refusals(old, self.stacks("10.1.0.0/16")) == []

    def test_a_stack_that_is_left_still_imports(self) -> None:
        old, new = self.stacks("10.0.0.0/16"), self.stacks("10.0.0.0/16", exported=False)
        del new["app"]
        assert [each[2] for each in self.refusals(old, new)] == ["first delete app, then deploy net"]

    def test_what_imports_it_anew_is_not_in_the_way(self) -> None:
        """A worker with another name is another stack: deployed after the network, when the old one is gone."""
        old, new = self.stacks("10.0.0.0/16"), self.stacks("10.1.0.0/16")
        new["web"] = new.pop("app")
        assert [each[2] for each in self.refusals(old, new)] == ["first delete app, then deploy net"]

    def test_of_what_is_refused_for_another_reason(self) -> None:
        """If one export of a stack cannot change, no order helps the others."""
        old, new = self.stacks("10.0.0.0/16"), self.stacks("10.1.0.0/16")
        old["net"]["Outputs"]["Other"] = {"Value": "other", "Export": {"Name": "net:Other"}}
        old["job"] = {"Resources": {"Group": resource("X", Name={"Fn::ImportValue": "net:Other"})}}
        new["job"] = {"Resources": {"Group": resource("X", Name="none")}}
        remedies = {export: remedy for export, _, remedy in self.refusals(old, new)}
        undo = "undo the change, or deploy under another name, with new stacks"
        assert remedies == {"net:Vpc": f"app would still import it: {undo}", "net:Other": undo}


class TestData:
    """The effect of a deletion policy is shown for every resource that holds data."""

    @staticmethod
    def bucket(name: str, policy: str = "") -> Resources:
        return {"Bucket": resource("AWS::S3::Bucket", policy, BucketName=name)}

    def test_replaced(self) -> None:
        for policy, words in {
            "Retain": "the new one is empty; the old one is kept, with its objects, outside of the stack",
            "": "the new one is empty; deleted with it: its objects",
        }.items():
            comparison = of_one_stack(self.bucket("a", policy), self.bucket("b", policy))
            (change,) = comparison.resources()
            assert change.data == f"{words} (UpdateReplacePolicy: {policy or 'Delete'})"
            assert comparison.endangers_data

    def test_deleted(self) -> None:
        """By the policy of the deployed template, not of the new one, which does not have the resource."""
        (change,) = of_one_stack(self.bucket("a", "Retain"), {}).resources()
        assert change.data == "the old one is kept, with its objects, outside of the stack (DeletionPolicy: Retain)"

    def test_a_database_without_a_policy_becomes_a_snapshot(self) -> None:
        (change,) = of_one_stack({"Db": resource("AWS::RDS::DBInstance")}, {}).resources()
        assert change.data == "a last snapshot is kept; automated backups are deleted (DeletionPolicy: Snapshot)"

    def test_nothing_is_said_of_a_change_in_place(self) -> None:
        old = {"Db": resource("AWS::RDS::DBInstance", DBInstanceClass="db.t4g.micro")}
        new = {"Db": resource("AWS::RDS::DBInstance", DBInstanceClass="db.t4g.small")}
        comparison = of_one_stack(old, new)
        assert not comparison.endangers_data
        assert not comparison.replaces

    def test_a_stack_that_is_left(self) -> None:
        comparison = compare({"s": {"Resources": self.bucket("a")}}, {}, {})
        assert [stack.state for stack in comparison.stacks] == [StackState.LEFT]
        assert comparison.endangers_data


class TestNames:
    """Logical IDs, types and custom names."""

    def test_another_logical_id_is_another_resource(self) -> None:
        body = resource("AWS::S3::Bucket", "Delete")
        (change,) = of_one_stack({"Old": body}, {"New": body}).resources()
        assert (change.effect, change.logical_id, change.renamed_from) == (Effect.REPLACED, "New", "Old")
        assert change.data is not None
        assert change.refused is None

    def test_with_a_name_of_its_own_the_new_one_cannot_be_made(self) -> None:
        body = resource("AWS::S3::Bucket", BucketName="mine")
        (change,) = of_one_stack({"Old": body}, {"New": body}).resources()
        assert change.refused == "the new one would have the name of Old, which exists until the update is complete"

    def test_a_resource_with_a_name_of_its_own_cannot_be_replaced(self) -> None:
        old = {"Db": resource("AWS::RDS::DBInstance", DBInstanceIdentifier="blog", DBName="a")}
        new = {"Db": resource("AWS::RDS::DBInstance", DBInstanceIdentifier="blog", DBName="b")}
        (change,) = of_one_stack(old, new).resources()
        assert change.refused is not None
        assert change.refused.startswith("a resource with a custom name (DBInstanceIdentifier)")
        new["Db"]["Properties"]["DBInstanceIdentifier"] = "blog2"
        (change,) = of_one_stack(old, new).resources()
        assert (change.effect, change.refused) == (Effect.REPLACED, None)

    def test_a_port_is_taken_until_its_listener_is_deleted(self) -> None:
        def listener(port: int) -> dict[str, Any]:
            return resource("AWS::ElasticLoadBalancingV2::Listener", LoadBalancerArn={"Ref": "LoadBalancer"}, Port=port)

        old = {"Listener": listener(443), "RedirectListener": listener(80)}
        changed, _ = of_one_stack(old, {"Listener": listener(80)}).resources()
        assert (
            changed.refused
            == "its port is in use by RedirectListener, which is deleted only afterwards: delete RedirectListener first"
        )
        changed, _ = of_one_stack(old, {"Listener": listener(8443)}).resources()
        assert changed.refused is None

    def test_another_type_is_refused(self) -> None:
        (change,) = of_one_stack({"R": resource("AWS::SNS::Topic")}, {"R": resource("AWS::S3::Bucket")}).resources()
        assert change.refused == "the type of a resource cannot change: give it another logical ID"


class TestDifferences:
    """Where two values differ."""

    def test_items_are_known_by_their_name(self) -> None:
        old = [{"Name": "A", "Value": "1"}, {"Name": "B", "Value": "2"}]
        new = [{"Name": "N", "Value": "0"}, {"Name": "A", "Value": "1"}, {"Name": "B", "Value": "3"}]
        assert [(each.path, each.old, each.new) for each in differences(old, new)] == [
            (("[B]", "Value"), "2", "3"),
            (("[N]",), MISSING, {"Name": "N", "Value": "0"}),
        ]

    def test_items_without_names_are_known_by_their_content(self) -> None:
        old = [{"CidrIp": "10.0.0.0/8"}, {"CidrIp": "10.2.0.0/16"}]
        new = [{"CidrIp": "10.2.0.0/16"}, {"CidrIp": "10.3.0.0/16"}]
        assert [(each.path, each.new) for each in differences(old, new)] == [(("[0]", "CidrIp"), "10.3.0.0/16")]

    def test_the_order_counts(self) -> None:
        assert list(differences([{"A": 1}, {"A": 2}], [{"A": 2}, {"A": 1}]))
        assert list(differences(["a", "b"], ["b", "a"]))

    def test_a_number_is_the_same_as_its_text(self) -> None:
        assert not list(differences({"Port": "80", "On": True}, {"Port": 80, "On": "true"}))

    def test_a_function_is_one_value(self) -> None:
        (found,) = differences({"Id": {"Ref": "A"}}, {"Id": {"Fn::ImportValue": "b"}})
        assert found.path == ("Id",)
