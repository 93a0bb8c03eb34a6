"""The archive's own authority for Content Credentials: made once at set-up, where the operator brings no key."""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from config.settings import BadSettings, Settings
from dam.kernel.clock import Clock
from dam.metadata.c2pa import BadSigner, Signer, make_signer

KEY_FILE, CHAIN_FILE = "signing.key", "chain.pem"
_LIFETIME = timedelta(days=20 * 365 + 5)
"""Without a time-stamp authority a signature dies with its certificate, so the certificate lives long."""
_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class _Authority:
    """Who signs a certificate: its key and its certificate, or None for the root, which signs itself."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate | None = None


def issue(folder: Path, institution: str, at: datetime) -> None:
    """Write `signing.key` and `chain.pem` (own, issuing, root), once; the keys of both authorities are thrown away."""
    if (folder / KEY_FILE).exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    root_key, issuing_key = ec.generate_private_key(ec.SECP384R1()), ec.generate_private_key(ec.SECP384R1())
    key = ec.generate_private_key(ec.SECP256R1())
    root = _certificate(institution, "root", root_key.public_key(), _Authority(root_key), at)
    issuing = _certificate(institution, "issuing", issuing_key.public_key(), _Authority(root_key, root), at)
    own = _certificate(institution, "copies", key.public_key(), _Authority(issuing_key, issuing), at)
    chain = b"".join(certificate.public_bytes(Encoding.PEM) for certificate in (own, issuing, root))
    _write(folder / CHAIN_FILE, chain)
    _write(folder / KEY_FILE, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def load_signer_of_copies(settings: Settings, clock: Clock) -> Signer | None:
    """Return who signs copies; None where set-up has not made the key yet: then no copy is made.

    Raises: BadSettings when the key and the certificates do not belong together.
    """
    made = settings.credentials_dir
    key, chain = settings.c2pa_key_path or made / KEY_FILE, settings.c2pa_chain_path or made / CHAIN_FILE
    if settings.c2pa_key_path is None and not key.exists():
        return None
    try:
        return make_signer(key.read_bytes(), chain.read_bytes(), clock)
    except OSError as fault:
        raise BadSettings(f"The settings are not complete:\n  C2PA_KEY_PATH: {fault.strerror}") from fault
    except BadSigner as fault:
        raise BadSettings(f"The settings are not complete:\n  C2PA_CHAIN_PATH: {fault}") from fault


def _write(path: Path, data: bytes) -> None:
    """Write in one step a file that this account alone may read; the key comes last and says that all is there."""
    part = path.with_name(path.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    part.replace(path)


def _certificate(
    institution: str, role: str, public: ec.EllipticCurvePublicKey, by: _Authority, at: datetime
) -> x509.Certificate:
    """Return a certificate with what readers of Content Credentials ask for.

    Source: C2PA Technical Specification 2.2, section 14.5 (X.509 certificates).
    """
    subject = _name(institution, role)
    issuer = by.certificate.subject if by.certificate else subject
    depth = {"root": 1, "issuing": 0}.get(role)
    authority = role != "copies"
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + _LIFETIME)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=depth), critical=True)
        .add_extension(_usage(authority=authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key()), critical=False)
    )
    if not authority:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(purpose, critical=False)
    return builder.sign(by.key, hashes.SHA384())


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(institution: str, role: str) -> x509.Name:
    shown = institution[:_LONGEST_NAME]
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, shown),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{shown[:40]} Content Credentials, {role}"[:_LONGEST_NAME]),
        ]
    )
