"""Every setting of the service: read once from the environment, validated at start, never changed.

The names are those of the environment variables; `docs/configuration.md` lists them, and a test holds the two together.
"""

from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_SHORTEST_SECRET = 32
_MIB = 1024 * 1024


class BadSettings(Exception):
    """The environment does not describe a working service; the message lists every fault."""


def _long_enough(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value()) < _SHORTEST_SECRET:
        msg = f"must have at least {_SHORTEST_SECRET} characters"
        raise ValueError(msg)
    return secret


def _database(url: SecretStr) -> SecretStr:
    if urlsplit(url.get_secret_value()).scheme not in {"postgresql", "postgresql+psycopg"}:
        msg = "must be a postgresql:// address; no other database is served"
        raise ValueError(msg)
    return url


def _broker(url: SecretStr) -> SecretStr:
    if urlsplit(url.get_secret_value()).scheme not in {"redis", "rediss"}:
        msg = "must be a redis:// or rediss:// address (Valkey speaks it too)"
        raise ValueError(msg)
    return url


def _web_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        msg = "must be an http:// or https:// address"
        raise ValueError(msg)
    return url.rstrip("/")


def _time_zone(name: str) -> str:
    if name not in available_timezones():
        msg = "must be a time zone of the IANA database, such as Asia/Shanghai"
        raise ValueError(msg)
    return name


def _mail(url: SecretStr) -> SecretStr:
    parts = urlsplit(url.get_secret_value())
    server = parts.scheme in {"smtp", "smtps"} and bool(parts.hostname) and parts.path in {"", "/"}
    try:
        known = (server and (parts.port is None or parts.port > 0)) or (parts.scheme == "file" and bool(parts.path))
    except ValueError:
        known = False
    if not known or parts.query not in ({"", "tls=off"} if parts.scheme == "smtp" else {""}):
        msg = "must be smtp://user:password@host:587, smtps://host, smtp://localhost?tls=off or file:FOLDER"
        raise ValueError(msg)
    return url


def _mailbox(address: str) -> str:
    local, _, domain = address.partition("@")
    if not local or not domain or not address.isprintable() or set(' <>,;:"@') & set(local + domain):
        msg = "must be a plain address, such as desk@example.org"
        raise ValueError(msg)
    return address


LongSecret = Annotated[SecretStr, AfterValidator(_long_enough)]
DatabaseAddress = Annotated[SecretStr, AfterValidator(_database)]
BrokerAddress = Annotated[SecretStr, AfterValidator(_broker)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
MailAddress = Annotated[SecretStr, AfterValidator(_mail)]
Mailbox = Annotated[str, AfterValidator(_mailbox)]
TimeZoneName = Annotated[str, AfterValidator(_time_zone)]


class Settings(BaseSettings):
    """The settings of one process."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True, populate_by_name=True)

    database_url: DatabaseAddress = Field(description="PostgreSQL 18 as the service sees it: a role that owns nothing.")
    database_owner_url: DatabaseAddress | None = Field(
        default=None, description="PostgreSQL as migrations see it: the owner of the tables. Only `migrate` needs it."
    )
    log_database_url: DatabaseAddress | None = Field(
        default=None,
        description="PostgreSQL as the log's sequencer sees it: a login of its own, made by `migrate`.",
    )
    log_key_path: Path | None = Field(
        default=None,
        description="File of the log's signing key, for the sequencer alone; else `log.key` under `DAM_DATA`.",
    )
    log_origin: str = Field(
        default="imprimatur.local/log",
        pattern=r"^[^\s+]{1,200}$",
        description="Name of the log, best an address of yours; it is signed with every checkpoint and never changes.",
    )
    log_every_s: float = Field(
        default=0.25, ge=0.05, le=10, description="How often the sequencer gives new events their place."
    )
    log_anchor_every_s: int = Field(
        default=3600, ge=1, description="How often a checkpoint is locked in the store with all that belongs to it."
    )
    log_lock_days: int = Field(
        default=3650, ge=1, le=36_500, description="Days the store refuses to delete what was published of the log."
    )
    database_pool_size: int = Field(default=8, ge=1, le=100, description="Connections one process may hold.")
    broker_url: BrokerAddress = Field(description="Valkey or Redis, `redis://:password@host:port/0`.")
    s3_endpoint: WebAddress = Field(description="The S3 service. It must pass the start-up probe.")
    s3_region: str = Field(default="us-east-1", min_length=1, description="Region the S3 requests are signed for.")
    s3_access_key: SecretStr = Field(description="Name of the key the service signs S3 requests with.")
    s3_secret_key: SecretStr = Field(description="The secret half of that key; it never leaves the service.")
    s3_bucket_prefix: str = Field(
        default="",
        pattern=r"^([a-z0-9][a-z0-9-]{0,40})?$",
        description="Put before the names of the buckets `originals`, `renditions`, `copies` and `deeds`.",
    )
    secret_key: LongSecret = Field(description="Signs sessions and forms; at least 32 characters.")
    security_password_salt: LongSecret = Field(
        description="Pepper of the password hashes; at least 32 characters. Changing it makes every password invalid."
    )
    base_url: WebAddress = Field(default="http://127.0.0.1:8000", description="Address people reach the service at.")
    host: str = Field(default="127.0.0.1", min_length=1, description="Address the web server listens on.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port of the web server; `up` takes the next free one.")
    web_processes: int = Field(default=2, ge=1, le=64, description="Processes of the web server.")
    web_threads: int = Field(default=8, ge=1, le=256, description="Threads of each web process.")
    data_dir: Path = Field(
        default=Path("var"), alias="DAM_DATA", description="Folder of the embedded stack and of temporary files."
    )
    upload_limit_bytes: int = Field(default=512 * _MIB, ge=_MIB, description="Largest file that may be uploaded.")
    deed_limit_bytes: int = Field(
        default=64 * _MIB, ge=_MIB, description="Largest file that may be attached to a supply agreement."
    )
    pixel_limit: int = Field(
        default=200_000_000, ge=1_000_000, description="Most pixels a photograph may have (width times height)."
    )
    delivery_lifetime_s: int = Field(
        default=86_400, ge=60, description="How long a licensed copy can be fetched again before it is deleted."
    )
    reservation_days: int = Field(
        default=14,
        ge=1,
        le=365,
        description="Days a place is held for a rights holder's consent or a second signature.",
    )
    offer_days: int = Field(
        default=30, ge=1, le=365, description="Days a counter-offer stands when it names no last day."
    )
    time_zone: TimeZoneName = Field(default="Asia/Shanghai", description="Time zone of licence days and of the pages.")
    institution_name_en: str = Field(
        default="Imprimatur Archive", min_length=1, description="Name of the archive, in English."
    )
    institution_name_zh: str = Field(default="准印档案馆", min_length=1, description="Name of the archive, in Chinese.")
    mail_url: MailAddress | None = Field(
        default=None,
        description="Mail server, `smtp://user:password@host:587`, or `file:FOLDER`; unset: no letters go out.",
    )
    mail_from: Mailbox = Field(
        default="imprimatur@localhost", description="Address letters come from; required where MAIL_URL is a server."
    )
    original_lock_days: int = Field(
        default=3650,
        ge=1,
        le=36_500,
        description="Days the store refuses to delete an original or a deed after it came in.",
    )
    original_lock_mode: Literal["GOVERNANCE", "COMPLIANCE"] = Field(
        default="GOVERNANCE",
        description="How firmly: GOVERNANCE lets an account with the right lift it; COMPLIANCE, none.",
    )
    x_accel: bool = Field(
        default=False, description="Let nginx send a licensed copy by X-Accel-Redirect, after the decision."
    )
    c2pa_key_path: Path | None = Field(
        default=None,
        description="File with the key that signs licensed copies (PEM, P-256 or P-384); empty: set-up makes one.",
    )
    c2pa_chain_path: Path | None = Field(
        default=None,
        description="File with its certificates (PEM): its own, those that issued it, and last the root people trust.",
    )
    session_lifetime_s: int = Field(default=28_800, ge=300, description="Longest life of a signed-in session.")
    sign_in_limit: str = Field(
        default="10 per minute; 60 per hour",
        pattern=r"^\s*\d+ per \w+(\s*;\s*\d+ per \w+)*\s*$",
        description="Sign-in attempts allowed from one address.",
    )
    public_limit: str = Field(
        default="120 per minute; 3000 per hour",
        pattern=r"^\s*\d+ per \w+(\s*;\s*\d+ per \w+)*\s*$",
        description="Public pages and their pictures that one address may ask for.",
    )
    contact_email: Mailbox | None = Field(
        default=None, description="Address that public pages name for questions about rights; none by default."
    )
    trusted_proxies: int = Field(
        default=0, ge=0, le=5, description="Reverse proxies in front, whose X-Forwarded-* headers are believed."
    )
    cookies_secure: bool = Field(
        default=False, description="Send cookies over HTTPS only; required where BASE_URL is https."
    )
    lease_s: float = Field(default=60, ge=1, description="How long a worker may be silent before its job is given on.")
    rehint_s: float = Field(
        default=30, ge=0.5, description="How long a job may lie unclaimed before it is announced again."
    )
    worker_concurrency: int = Field(default=2, ge=1, le=64, description="Photographs worked at the same time.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", description="Least level logged.")

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        if self.base_url.startswith("https://") and not self.cookies_secure:
            msg = "COOKIES_SECURE must be true where BASE_URL is https"
            raise ValueError(msg)
        if self.mail_url and not self.mail_url.get_secret_value().startswith("file:") and _is_unset(self.mail_from):
            msg = "MAIL_FROM must be set where MAIL_URL is a mail server"
            raise ValueError(msg)
        if (self.c2pa_key_path is None) != (self.c2pa_chain_path is None):
            msg = "C2PA_KEY_PATH and C2PA_CHAIN_PATH belong together: set both or neither"
            raise ValueError(msg)
        return self

    @property
    def credentials_dir(self) -> Path:
        """The folder where set-up keeps the key it makes."""
        return self.data_dir / "credentials"

    @property
    def zone(self) -> ZoneInfo:
        """The time zone itself."""
        return ZoneInfo(self.time_zone)


def _is_unset(mail_from: str) -> bool:
    return bool(mail_from == Settings.model_fields["mail_from"].default)


def read_settings() -> Settings:
    """Return the settings of the environment.

    Raises: BadSettings naming every fault at once.
    """
    try:
        return Settings()
    except ValidationError as fault:
        raise BadSettings(_sentence(fault)) from None


def _sentence(fault: ValidationError) -> str:
    """Say what is wrong, never showing a value: it may be a secret."""
    lines = []
    for error in fault.errors(include_url=False, include_input=False):
        name = str(error["loc"][0]).upper() if error["loc"] else "SETTINGS"
        text = "is not set" if error["type"] == "missing" else error["msg"].removeprefix("Value error, ")
        lines.append(f"  {name}: {text}")
    return "The settings are not complete:\n" + "\n".join(lines)


def settings_table() -> list[tuple[str, str, str]]:
    """Return every setting as name, default ("required" where it has none) and description."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = "required" if field.is_required() else "" if field.default in (None, "") else str(field.default)
        rows.append(((field.alias or name).upper(), default, field.description or ""))
    return rows
