"""A node that asks its clients for a password over TLS, so that the secured road is tested and not only written."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from cloudtag.local.child import StartError
from cloudtag.local.kafka.settings import HOST

MECHANISM = "SCRAM-SHA-512"
VALID_DAYS = 30


def secured_settings(certificate: Path, port: int, inside_port: int) -> dict[str, str]:
    """What differs from a plain node: clients come in over SASL_SSL, the node itself over a second listener."""
    return {
        "listeners": f"CLIENTS://{HOST}:{port},INSIDE://{HOST}:{inside_port}",
        "advertised.listeners": f"CLIENTS://{HOST}:{port},INSIDE://{HOST}:{inside_port}",
        "listener.security.protocol.map": "CLIENTS:SASL_SSL,INSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "INSIDE",
        "sasl.enabled.mechanisms": MECHANISM,
        # Everybody may do everything until a rule says otherwise; the node itself always.
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "allow.everyone.if.no.acl.found": "true",
        "super.users": "User:ANONYMOUS",
        "listener.name.clients.scram-sha-512.sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        ),
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(key_store(certificate)),
    }


def scram_arguments(users: Mapping[str, str]) -> list[str]:
    """How the storage learns of its users; fit for tests only, as command lines can be read by others."""
    arguments = []
    for name, password in users.items():
        arguments += ["--add-scram", f"{MECHANISM}=[name={name},password={password}]"]
    return arguments


def make_certificate(directory: Path) -> Path:
    """A self-signed certificate for loopback, made once; clients trust it as their authority. Raises ``StartError``."""
    certificate = directory / "certificate.pem"
    if certificate.exists():
        return certificate
    openssl = shutil.which("openssl")
    if openssl is None:
        raise StartError("a secured broker needs `openssl`")
    key = directory / "key.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", str(VALID_DAYS)]
    command += ["-subj", "/CN=localhost", "-addext", f"subjectAltName=IP:{HOST},DNS:localhost"]
    command += ["-keyout", str(key), "-out", str(certificate)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise StartError(f"openssl could not make a certificate: {done.stderr[-400:]}")
    store = key_store(certificate)
    store.touch(mode=0o600)
    store.write_text(key.read_text() + certificate.read_text())
    key.unlink()
    return certificate


def key_store(certificate: Path) -> Path:
    """The file with key and certificate that the broker reads."""
    return certificate.with_name("keystore.pem")
