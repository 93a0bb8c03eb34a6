"""The chain of migrations leads to the tables of the code, and to roles that own nothing."""

import pytest
from sqlalchemy import make_url, text

from dam.database.engine import make_engine
from dam.database.migrate import differences, migrate, newest_revision, revision
from dam.database.unit import Database
from dam.local import postgres

GROUP = "imprimatur_app"


def test_the_migrations_make_the_tables_of_the_code(stack):
    assert revision(stack.owner_url) == newest_revision()
    assert differences(stack.owner_url) == []


def test_migrating_again_changes_nothing(fresh_stack):
    migrate(fresh_stack.owner_url, postgres.SERVICE, fresh_stack.servers.keys.database_service)
    assert differences(fresh_stack.owner_url) == []
    assert fresh_stack.database.healthy()


def test_a_difference_is_found(fresh_stack):
    with fresh_stack.owner.unit() as unit:
        unit.connection.execute(text("ALTER TABLE job DROP COLUMN last_error"))
    assert "last_error" in str(differences(fresh_stack.owner_url))


def test_the_service_owns_nothing_and_can_make_nothing(stack):
    with stack.owner.unit() as unit:
        owned = "SELECT relname FROM pg_class WHERE pg_get_userbyid(relowner) IN (:user, :role)"
        names = unit.connection.execute(text(owned), {"user": postgres.SERVICE, "role": GROUP}).all()
        powers = unit.connection.execute(
            text("SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname = :user"),
            {"user": postgres.SERVICE},
        ).one()
    assert names == []
    assert tuple(powers) == (False, False, False, False)
    with pytest.raises(Exception, match="permission denied"), stack.database.unit() as unit:
        unit.connection.execute(text("CREATE TABLE public.mine (a int)"))


def test_no_table_lets_the_service_truncate_or_change_what_it_is(stack):
    """D27: the migrations say what the service's role may do: never TRUNCATE, TRIGGER or REFERENCES."""
    with stack.owner.unit() as unit:
        grants = unit.connection.execute(
            text("SELECT table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee = :role"),
            {"role": GROUP},
        ).all()
    assert grants
    assert {privilege for _, privilege in grants} <= {"SELECT", "INSERT", "UPDATE", "DELETE"}


def test_the_owner_is_refused_as_the_login_of_the_service(fresh_stack):
    """D27: under the owner's login the log's privileges would mean nothing."""
    with pytest.raises(ValueError, match="owns the tables"):
        migrate(fresh_stack.owner_url, postgres.OWNER, "whatever")


def test_the_servers_log_never_sees_the_password(fresh_stack):
    with fresh_stack.owner.unit() as unit:
        unit.connection.execute(text("CREATE ROLE another NOLOGIN"))
    try:
        migrate(fresh_stack.owner_url, "another", "an unusual word")
        url = make_url(fresh_stack.owner_url).set(username="another", password="an unusual word")
        another = Database(make_engine(url, pool_size=1))
        assert another.healthy()
        another.close()
        wrong = Database(make_engine(url.set(password="another word"), pool_size=1))
        assert not wrong.healthy()
    finally:
        with fresh_stack.owner.unit() as unit:
            unit.connection.execute(text("REVOKE imprimatur_app FROM another"))
            unit.connection.execute(text("DROP ROLE another"))
