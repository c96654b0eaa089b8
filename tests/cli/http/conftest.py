"""The decision service behind a guarded server that has little patience."""

from collections.abc import Iterator

import pytest

from cloudtag.cli.http.limits import HttpLimits
from tests.decide.service import Client, Service, serving

IMPATIENT = HttpLimits(head=0.3, body=0.3, idle=0.3, taking=0.3, linger=0.2, connections=20)
PATIENT = HttpLimits(connections=20)


@pytest.fixture(scope="module")
def impatient() -> Iterator[Client]:
    """Asks one that hangs up on whoever takes more than a third of a second."""
    with serving(Service(), IMPATIENT) as served:
        yield served


@pytest.fixture(scope="module")
def patient() -> Iterator[Client]:
    """Asks one with room for 20 connections and as much time as it is given everywhere."""
    with serving(Service(), PATIENT) as served:
        yield served


@pytest.fixture
def port(patient: Client) -> Iterator[int]:
    """Of the patient one, which answers whoever behaves all the same, whatever else it was sent."""
    yield port_of(patient)
    assert patient.decide(request_id="beside").status_code == 200


def port_of(client: Client) -> int:
    """Where a client's service listens."""
    return int(client.url.rpartition(":")[2])
