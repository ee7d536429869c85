"""The address plan of a network that is made: which subnet has which block, and what needs addresses."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Network
from typing import NamedTuple

# Amazon VPC user guide, "Subnet CIDR blocks": the first four addresses and the last one.
RESERVED_BY_AWS = 5
# Elastic Load Balancing user guide, "Subnets for your load balancer": at least 8 free addresses in each.
FOR_LOAD_BALANCER = 8

_PUBLIC, _PRIVATE, _DATABASE = 0, 10, 20  # the first block of each tier
_BLOCKS = 32


class AddressPlan(NamedTuple):
    """The blocks of each tier, one for each availability zone; no private tier when tasks have public addresses.

    The blocks of the database tier are kept for it, whether there is a database or not.
    """

    public: tuple[str, ...]
    private: tuple[str, ...]
    database: tuple[str, ...]

    @property
    def usable(self) -> int:
        """Addresses that each subnet has for us."""
        return IPv4Network(self.public[0]).num_addresses - RESERVED_BY_AWS


@lru_cache  # rules and blueprint of every environment ask for the same few
def address_plan(cidr: str, zones: int, private_tier: bool) -> AddressPlan:
    """Divide a network.

    Subnets are /24 as long as 32 of them fit, which holds from /16 to /19; a narrower network has 32 equal subnets.
    """
    network = IPv4Network(cidr)
    prefix = max(24, network.prefixlen + _BLOCKS.bit_length() - 1)
    subnets = [str(subnet) for subnet, _ in zip(network.subnets(new_prefix=prefix), range(_BLOCKS), strict=False)]
    return AddressPlan(
        public=tuple(subnets[_PUBLIC : _PUBLIC + zones]),
        private=tuple(subnets[_PRIVATE : _PRIVATE + zones]) if private_tier else (),
        database=tuple(subnets[_DATABASE : _DATABASE + zones]),
    )
