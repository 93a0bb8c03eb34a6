"""`imprimatur found`: how a service without the demo comes by its first administrator."""

import pytest
from click.testing import CliRunner

from dam.accounts.permissions import Role
from dam.cli import main

pytestmark = pytest.mark.stack


def founded(stack, *words):
    """Run the command as the containers do."""
    environment = stack.servers.environment() | {"DATABASE_URL": stack.database_url, "S3_BUCKET_PREFIX": "test-"}
    return CliRunner().invoke(main, ["found", *words], env=environment)


def test_the_first_administrator_can_sign_in(fresh_stack):
    done = founded(fresh_stack, "ann@archive.example", "Ann Admin")
    assert done.exit_code == 0, done.output
    account = fresh_stack.house.accounts.account_by_email("ann@archive.example")
    assert account.person.roles == {Role.ADMINISTRATOR}
    assert account.organisation.name.en == "Imprimatur Archive"
    assert len(done.output.split()[-1]) >= 12


def test_a_service_is_founded_once(fresh_stack):
    assert founded(fresh_stack, "ann@archive.example", "Ann Admin").exit_code == 0
    again = founded(fresh_stack, "eve@archive.example", "Eve")
    assert again.exit_code == 1
    assert "already has people" in again.output
    assert fresh_stack.house.accounts.account_by_email("eve@archive.example") is None


def test_an_address_that_is_none_is_refused(fresh_stack):
    refused = founded(fresh_stack, "no address", "Ann Admin")
    assert refused.exit_code == 1
    assert "Traceback" not in refused.output
