"""The name a file was sent under: a label to show, never a path."""

from dam.catalogue.description import clean_text

LONGEST_FILE_NAME = 255
_NAMELESS = "unnamed"


def display_name(sent: str) -> str:
    """Return the file name as it may be shown: the last part of what was sent, nothing hidden or reordering in it."""
    visible = clean_text(sent.replace("\\", "/"))
    name = visible.rpartition("/")[2].strip() or _NAMELESS
    return name[:LONGEST_FILE_NAME]
