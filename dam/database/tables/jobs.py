"""Background jobs: the row is the work, the broker's message only a hint."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from dam.database.tables import metadata

job = Table(
    "job",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("params", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("params_sha256", LargeBinary, nullable=False),
    Column("recipe_version", Integer, nullable=False, server_default=text("1")),
    Column("state", Text, nullable=False, server_default=text("'queued'")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("max_attempts", Integer, nullable=False, server_default=text("5")),
    Column("infra", Integer, nullable=False, server_default=text("0")),
    Column("lease_token", Uuid),
    Column("lease_until", DateTime(timezone=True)),
    Column("next_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("hinted_at", DateTime(timezone=True)),
    Column("last_error", Text),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("ended_at", DateTime(timezone=True)),
    CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'quarantined')", name="job_state"),
    CheckConstraint("octet_length(params_sha256) = 32", name="job_params_sha256"),
    CheckConstraint("(state = 'running') = (lease_token IS NOT NULL AND lease_until IS NOT NULL)", name="job_lease"),
    UniqueConstraint("subject_id", "kind", "params_sha256", "recipe_version", name="uq_job_work"),
)
"""`attempts` counts runs that may be the job's own fault, `infra` runs given back because a service was down.

`failed` means out of attempts but its subject does not know yet; `quarantined` means it does.
"""

Index("ix_job_due", job.c.next_at, postgresql_where=job.c.state == "queued")
Index("ix_job_lease", job.c.lease_until, postgresql_where=job.c.state == "running")
Index("ix_job_failed", job.c.id, postgresql_where=job.c.state == "failed")
