"""The emulated AWS with a sample deployed to it, for the tests of the emulator itself."""

from pathlib import Path

import pytest

from .emulator import Emulator

SAMPLE = Path(__file__).parent / "sample"
ZONE = "Z0123456789ABCDEFGHIJ"


@pytest.fixture
def aws(emulator: Emulator) -> Emulator:
    """The emulated AWS with nothing in it but the default VPC and the hosted zone of example.com."""
    emulator.reset()
    emulator.given(hosted_zones={ZONE: "example.com"})
    return emulator


@pytest.fixture
def network(aws: Emulator) -> Emulator:
    aws.deploy(SAMPLE / "network.yaml", "sample-network")
    return aws


@pytest.fixture
def deployed(network: Emulator) -> Emulator:
    """All of the sample: registry, network and service."""
    network.deploy(SAMPLE / "registry.yaml", "sample-registry")
    network.deploy(SAMPLE / "service.yaml", "sample-service", {"ImageTag": "v1"})
    return network
