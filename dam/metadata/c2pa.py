"""Content Credentials: a signed account of where a copy comes from and what was done to it, put in as the last step.

Any later change of the file, our own stamp included, breaks the signature; that is what it is for.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from dam.kernel.clock import Clock
from dam.kernel.errors import ImprimaturError
from dam.kernel.text import Bilingual

GENERATOR = "Imprimatur"
_CURVES = {"secp256r1": b"es256", "secp384r1": b"es384"}
_SETTINGS: Mapping[str, Any] = {
    "builder": {"thumbnail": {"enabled": False}},  # a thumbnail would be one more unmarked copy
    "verify": {"verify_after_sign": False, "remote_manifest_fetch": False, "ocsp_fetch": False},
}
_NO_MINING = ("cawg.ai_generative_training", "cawg.ai_inference", "cawg.ai_training", "cawg.data_mining")
_ORIGINAL = "original"
_CONTEXT = {"plus": "http://ns.useplus.org/ldf/xmp/1.0/", "dc": "http://purl.org/dc/elements/1.1/"}


class SigningFault(ImprimaturError):
    """The copy could not be signed; such a copy is never handed out."""

    code = "not_signed"

    def __init__(self, detail: str) -> None:
        message = Bilingual("The copy could not be signed.", "无法为副本签名。")
        super().__init__(message, extra={"detail": detail[:300]})


class BadSigner(ValueError):
    """The key and the certificates cannot sign; the message says why, and shows neither."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key and the certificates that speak for it.

    Shape: `key` PEM; `chain` certificates in PEM, the key's own first, each issued by the next; `root` the last one
    where it is its own issuer, which is published and not sent along.
    """

    key: bytes = field(repr=False)
    chain: bytes
    root: bytes = b""
    algorithm: bytes = b"es256"


@dataclass(frozen=True, slots=True)
class Account:
    """What the credentials of one copy tell.

    Shape: `changes` are actions of the C2PA specification in the order they were done, after the opening.
    """

    title: str
    media_type: str
    original_title: str
    original_media_type: str
    original_sha256: str
    licence_id: str
    version: str
    changes: Sequence[str] = ()
    no_mining: bool = True


class Standing(StrEnum):
    """What a reader makes of a file's credentials."""

    TRUSTED = "trusted"
    """Whole, and signed by whom we trust."""
    VALID = "valid"
    """Whole, but signed by somebody we do not know."""
    INVALID = "invalid"
    """Changed after signing, or not signed properly."""
    NONE = "none"
    """No credentials: nothing is proven, and nothing is disproven."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A standing, the reader's own codes for what failed, and the active manifest as it stands in the file."""

    standing: Standing
    failures: tuple[str, ...] = ()
    manifest: Mapping[str, Any] = field(default_factory=dict)


def sign(source: Path, target: Path, account: Account, signer: Signer) -> str:
    """Write the copy with its credentials into another file and return the SHA-256 of the signed manifest.

    The result is read back and must stand up, before anybody gets it.
    Raises: SigningFault; the target may then be half written.
    """
    # The library is large and only workers sign: no other process loads it.
    import c2pa  # noqa: PLC0415

    try:
        info = c2pa.C2paSignerInfo(signer.algorithm, signer.chain, signer.key, None)
        context = c2pa.Context(settings=c2pa.Settings.from_dict(dict(_SETTINGS)))
        builder = c2pa.Builder(_manifest(account), context=context)
        with source.open("rb") as stream, target.open("w+b") as out, c2pa.Signer.from_info(info) as pen:
            manifest = builder.sign(pen, account.media_type, stream, out)
    except (c2pa.C2paError, OSError, ValueError) as error:
        raise SigningFault(str(error)) from error
    found = inspect(target, account.media_type, signer.root)
    if found.standing is not (Standing.TRUSTED if signer.root else Standing.VALID):
        raise SigningFault(", ".join((found.standing.value, *found.failures)))
    return sha256(manifest).hexdigest()


def inspect(path: Path, media_type: str, root: bytes = b"") -> Finding:
    """Read the credentials of a file of ours as any reader would, trusting this root."""
    import c2pa  # noqa: PLC0415 - as in `sign`

    trust = {"trust": {"trust_anchors": root.decode()}} if root else {}
    context = c2pa.Context(settings=c2pa.Settings.from_dict(dict(_SETTINGS) | trust))
    try:
        with path.open("rb") as stream:
            reader = c2pa.Reader.try_create(media_type, stream, context=context)
            if reader is None:
                return Finding(Standing.NONE)
            return _finding(reader.get_validation_state(), json.loads(reader.json()))
    except c2pa.C2paError as error:
        return Finding(Standing.INVALID, (str(error)[:200],))


def _finding(state: str | None, said: Mapping[str, Any]) -> Finding:
    standing = {"Trusted": Standing.TRUSTED, "Valid": Standing.VALID}.get(state or "", Standing.INVALID)
    results = said.get("validation_results", {}).get("activeManifest", {})
    failures = tuple(str(failure["code"]) for failure in results.get("failure", ()))
    return Finding(standing, failures, said.get("manifests", {}).get(said.get("active_manifest"), {}))


def _manifest(account: Account) -> dict[str, Any]:
    """Return the definition of the manifest; the original stands in it by name and hash, never by its pixels."""
    opened = {"action": "c2pa.opened", "parameters": {"ingredientIds": [_ORIGINAL]}}
    mining = {"entries": {name: {"use": "notAllowed"} for name in _NO_MINING}}
    assertions = [
        {"label": "c2pa.actions", "data": {"actions": [opened, *({"action": name} for name in account.changes)]}},
        {"label": "cawg.metadata", "data": {"@context": _CONTEXT, "plus:LicenseID": account.licence_id}},
        *([{"label": "cawg.training-mining", "data": mining}] if account.no_mining else []),
    ]
    original = {
        "label": _ORIGINAL,
        "title": account.original_title,
        "format": account.original_media_type,
        "relationship": "parentOf",
        "instance_id": f"urn:sha256:{account.original_sha256}",
    }
    return {
        "claim_generator_info": [{"name": GENERATOR, "version": account.version}],
        "title": account.title,
        "format": account.media_type,
        "ingredients": [original],
        "assertions": assertions,
    }


# ---- the key and its certificates


def make_signer(key: bytes, chain: bytes, clock: Clock) -> Signer:
    """Return the signer of a key and its certificates, once they are found to belong together.

    Raises: BadSigner with a sentence for the operator.
    """
    private, certificates = _read(key, chain)
    leaf = certificates[0]
    if private.public_key().public_bytes(*_PLAIN) != leaf.public_key().public_bytes(*_PLAIN):
        raise BadSigner("the key is not that of the first certificate")
    _hold_purpose(leaf)
    for certificate in certificates:
        if not certificate.not_valid_before_utc <= clock() <= certificate.not_valid_after_utc:
            raise BadSigner(f"the certificate of {_common_name(certificate)} is not valid today")
    _hold_chain(certificates)
    root = certificates[-1] if len(certificates) > 1 and _own_issuer(certificates[-1]) else None
    sent = certificates[:-1] if root else certificates
    pem = b"".join(certificate.public_bytes(Encoding.PEM) for certificate in sent)
    return Signer(key, pem, root.public_bytes(Encoding.PEM) if root else b"", _CURVES[private.curve.name])


_PLAIN = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@dataclass(frozen=True, slots=True)
class Described:
    """What a person compares of a certificate.

    Shape: `fingerprint` SHA-256 in hex, of the certificate's DER form.
    """

    subject: str
    fingerprint: str
    valid_until: date


def describe(pem: bytes) -> Described:
    """Return what a person compares of a certificate."""
    certificate = x509.load_pem_x509_certificate(pem)
    fingerprint = sha256(certificate.public_bytes(Encoding.DER)).hexdigest()
    return Described(_common_name(certificate), fingerprint, certificate.not_valid_after_utc.date())


def _read(key: bytes, chain: bytes) -> tuple[ec.EllipticCurvePrivateKey, list[x509.Certificate]]:
    try:
        private, certificates = load_pem_private_key(key, None), x509.load_pem_x509_certificates(chain)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise BadSigner("the key or the certificates are not in PEM, or the key has a password") from None
    if not isinstance(private, ec.EllipticCurvePrivateKey) or private.curve.name not in _CURVES:
        raise BadSigner("the key must be of the curve P-256 or P-384")
    return private, certificates


def _hold_purpose(leaf: x509.Certificate) -> None:
    """Readers refuse a certificate that does not say it may sign for an e-mail address; nothing says C2PA alone."""
    try:
        purposes = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
        usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound as missing:
        raise BadSigner(f"the first certificate lacks an extension: {missing.oid.dotted_string}") from None
    if ExtendedKeyUsageOID.EMAIL_PROTECTION not in purposes or not usage.digital_signature:
        raise BadSigner("the first certificate is not for signing (digitalSignature, emailProtection)")


def _hold_chain(certificates: Sequence[x509.Certificate]) -> None:
    for certificate, issuer in pairwise(certificates):
        try:
            certificate.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature):
            raise BadSigner(f"{_common_name(certificate)} was not issued by {_common_name(issuer)}") from None


def _own_issuer(certificate: x509.Certificate) -> bool:
    return certificate.issuer == certificate.subject


def _common_name(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()
