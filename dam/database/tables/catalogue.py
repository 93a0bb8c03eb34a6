"""Tables of the holdings: photographs, what their files say, their renditions, collections, the search index."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Sequence,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

from dam.database.tables import metadata

_SHA256 = "~ '^[0-9a-f]{64}$'"

asset_number = Sequence("asset_number", metadata=metadata, maxvalue=(1 << 27) - 1)
"""The item bits of the scope key, and the number in the accession number."""

collection = Table(
    "collection",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("holder_id", Uuid),
    Column("title_en", Text, nullable=False),
    Column("title_zh", Text, nullable=False, server_default=""),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    CheckConstraint("number BETWEEN 1 AND 4095", name="number"),
    UniqueConstraint("holder_id", "number", postgresql_nulls_not_distinct=True),
)
"""`number` is the fonds bits of its photographs' scope keys, counted within its holder."""

asset = Table(
    "asset",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("scope_key", BigInteger, nullable=False, unique=True),
    Column("accession_number", Text, nullable=False, unique=True),
    Column("state", Text, nullable=False),
    Column("reason_code", Text),
    Column("reason_detail", JSONB),
    Column("file_name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("width_px", Integer),
    Column("height_px", Integer),
    Column("page_count", Integer),
    Column("size_bytes", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False, unique=True),
    Column("original_key", Text, nullable=False),
    Column("original_version", Text),
    Column("holder_id", Uuid),
    Column("collection_id", Uuid, ForeignKey("collection.id")),
    Column("description", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("suggested", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("credit_line", Text),
    Column("rights_statement", Text),
    Column("public_page", Text, nullable=False, server_default="nothing"),
    Column("edtf", Text),
    Column("date_earliest", Date),
    Column("date_latest", Date),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("uploaded_by", Uuid, ForeignKey("person.id")),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("ready_at", DateTime(timezone=True)),
    CheckConstraint("state IN ('received', 'processing', 'ready', 'quarantined', 'withdrawn')", name="state"),
    CheckConstraint("state NOT IN ('quarantined', 'withdrawn') OR reason_code IS NOT NULL", name="state_says_why"),
    CheckConstraint("state <> 'ready' OR num_nulls(ready_at, width_px, height_px) = 0", name="ready_was_opened"),
    CheckConstraint("public_page IN ('nothing', 'text', 'preview')", name="public_page"),
    CheckConstraint("scope_key >= 0", name="scope_key"),
    CheckConstraint("size_bytes > 0", name="size"),
    CheckConstraint(f"sha256 {_SHA256}", name="sha256"),
    CheckConstraint("version > 0", name="version"),
    CheckConstraint("date_latest >= date_earliest", name="dates_in_order"),
)
"""`reason_detail` is the sentence of the state in both languages; `suggested` the fields nobody confirmed yet."""

Index("ix_asset_holder_id", asset.c.holder_id, asset.c.id)
Index("ix_asset_collection_id", asset.c.collection_id, asset.c.id)
Index("ix_asset_waiting", asset.c.state, asset.c.id, postgresql_where=text("state <> 'ready'"))

asset_reading = Table(
    "asset_reading",
    metadata,
    Column("asset_id", Uuid, ForeignKey("asset.id"), primary_key=True),
    Column("claims", JSONB, nullable=False),
    Column("warnings", JSONB, nullable=False),
    Column("read_at", DateTime(timezone=True), nullable=False),
)
"""What the file says of itself. Claims, never grants."""

rendition = Table(
    "rendition",
    metadata,
    Column("asset_id", Uuid, ForeignKey("asset.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("recipe_version", Integer, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("sha256", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("width_px", Integer, nullable=False),
    Column("height_px", Integer, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("tile_index", JSONB),
    CheckConstraint("kind IN ('thumbnail', 'preview', 'pyramid')", name="kind"),
    CheckConstraint("(kind = 'pyramid') = (tile_index IS NOT NULL)", name="pyramid_has_tiles"),
    CheckConstraint(f"sha256 {_SHA256}", name="sha256"),
    CheckConstraint("width_px > 0 AND height_px > 0 AND size_bytes > 0", name="sizes"),
)
"""`tile_index` tells where the tiles of a pyramid lie (`imaging.pyramid`)."""

Index(
    "ix_rendition_recipe_version",
    rendition.c.recipe_version,
    rendition.c.asset_id,
    postgresql_where=text("kind = 'preview'"),
)

asset_search = Table(
    "asset_search",
    metadata,
    Column("asset_id", Uuid, ForeignKey("asset.id"), primary_key=True),
    Column("tsv", TSVECTOR, nullable=False),
)
"""The words of each photograph; written in the same unit as the photograph, so a change is found or gone at once."""

Index("ix_asset_search_tsv", asset_search.c.tsv, postgresql_using="gin", postgresql_with={"fastupdate": "off"})

upload_intent = Table(
    "upload_intent",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("bucket", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("version", Text),
    Column("state", Text, nullable=False, server_default="open"),
    Column("due_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("bucket IN ('originals', 'renditions')", name="bucket"),
    CheckConstraint("state IN ('open', 'doomed')", name="state"),
)
"""An object that is being stored and belongs to nobody yet, or belongs to nobody any more.

`open`: its writer is at work until `due_at`. `doomed`: a sweep is deleting it, and nobody may start on it.
"""

Index("ix_upload_intent_due_at", upload_intent.c.due_at)
Index("ix_upload_intent_key", upload_intent.c.bucket, upload_intent.c.key)
