"""The whole application in this process, on real servers, with an archive, a publisher and a holder."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.serving import make_server

from dam.accounts.organisation import OrganisationDraft, OrganisationKind
from dam.accounts.people import Actor
from dam.accounts.permissions import Role
from dam.accounts.person import PersonDraft
from dam.app import create_app
from dam.kernel.ids import new_id
from dam.kernel.text import Bilingual
from tests.http.place import PASSWORD, Place
from tests.stack.audit.logbench import LogBench


@pytest.fixture(scope="module")
def place(stack: Any) -> Place:
    """The application with an archive, a publisher and a holder."""
    house = stack.house
    archive = OrganisationDraft(OrganisationKind.ARCHIVE, Bilingual("The Archive", "档案馆"), "CN")
    draft = PersonDraft("administrator@example.org", "Admin", new_id(), frozenset({Role.ADMINISTRATOR}))
    person = house.accounts.found(archive, draft, PASSWORD).person
    actor = Actor(person.person_id, person.organisation_id, person.roles)
    own = next(iter(house.accounts.organisations(actor)))
    others = {
        kind: house.accounts.create_organisation(actor, OrganisationDraft(kind, Bilingual(f"A {kind}", "")))
        for kind in (OrganisationKind.PUBLISHER, OrganisationKind.HOLDER)
    }
    _publish_log(stack)
    app = create_app(stack.settings, house)
    return Place(app, house, actor, {OrganisationKind.ARCHIVE: own, **others})


@pytest.fixture(scope="module")
def address(place: Place) -> Iterator[str]:
    """The application behind a real port, for tests with a browser."""
    server = make_server("127.0.0.1", 0, place.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def _publish_log(stack: Any) -> None:
    """Give what has happened so far its place in a published log, so that there is one to read."""
    log = LogBench(stack, f"http{new_id().hex[-12:]}-")
    log.sequencer().work()
    log.close()
