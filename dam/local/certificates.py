"""A private certificate authority, so that the object store's gRPC ports answer nobody without its certificate."""

import ipaddress
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from dam.local.identity import Identity
from dam.local.ports import LOOPBACK

_LIFETIME = timedelta(days=3650)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _certificate(
    subject: str, public_key: ec.EllipticCurvePublicKey, signer: ec.EllipticCurvePrivateKey, at: datetime
) -> x509.Certificate:
    """Return a certificate for loopback, signed by the authority's key."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name("imprimatur-authority"))
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + _LIFETIME)
    )
    if subject == "imprimatur-authority":
        return builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).sign(
            signer, hashes.SHA256()
        )
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(LOOPBACK)), x509.DNSName("localhost")])
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
    return (
        builder.add_extension(names, critical=False).add_extension(usage, critical=False).sign(signer, hashes.SHA256())
    )


def issue(folder: Path, identity: Identity, at: datetime) -> None:
    """Write `ca.crt`, `node.crt` and `node.key`, once; the authority's own key is thrown away."""
    if (folder / "node.key").exists():
        return
    authority, node = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    certificates = {
        "ca.crt": _certificate("imprimatur-authority", authority.public_key(), authority, at),
        "node.crt": _certificate("imprimatur-store", node.public_key(), authority, at),
    }
    for file_name, certificate in certificates.items():
        identity.write(folder / file_name, certificate.public_bytes(Encoding.PEM).decode())
    key = node.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    identity.write(folder / "node.key", key)
