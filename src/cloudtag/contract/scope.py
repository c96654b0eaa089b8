"""What an id means depends on where it was given: a buyer's inside a network, an order's inside a shop (F1).

Two people on two platforms may have one id, and two shops one order number. Whatever is kept, published or compared
under an id is therefore kept under its scope as well.
"""

from __future__ import annotations

from collections.abc import Mapping

_AFAR = "\x1f"


class Networks(dict[str, str]):
    """The network of each platform: those that share one are named, every other one is its own.

    Names are compared without regard to case. What is asked for is not remembered: platforms are upstream's to name,
    and may be many.
    """

    def __init__(self, shared: Mapping[str, str]) -> None:
        """`shared`: the network of each platform that is part of one."""
        super().__init__({platform.casefold(): network.casefold() for platform, network in shared.items()})

    def __missing__(self, platform: str) -> str:
        """The network of a platform that is spelt otherwise, or that nobody named: itself."""
        folded = platform.casefold()
        return self.get(folded, folded)


NETWORKS = Networks({"tmall": "taobao"})
"""As the shipped policies have them: Taobao and Tmall are one, every other platform is its own (F1)."""


def scoped(scope: str, plain: str) -> str:
    """An id with its scope in front: different for different pairs, whatever is in either."""
    return f"{len(scope)}:{scope}/{plain}"


def unscoped(key: str) -> tuple[str, str]:
    """Scope and id of what `scoped` gave."""
    length, _, rest = key.partition(":")
    end = int(length)
    return rest[:end], rest[end + 1 :]


def from_afar(network: str, plain: str) -> str:
    """What an id of another network is called where ids are compared: never what one of the own network is called."""
    return f"{plain}{_AFAR}({network})"


def name_in(network: str, home: str, name: str) -> str:
    """What an id of the network `home` is called in a network, whatever `name` it has elsewhere: at home plain."""
    plain = without_network(name)
    return plain if home == network else from_afar(home, plain)


def is_from_afar(name: str) -> bool:
    """Whether a name, or a text with names in it, is one of another network."""
    return _AFAR in name


def without_network(name: str) -> str:
    """The plain id of a name, of whatever network."""
    return name.partition(_AFAR)[0]


def told(text: str) -> str:
    """A text as people read it: an id of another network with the network in brackets after it."""
    return text.replace(_AFAR, " ")
