"""A node that asks its clients who they are over TLS, so that the secured road is tested and not only written."""

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cloudtag.local.child import StartError
from cloudtag.local.kafka.settings import HOST

MECHANISM = "SCRAM-SHA-512"
VALID_DAYS = 30
OWN_NAMES = f"IP:{HOST},DNS:localhost"


@dataclass(frozen=True, slots=True)
class KafkaSecurity:
    """How a node knows its clients: by password (SASL_SSL), or with none given by their certificates (SSL)."""

    users: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Name to password, for SCRAM-SHA-512."""
    superusers: tuple[str, ...] = ()
    """With any, everybody else may do nothing until a rule of access says so."""
    names: str = OWN_NAMES
    """What the node's certificate is made out to, as in `DNS:kafka-1`."""


def secured_settings(security: KafkaSecurity, certificate: Path, port: int, inside_port: int) -> dict[str, str]:
    """What differs from a plain node: clients come in over TLS, the node itself over a second listener."""
    protocol = "SASL_SSL" if security.users else "SSL"
    common = {
        "listeners": f"CLIENTS://{HOST}:{port},INSIDE://{HOST}:{inside_port}",
        "advertised.listeners": f"CLIENTS://{HOST}:{port},INSIDE://{HOST}:{inside_port}",
        "listener.security.protocol.map": f"CLIENTS:{protocol},INSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "INSIDE",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        # The node itself, which comes in without a name, may do everything always.
        "allow.everyone.if.no.acl.found": "false" if security.superusers else "true",
        "super.users": ";".join(f"User:{name}" for name in ("ANONYMOUS", *security.superusers)),
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(key_store(certificate)),
    }
    if security.users:
        return common | {
            "sasl.enabled.mechanisms": MECHANISM,
            "listener.name.clients.scram-sha-512.sasl.jaas.config": (
                "org.apache.kafka.common.security.scram.ScramLoginModule required;"
            ),
        }
    return common | {
        "ssl.client.auth": "required",
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(client_certificate(certificate.parent)),
        "ssl.principal.mapping.rules": r"RULE:^CN=([^,]+).*$/$1/,DEFAULT",
    }


def scram_arguments(users: Mapping[str, str]) -> list[str]:
    """How the storage learns of its users. Command lines can be read by others: these belong into a file."""
    arguments = []
    for name, password in users.items():
        arguments += ["--add-scram", f"{MECHANISM}=[name={name},password={password}]"]
    return arguments


def make_certificate(directory: Path, names: str = OWN_NAMES) -> Path:
    """A self-signed certificate, made once; clients trust it as their authority. Raises ``StartError``."""
    certificate = directory / "certificate.pem"
    if certificate.exists():
        return certificate
    key = _self_signed(certificate, "localhost", ["-addext", f"subjectAltName={names}"])
    store = key_store(certificate)
    store.touch(mode=0o600)
    store.write_text(key.read_text() + certificate.read_text())
    key.unlink()
    return certificate


def make_client_certificate(directory: Path, name: str) -> tuple[Path, Path]:
    """Certificate and key of a client whom a node that asks for certificates trusts. Raises ``StartError``."""
    certificate = client_certificate(directory)
    key = certificate.with_suffix(".key")
    return certificate, key if certificate.exists() else _self_signed(certificate, name, [])


def client_certificate(directory: Path) -> Path:
    """The certificate of the one client that is trusted."""
    return directory / "client.pem"


def _self_signed(certificate: Path, name: str, more: list[str]) -> Path:
    openssl = shutil.which("openssl")
    if openssl is None:
        raise StartError("a secured broker needs `openssl`")
    key = certificate.with_suffix(".key")
    key.touch(mode=0o600)
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", str(VALID_DAYS)]
    command += ["-subj", f"/CN={name}", *more, "-keyout", str(key), "-out", str(certificate)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise StartError(f"openssl could not make a certificate: {done.stderr[-400:]}")
    return key


def key_store(certificate: Path) -> Path:
    """The file with key and certificate that the broker reads."""
    return certificate.with_name("keystore.pem")
