"""The export's cells, and the words this room shares with the floor above."""

import pytest

from dam.accounts.permissions import Permission
from dam.audit.log import LOG_READ
from dam.audit.usage.nouns import USAGE_READ
from dam.audit.usage.sheet import COLUMNS, csv_lines, safe_cell


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_a_cell_that_could_start_a_formula_stays_text(start):
    assert safe_cell(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("text", ["", "a=1", "柴世荣", "2026-03-10", "not_your_licence no_licence"])
def test_every_other_cell_is_left_alone(text):
    assert safe_cell(text) == text


def test_an_empty_export_has_its_header():
    assert list(csv_lines([])) == [",".join(COLUMNS) + "\r\n"]


def test_the_permission_is_the_one_of_the_enum():
    assert Permission.USAGE_READ.value == USAGE_READ
    assert Permission.LOG_READ.value == LOG_READ
