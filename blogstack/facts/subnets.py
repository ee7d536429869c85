"""How the address range of a new network is divided into subnets, and which addresses AWS needs in each."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Network

from blogstack.records import Record

RESERVED_ADDRESSES = 5
"""How many addresses AWS reserves in every subnet: the first four and the last one.

https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
"""
LOAD_BALANCER_ADDRESSES = 8
"""How many free addresses an application load balancer needs in each of its subnets.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#subnets-load-balancer
"""

_PUBLIC, _PRIVATE, _DATABASE = 0, 10, 20  # the number of each tier's first block
_BLOCKS = 32


class AddressPlan(Record):
    """The CIDR blocks of each tier, one for each availability zone, as in `10.0.10.0/24`.

    `private` is empty if tasks have public addresses.
    """

    public: tuple[str, ...]
    private: tuple[str, ...]
    database: tuple[str, ...]

    @property
    def usable(self) -> int:
        """Addresses in each subnet that AWS does not reserve."""
        return IPv4Network(self.public[0]).num_addresses - RESERVED_ADDRESSES


@lru_cache  # rules and blueprint of every environment ask for the same few
def address_plan(cidr: str, zones: int, private_tier: bool) -> AddressPlan:
    """The address plan of a network.

    Subnets are /24 if 32 of them fit, from /16 to /19; a smaller network has 32 equal subnets.

    Args:
        cidr: the network's address range, from /16 to /22.
        zones: how many availability zones it has.
        private_tier: whether tasks are in private subnets.
    """
    network = IPv4Network(cidr)
    prefix = max(24, network.prefixlen + _BLOCKS.bit_length() - 1)
    subnets = [str(subnet) for subnet, _ in zip(network.subnets(new_prefix=prefix), range(_BLOCKS), strict=False)]
    return AddressPlan(
        public=tuple(subnets[_PUBLIC : _PUBLIC + zones]),
        private=tuple(subnets[_PRIVATE : _PRIVATE + zones]) if private_tier else (),
        database=tuple(subnets[_DATABASE : _DATABASE + zones]),
    )
