"""Who there is: buyers, shops, accounts and couriers, each a function of its number.

Nobody is stored: buyer 7 is computed whenever buyer 7 buys, so a world of a million buyers takes no memory.
"""

from functools import lru_cache

from msgspec import Struct

MASK = (1 << 64) - 1
PLATFORMS = ("taobao", "taobao", "taobao", "taobao", "jd", "jd", "jd", "tmall", "tmall", "aliexpress")
CURRENCY = {"aliexpress": "USD"}
CATEGORIES = ("apparel", "shoes", "electronics", "cosmetics", "toys", "kitchen")
CARRIERS = ("sf", "yto", "zto", "sto", "jdl")
FACILITIES = 24
SHOPS_PER_PLATFORM = 12
LOCKERS = 3
OUTSIDE = 40 << 35
"""Buyers numbered from here on are outside the honest population: no household, locker or office is theirs."""


class Buyer(Struct, frozen=True, gc=False):
    """A buyer's id and the hashes his orders show."""

    buyer_id: str
    platform: str
    address_hash: str
    address_area: str
    phone_hash: str
    device_hash: str
    payment_hash: str
    city: int
    has_locker: bool = False


class Shop(Struct, frozen=True, gc=False):
    """A shop, where it takes returns, and its two accounts (the second has not always passed the exam)."""

    shop_id: str
    platform: str
    category: str
    return_address: str
    city: int
    main_account: str
    sub_account: str
    phone_hash: str
    device_hash: str
    payment_hash: str


def mix(kind: int, number: int) -> str:
    """A keyed hash as opaque as the real ones: 16 hexadecimal digits."""
    x = (number * 0x9E3779B97F4A7C15 + kind * 0xD1B54A32D192ED03 + 0x94D049BB133111EB) & MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return f"{x ^ (x >> 31):016x}"


def platform_of(number: int) -> str:
    """The platform a buyer is on."""
    return PLATFORMS[number % 10]


def _home(number: int) -> tuple[str, int, bool]:
    """Where parcels for a buyer go: the address, its number, and whether it is a locker.

    Of each hundred buyers three use one of a few lockers, two an office, and sixteen live with one another.
    """
    if number >= OUTSIDE:
        return mix(1, number), number, False
    place = number % 100
    if place < 3:
        locker = number // 100 % LOCKERS
        return mix(11, locker), locker, True
    if place < 5:
        return mix(12, 0), 0, False
    # Two buyers a hundred apart share a home, so that both are on one platform.
    household = number - 100 if place < 21 and number // 100 % 2 else number
    return mix(1, household), household, False


def buyer(number: int, platform: str | None = None) -> Buyer:
    """Buyer number such-and-such; forty homes make an area, but nobody lives near a buyer from outside."""
    address, place, has_locker = _home(number)
    return Buyer(
        f"b{number:x}",
        platform or platform_of(number),
        address,
        mix(2, number if number >= OUTSIDE else place // 40),
        mix(3, number),
        mix(4, number),
        mix(5, number),
        place % FACILITIES,
        has_locker,
    )


def is_scripted(buyer_id: str) -> bool:
    """Whether a script plays this buyer."""
    return int(buyer_id[1:], 16) >= OUTSIDE


@lru_cache(maxsize=1024)
def shop(platform: str, number: int) -> Shop:
    """One of a platform's shops; numbers wrap around."""
    number %= SHOPS_PER_PLATFORM
    shop_id = f"{platform}-shop-{number}"
    at = PLATFORMS.index(platform) * 100 + number
    return new_shop(shop_id, platform, CATEGORIES[number % len(CATEGORIES)], at)


def new_shop(shop_id: str, platform: str, category: str, at: int) -> Shop:
    """The shop at street number `at`, which decides what it is known by."""
    return Shop(
        shop_id,
        platform,
        category,
        mix(6, at),
        (at * 7 + 3) % FACILITIES,
        f"{shop_id}:main",
        f"{shop_id}:sub",
        mix(7, at),
        mix(8, at),
        mix(9, at),
    )


def all_shops() -> list[Shop]:
    """Every shop of every platform."""
    return [shop(platform, n) for platform in dict.fromkeys(PLATFORMS) for n in range(SHOPS_PER_PLATFORM)]
