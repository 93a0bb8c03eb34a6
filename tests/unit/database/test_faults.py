"""What an error of PostgreSQL means to the house."""

import psycopg
import pytest
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from dam.database.engine import make_engine, psycopg_url
from dam.database.faults import Contended, translate
from dam.kernel.errors import ExclusivityConflict, ServiceFault


@pytest.mark.parametrize(
    ("wrapper", "raised", "meaning"),
    [
        (IntegrityError, psycopg.errors.ExclusionViolation, ExclusivityConflict),
        (OperationalError, psycopg.errors.DeadlockDetected, Contended),
        (OperationalError, psycopg.errors.SerializationFailure, Contended),
        (OperationalError, psycopg.errors.LockNotAvailable, Contended),
        (OperationalError, psycopg.errors.QueryCanceled, ServiceFault),
        (OperationalError, psycopg.errors.AdminShutdown, ServiceFault),
        (OperationalError, psycopg.OperationalError, ServiceFault),
    ],
)
def test_an_error_has_one_meaning(wrapper, raised, meaning):
    assert type(translate(wrapper("statement", {}, raised("said")))) is meaning


def test_waiting_too_long_for_a_connection_is_a_fault_of_the_service():
    assert isinstance(translate(PoolTimeout("too many")), ServiceFault)


@pytest.mark.parametrize(
    ("wrapper", "raised"),
    [
        (ProgrammingError, psycopg.errors.UndefinedTable),
        (ProgrammingError, psycopg.errors.InsufficientPrivilege),
        (IntegrityError, psycopg.errors.UniqueViolation),
        (DataError, psycopg.errors.StringDataRightTruncation),
    ],
)
def test_a_defect_of_ours_stays_visible(wrapper, raised):
    assert translate(wrapper("statement", {}, raised("said"))) is None


def test_a_url_names_psycopg_3_whatever_it_named():
    for url in ("postgresql://u:p@h/d", "postgresql+psycopg2://u:p@h/d", "postgresql+psycopg://u:p@h/d"):
        assert psycopg_url(url).drivername == "postgresql+psycopg"


def test_no_password_is_printed_with_an_engine():
    assert "secret-word" not in repr(make_engine("postgresql://u:secret-word@h/d", pool_size=1))
