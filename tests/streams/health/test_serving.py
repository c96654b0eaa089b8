"""Three paths are answered, by a thread; all others are not found."""

import socket
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest
from prometheus_client import CollectorRegistry, Counter

from cloudtag.config import Config, ConfigError, Secret
from streams.health.beat import Health
from streams.health.serving import served

BEYOND = Config(metrics_port=0, metrics_host="0.0.0.0", metrics_token=Secret("t0ken-é"))


@pytest.fixture
def health() -> Health:
    health = Health()
    health.beat(None)
    return health


@pytest.fixture
def port(health: Health) -> Iterator[int]:
    registry = CollectorRegistry()
    Counter("cakes", "Cakes eaten", registry=registry).inc(3)
    with served(Config(metrics_port=0), registry, health) as port:
        assert port
        yield port


def ask(
    port: int, path: str, method: str = "GET", host: str = "127.0.0.1", header: dict[str, str] | None = None
) -> tuple[int, str]:
    connection = HTTPConnection(host, port, timeout=30)
    try:
        connection.request(method, path, headers=header or {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_metrics_are_at_their_path_alone(port: int) -> None:
    status, page = ask(port, "/metrics?name[]=cakes_total")
    assert (status, "cakes_total 3.0" in page) == (200, True)
    for path in ("/", "/metrics/", "/metric", "/healthz/x", "/favicon.ico", "/%2e%2e/metrics"):
        assert ask(port, path) == (404, "not found\n"), path
    assert ask(port, "/nothing", "POST")[0] == 404
    assert ask(port, "/healthz", "POST") == (405, "use GET\n")
    assert ask(port, "/metrics", "POST")[0] == 405


def test_ready_and_alive_are_two_things(port: int, health: Health) -> None:
    assert ask(port, "/healthz") == ask(port, "/readyz") == (200, "ok\n")
    health.beat("rebalancing")
    assert ask(port, "/healthz") == (200, "ok\n")
    assert ask(port, "/readyz") == (503, "rebalancing\n")
    dead = Health(loop_seconds=-1)
    with served(Config(metrics_port=0), CollectorRegistry(), dead) as other:
        assert other
        assert ask(other, "/healthz") == ask(other, "/readyz") == (503, "the event loop does not turn\n")
        assert ask(other, "/metrics")[0] == 200


def test_a_caller_that_says_nothing_holds_nobody_up(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)):
        assert ask(port, "/healthz")[0] == 200


def test_it_listens_on_loopback_unless_told_otherwise(health: Health) -> None:
    with served(Config(), CollectorRegistry(), health) as port:
        assert port is None
    with served(Config(metrics_port=0), CollectorRegistry(), health) as port:
        assert port
        # All of 127.0.0.0/8 is this machine: an answer from another address of it would mean that all are open.
        with pytest.raises(ConnectionRefusedError):
            ask(port, "/healthz", host="127.0.0.2")
    with served(BEYOND, CollectorRegistry(), health) as port:
        assert port
        assert ask(port, "/healthz", host="127.0.0.2")[0] == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::ffff:0.0.0.0"])
def test_beyond_loopback_metrics_are_not_served_without_a_token(health: Health, host: str) -> None:
    config = Config(metrics_port=0, metrics_host=host)
    with pytest.raises(ConfigError, match="CLOUDTAG_METRICS_TOKEN"), served(config, CollectorRegistry(), health):
        pass
    with served(Config(metrics_port=0, metrics_host="127.0.0.2"), CollectorRegistry(), health) as port:
        assert port


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("Bearer t0ken-é", 200),
        ("bearer t0ken-é", 200),
        ("", 401),
        ("Bearer ", 401),
        ("Bearer t0ken", 401),
        ("Bearer t0ken-é2", 401),
        ("Basic t0ken-é", 401),
        ("t0ken-é", 401),
    ],
)
def test_the_token_is_for_the_metrics_alone(health: Health, given: str, status: int) -> None:
    header = {"Authorization": given.encode().decode("latin-1")} if given else {}
    with served(BEYOND, CollectorRegistry(), health) as port:
        assert port
        found, page = ask(port, "/metrics", header=header)
        assert found == status
        assert status == 200 or page == "a token is needed\n"
        # What a probe is told is the state in fixed words, and for that it needs nothing.
        assert ask(port, "/healthz") == ask(port, "/readyz") == (200, "ok\n")


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine speaks no IPv6")
def test_an_address_of_the_other_family_will_do(health: Health) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6 address")
    with served(Config(metrics_port=0, metrics_host="::1"), CollectorRegistry(), health) as port:
        assert port
        assert ask(port, "/healthz", host="::1")[0] == 200


def test_a_port_that_is_taken_is_an_error(port: int, health: Health) -> None:
    with pytest.raises(OSError, match="in use"), served(Config(metrics_port=port), CollectorRegistry(), health):
        pass
