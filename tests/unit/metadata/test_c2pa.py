"""Content Credentials: whole they stand up, changed they do not, and a key that does not fit is found at start."""

import hashlib
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from PIL import Image

from config.settings import BadSettings, Settings
from dam.kernel.clock import utc_now
from dam.local.credentials import issue, load_signer_of_copies
from dam.metadata.c2pa import Account, BadSigner, Signer, SigningFault, Standing, describe, inspect, make_signer, sign
from dam.metadata.fields import RightsStamp
from dam.metadata.stamping import stamp

FORMS = ("jpeg", "tiff", "png", "webp")
ORIGINAL = hashlib.sha256(b"the original").hexdigest()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("credentials")
    issue(made, "准印档案馆 Imprimatur Archive", utc_now())
    return made


@pytest.fixture(scope="module")
def signer(folder: Path) -> Signer:
    return make_signer((folder / "signing.key").read_bytes(), (folder / "chain.pem").read_bytes(), utc_now)


def account(form: str) -> Account:
    return Account(
        title="IMP-2026-000001 军官合影",
        media_type=f"image/{form}",
        original_title="IMP-2026-000001",
        original_media_type="image/tiff",
        original_sha256=ORIGINAL,
        licence_id="LIC-2026-000123",
        version="0.2.0",
        changes=("c2pa.resized", "c2pa.transcoded", "c2pa.edited.metadata"),
    )


def signed(form: str, folder: Path, signer: Signer, rights: RightsStamp) -> Path:
    source, target = folder / f"bare.{form}", folder / f"signed.{form}"
    Image.effect_noise((400, 300), 60).convert("RGB").save(source, form)
    stamp(source, rights)
    assert len(sign(source, target, account(form), signer)) == 64
    return target


@pytest.mark.parametrize("form", FORMS)
def test_a_signed_copy_stands_up_and_says_what_was_done(
    form: str, tmp_path: Path, signer: Signer, rights: RightsStamp
) -> None:
    path, kind = signed(form, tmp_path, signer, rights), f"image/{form}"
    assert Image.open(path).tobytes() == Image.open(tmp_path / f"bare.{form}").tobytes()
    found = inspect(path, kind, signer.root)
    assert (found.standing, found.failures) == (Standing.TRUSTED, ())
    assert inspect(path, kind).standing is Standing.VALID, "whoever does not know our root is told so"
    assert inspect(tmp_path / f"bare.{form}", kind, signer.root).standing is Standing.NONE
    told = found.manifest
    assert (told["claim_generator_info"][0]["name"], told["title"]) == ("Imprimatur", "IMP-2026-000001 军官合影")
    (original,) = told["ingredients"]
    assert (original["title"], original["relationship"]) == ("IMP-2026-000001", "parentOf")
    assert original["instance_id"] == f"urn:sha256:{ORIGINAL}"
    assert "thumbnail" not in original
    assert "thumbnail" not in told
    said = {each["label"]: each["data"] for each in told["assertions"]}
    assert [action["action"] for action in said["c2pa.actions.v2"]["actions"]] == [
        "c2pa.opened",
        "c2pa.resized",
        "c2pa.transcoded",
        "c2pa.edited.metadata",
    ]
    assert said["cawg.metadata"]["plus:LicenseID"] == "LIC-2026-000123"
    assert {entry["use"] for entry in said["cawg.training-mining"]["entries"].values()} == {"notAllowed"}
    assert len(said["cawg.training-mining"]["entries"]) == 4
    assert path.stat().st_size - (tmp_path / f"bare.{form}").stat().st_size < 6_000


def test_a_licence_that_permits_mining_is_not_contradicted(tmp_path: Path, signer: Signer) -> None:
    source, target = tmp_path / "p.jpg", tmp_path / "q.jpg"
    Image.new("RGB", (40, 30)).save(source)
    sign(source, target, replace(account("jpeg"), no_mining=False), signer)
    labels = {each["label"] for each in inspect(target, "image/jpeg", signer.root).manifest["assertions"]}
    assert "cawg.training-mining" not in labels


@pytest.mark.parametrize("form", FORMS)
def test_every_later_change_is_reported(form: str, tmp_path: Path, signer: Signer, rights: RightsStamp) -> None:
    path, kind = signed(form, tmp_path, signer, rights), f"image/{form}"
    data = path.read_bytes()
    places = [len(data) // 3, len(data) // 2, 3 * len(data) // 4]
    changes = [data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :] for at in places]
    for changed in (*changes, data + b"x"):
        path.write_bytes(changed)
        found = inspect(path, kind, signer.root)
        assert found.standing is Standing.INVALID
    assert found.failures == ("assertion.dataHash.mismatch",)
    path.write_bytes(data)
    stamp(path, replace(rights, credit_line="Another credit"))
    assert inspect(path, kind, signer.root).standing is Standing.NONE, "our own stamp leaves nothing foreign"


def test_a_stranger_can_not_sign_in_our_name(tmp_path: Path, signer: Signer, rights: RightsStamp) -> None:
    issue(tmp_path / "theirs", "准印档案馆 Imprimatur Archive", utc_now())
    files = (tmp_path / "theirs/signing.key", tmp_path / "theirs/chain.pem")
    stranger = make_signer(*(file.read_bytes() for file in files), utc_now)
    path = signed("jpeg", tmp_path, stranger, rights)
    assert inspect(path, "image/jpeg", signer.root).standing is Standing.VALID


def test_an_unsigned_copy_never_comes_out(tmp_path: Path, signer: Signer) -> None:
    (tmp_path / "no.jpg").write_bytes(b"no picture")
    with pytest.raises(SigningFault):
        sign(tmp_path / "no.jpg", tmp_path / "out.jpg", account("jpeg"), signer)
    Image.new("RGB", (40, 30)).save(tmp_path / "p.jpg")
    with pytest.raises(SigningFault) as fault:
        sign(tmp_path / "p.jpg", tmp_path / "out.jpg", account("jpeg"), replace(signer, key=b"no key"))
    assert "PRIVATE" not in str(fault.value.extra)


def test_set_up_makes_the_key_once_for_its_owner_alone(folder: Path, signer: Signer) -> None:
    before = (folder / "signing.key").read_bytes()
    issue(folder, "Another name", utc_now())
    assert (folder / "signing.key").read_bytes() == before
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    own, issuing, root = x509.load_pem_x509_certificates((folder / "chain.pem").read_bytes())
    assert own.not_valid_after_utc > utc_now() + timedelta(days=20 * 365)
    own.verify_directly_issued_by(issuing)
    issuing.verify_directly_issued_by(root)
    assert signer.chain.count(b"BEGIN CERTIFICATE") == 2, "the root is published and not sent along"
    assert "PRIVATE" not in repr(signer)
    told = describe(signer.root)
    assert told.fingerprint == root.fingerprint(hashes.SHA256()).hex()
    assert told.subject.startswith("准印档案馆 Imprimatur Archive")


def pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, password: bytes | None = None) -> bytes:
    how = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)


def test_a_pair_that_does_not_fit_is_named_at_start(folder: Path) -> None:
    key, chain = (folder / "signing.key").read_bytes(), (folder / "chain.pem").read_bytes()
    own, issuing, root = (
        each + b"-----END CERTIFICATE-----\n" for each in chain.split(b"-----END CERTIFICATE-----\n")[:3]
    )
    other = ec.generate_private_key(ec.SECP256R1())
    late = datetime(2050, 1, 1, tzinfo=UTC)
    ours = load_pem_private_key(key, None)
    assert isinstance(ours, ec.EllipticCurvePrivateKey)
    wrong = {
        "the key is not that of": (pem(other), chain, utc_now),
        "not in PEM": (b"x", chain, utc_now),
        "or the key has a password": (pem(ours, b"secret"), chain, utc_now),
        "P-256 or P-384": (pem(rsa.generate_private_key(65537, 2048)), chain, utc_now),
        "was not issued by": (key, own + root, utc_now),
        "is not valid today": (key, chain, lambda: late),
        "lacks an extension": (pem(other), self_signed(other), utc_now),
    }
    for sentence, (given, certificates, clock) in wrong.items():
        with pytest.raises(BadSigner, match=sentence) as refused:
            make_signer(given, certificates, clock)
        assert "BEGIN" not in str(refused.value)
    assert make_signer(key, own + issuing, utc_now).root == b""


def self_signed(key: ec.EllipticCurvePrivateKey) -> bytes:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "x")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(utc_now() - timedelta(days=1))
    made = builder.not_valid_after(utc_now() + timedelta(days=1)).sign(key, hashes.SHA256())
    return made.public_bytes(Encoding.PEM)


def test_the_child_that_opens_uploads_knows_neither_library_nor_key() -> None:
    """The process of the decoders never loads what signs, and nobody tells it where a key is."""
    listing = "import dam.imaging.tasks, sys; print([m for m in sys.modules if 'c2pa' in m or m == 'dam.local'])"
    done = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_settings_that_lead_to_a_wrong_pair_stop_the_start(folder: Path, tmp_path: Path) -> None:
    nowhere = {
        "database_url": "postgresql://x:x@127.0.0.1:1/x",
        "broker_url": "redis://127.0.0.1:1/0",
        "s3_endpoint": "http://127.0.0.1:1",
        "s3_access_key": "x",
        "s3_secret_key": "x",
        "secret_key": "s" * 32,
        "security_password_salt": "p" * 32,
        "DAM_DATA": tmp_path,
    }
    issue(tmp_path / "other", "Other", utc_now())
    assert load_signer_of_copies(Settings(**nowhere), utc_now) is None, "set-up has not been yet"
    wrong = {"c2pa_key_path": folder / "signing.key", "c2pa_chain_path": tmp_path / "other/chain.pem"}
    with pytest.raises(BadSettings, match="C2PA_CHAIN_PATH: the key is not that of"):
        load_signer_of_copies(Settings(**nowhere, **wrong), utc_now)
    with pytest.raises(BadSettings, match="C2PA_KEY_PATH"):
        load_signer_of_copies(Settings(**nowhere, **(wrong | {"c2pa_key_path": tmp_path / "none"})), utc_now)
    with pytest.raises(ValueError, match="belong together"):
        Settings(**nowhere, c2pa_key_path=folder / "signing.key")
