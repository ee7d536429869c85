"""The emulated AWS with a sample deployed to it, for the tests of the emulator itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator import Emulator

SAMPLE = Path(__file__).parent / "sample"
ZONE = "Z0123456789ABCDEFGHIJ"


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    """One emulated AWS for all the tests; each test that uses it resets it first."""
    with Emulator() as started:
        yield started


@pytest.fixture
def aws(emulator: Emulator) -> Emulator:
    """The emulated AWS with nothing in it but the default VPC and the hosted zone of example.com."""
    emulator.reset()
    emulator.add_existing(hosted_zones={ZONE: "example.com"})
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
