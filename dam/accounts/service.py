"""What people do with accounts, and who a session or a token stands for."""

import secrets
from uuid import UUID

from dam.accounts import store
from dam.accounts.organisation import Organisation, OrganisationDraft
from dam.accounts.passwords import hash_password, new_password
from dam.accounts.people import Actor
from dam.accounts.permissions import Permission
from dam.accounts.person import Account, Me, NewPerson, Person, PersonDraft, mailbox
from dam.accounts.tokens import NewToken, Token, TokenDraft, new_secret, token_digest
from dam.audit.events import Detail, Event, EventType
from dam.audit.service import append
from dam.database.unit import Database, Unit
from dam.kernel.clock import Clock
from dam.kernel.errors import Conflict, NotFound, NotSignedIn, WrongState
from dam.kernel.ids import OrganisationId, PersonId, new_id
from dam.kernel.text import Bilingual, Language

_ORGANISATION = Bilingual("organisation", "机构")
_PERSON = Bilingual("person", "人员")
_TOKEN = Bilingual("token", "令牌")
_TAKEN = Bilingual("Somebody already signs in with this address.", "该地址已被使用。")
_SEES_ALL = (Permission.PERSON_MANAGE, Permission.AGREEMENT_READ, Permission.AGREEMENT_RECORD)
_FIRST = Bilingual("The service already has people.", "系统中已有人员。")
_YOURSELF = Bilingual("You cannot close your own account or organisation.", "您不能停用自己的账户或机构。")


class AccountsService:
    """Organisations, people, sign-ins and API tokens."""

    def __init__(self, *, database: Database, clock: Clock, password_pepper: str) -> None:
        self.database = database
        self.clock = clock
        self._pepper = password_pepper

    # Who is it?

    def actor_for_token(self, secret: str) -> Actor:
        """Return whom the token stands for.

        Raises: NotSignedIn, when the token is unknown, expired or revoked, or its owner may not act any more.
        """
        at = self.clock()
        with self.database.unit() as unit:
            found = store.account_of_token(unit, token_digest(secret))
            if found is None or not found[0].live(at) or not found[1].active:
                raise NotSignedIn
            store.touch_token(unit, found[0], at)
        return found[1].actor

    def account_by_email(self, email: str) -> Account | None:
        """Return the account that signs in with this address, active or not."""
        with self.database.unit() as unit:
            return store.account_of_email(unit, mailbox(email))

    def account_by_session(self, session_key: str) -> Account | None:
        """Return the account whose sessions carry this key, active or not."""
        with self.database.unit() as unit:
            return store.account_of_session(unit, session_key)

    def me(self, actor: Actor) -> Me:
        """Return what the actor may know of themselves."""
        actor.require(Permission.SELF_READ)
        with self.database.unit() as unit:
            account = store.account_of_person(unit, actor.person_id)
        if account is None:
            raise NotSignedIn
        return Me(account.person, account.organisation, actor.permissions)

    # Signing in

    def signed_in(self, account: Account, address: str | None) -> None:
        """Record that the person signed in, and from where."""
        with self.database.unit() as unit:
            store.record_sign_in(unit, account.person.person_id, self.clock(), address)
            self._log(unit, EventType.PERSON_SIGNED_IN, account.actor, address=address)

    def sign_in_refused(self, email: str, address: str | None) -> None:
        """Record that somebody failed to sign in.

        What was typed is not kept: a slip of the pen puts passwords there.
        """
        with self.database.unit() as unit:
            account = store.account_of_email(unit, mailbox(email))
            event = Event(
                type=EventType.SIGN_IN_REFUSED,
                actor=account.person.person_id if account else None,
                organisation=account.organisation.organisation_id if account else None,
                details={"address": address, "known": account is not None},
            )
            append(unit, event, self.clock())

    def change_password(self, actor: Actor, password_hash: str, session_key: str) -> None:
        """Keep the person's new password; every session that knew the old one ends."""
        with self.database.unit() as unit:
            store.set_password(unit, actor.person_id, password_hash, session_key)
            self._log(unit, EventType.PERSON_PASSWORD_CHANGED, actor)

    def keep_rehash(self, actor: Actor, password_hash: str) -> None:
        """Keep a stronger hash of the same password, made while the person signed in."""
        with self.database.unit() as unit:
            store.set_password_hash(unit, actor.person_id, password_hash)

    def signed_out(self, actor: Actor) -> None:
        """Record that the person signed out, and end all their sessions.

        A session lives in its cookie alone: without a new key, a copy of the cookie would still open the house.
        """
        with self.database.unit() as unit:
            store.end_sessions(unit, actor.person_id, _session_key())
            self._log(unit, EventType.PERSON_SIGNED_OUT, actor)

    def choose_language(self, actor: Actor, language: Language) -> None:
        """Keep the language the person reads in."""
        actor.require(Permission.SELF_READ)
        with self.database.unit() as unit:
            store.set_language(unit, actor.person_id, language)

    # Tokens

    def create_token(self, actor: Actor, draft: TokenDraft) -> NewToken:
        """Make an API token for the actor; its secret is returned this once.

        Raises: NotAllowed, Invalid.
        """
        actor.require(Permission.SELF_READ)
        draft.check()
        at, secret = self.clock(), new_secret()
        token = Token(new_id(), actor.person_id, draft.name.strip(), at, draft.expiry(at), None, None)
        with self.database.unit() as unit:
            store.insert_token(unit, token, token_digest(secret))
            self._log(unit, EventType.TOKEN_CREATED, actor, token=str(token.token_id), life_days=draft.life_days)
        return NewToken(token, secret)

    def tokens(self, actor: Actor) -> list[Token]:
        """Return the actor's own tokens, newest first, dead ones included."""
        actor.require(Permission.SELF_READ)
        with self.database.unit() as unit:
            return store.tokens(unit, actor.person_id)

    def revoke_token(self, actor: Actor, token_id: UUID) -> None:
        """Stop one of the actor's own tokens at once.

        Raises: NotFound, when no live token of theirs has this id.
        """
        actor.require(Permission.SELF_READ)
        with self.database.unit() as unit:
            if not store.revoke_token(unit, actor.person_id, token_id, self.clock()):
                raise NotFound(_TOKEN)
            self._log(unit, EventType.TOKEN_REVOKED, actor, token=str(token_id))

    # Organisations and people

    def organisations(self, actor: Actor) -> list[Organisation]:
        """Return the organisations the actor may know: all for staff and auditors, else the archive and their own."""
        actor.require(Permission.ORGANISATION_READ)
        sees_all = any(actor.may(permission) for permission in _SEES_ALL)
        with self.database.unit() as unit:
            return store.organisations(unit, visible_to=None if sees_all else actor.organisation_id)

    def create_organisation(self, actor: Actor, draft: OrganisationDraft) -> Organisation:
        """Add an organisation.

        Raises: NotAllowed, Invalid.
        """
        actor.require(Permission.PERSON_MANAGE)
        with self.database.unit() as unit:
            return self._add_organisation(unit, actor, draft)

    def close_organisation(self, actor: Actor, organisation_id: OrganisationId) -> None:
        """Deactivate an organisation: none of its people can act from their next request on.

        Raises: NotAllowed, NotFound, WrongState.
        """
        actor.require(Permission.PERSON_MANAGE)
        if organisation_id == actor.organisation_id:
            raise WrongState(_YOURSELF)
        with self.database.unit() as unit:
            if not store.set_organisation_active(unit, organisation_id, active=False):
                raise NotFound(_ORGANISATION)
            self._log(unit, EventType.ORGANISATION_DEACTIVATED, actor, subject=str(organisation_id))

    def reopen_organisation(self, actor: Actor, organisation_id: OrganisationId) -> None:
        """Activate an organisation again.

        Raises: NotAllowed, NotFound.
        """
        actor.require(Permission.PERSON_MANAGE)
        with self.database.unit() as unit:
            if not store.set_organisation_active(unit, organisation_id, active=True):
                raise NotFound(_ORGANISATION)
            self._log(unit, EventType.ORGANISATION_REACTIVATED, actor, subject=str(organisation_id))

    def people(self, actor: Actor) -> list[tuple[Person, Organisation]]:
        """Return everybody with their organisation.

        Raises: NotAllowed.
        """
        actor.require(Permission.PERSON_MANAGE)
        with self.database.unit() as unit:
            return [(account.person, account.organisation) for account in store.people(unit)]

    def create_person(self, actor: Actor, draft: PersonDraft, password: str | None = None) -> NewPerson:
        """Add a person with a generated password (or the given one); it is returned this once.

        Raises: NotAllowed, Invalid, NotFound, Conflict when the address is taken.
        """
        actor.require(Permission.PERSON_MANAGE)
        with self.database.unit() as unit:
            return self._add_person(unit, actor, draft, password)

    def close_person(self, actor: Actor, person_id: PersonId) -> None:
        """Deactivate a person: sessions and tokens stop at their next request.

        Raises: NotAllowed, NotFound, WrongState.
        """
        actor.require(Permission.PERSON_MANAGE)
        if person_id == actor.person_id:
            raise WrongState(_YOURSELF)
        self._set_person_active(actor, person_id, EventType.PERSON_DEACTIVATED, active=False)

    def reopen_person(self, actor: Actor, person_id: PersonId) -> None:
        """Activate a person again; they sign in afresh.

        Raises: NotAllowed, NotFound.
        """
        actor.require(Permission.PERSON_MANAGE)
        self._set_person_active(actor, person_id, EventType.PERSON_REACTIVATED, active=True)

    def found(self, archive: OrganisationDraft, administrator: PersonDraft, password: str | None = None) -> NewPerson:
        """Add the archive and its first administrator to an empty service; the draft's organisation id is replaced.

        Raises: WrongState, when anybody exists already; Invalid.
        """
        with self.database.unit() as unit:
            if store.somebody_exists(unit):
                raise WrongState(_FIRST)
            organisation = self._add_organisation(unit, None, archive)
            return self._add_person(unit, None, administrator.at(organisation.organisation_id), password)

    # Steps

    def _add_organisation(self, unit: Unit, actor: Actor | None, draft: OrganisationDraft) -> Organisation:
        draft.check()
        new = Organisation(
            organisation_id=OrganisationId(new_id()),
            kind=draft.kind,
            name=Bilingual(draft.name.en.strip(), draft.name.zh.strip()),
            country=draft.country,
            active=True,
            created_at=self.clock(),
        )
        store.insert_organisation(unit, new)
        self._log(unit, EventType.ORGANISATION_CREATED, actor, subject=str(new.organisation_id), kind=new.kind.value)
        return new

    def _add_person(self, unit: Unit, actor: Actor | None, draft: PersonDraft, password: str | None) -> NewPerson:
        draft.check()
        if not store.organisation_exists(unit, draft.organisation_id):
            raise NotFound(_ORGANISATION)
        new, plain = draft.person(PersonId(new_id()), self.clock()), password or new_password()
        if not store.insert_person(unit, new, hash_password(plain, self._pepper), _session_key()):
            raise Conflict(_TAKEN, code="email_taken")
        roles = sorted(role.value for role in new.roles)
        self._log(unit, EventType.PERSON_CREATED, actor, subject=str(new.person_id), roles=roles)
        return NewPerson(new, plain)

    def _set_person_active(self, actor: Actor, person_id: PersonId, type_: EventType, *, active: bool) -> None:
        with self.database.unit() as unit:
            if not store.set_person_active(unit, person_id, active=active, session_key=_session_key()):
                raise NotFound(_PERSON)
            self._log(unit, type_, actor, subject=str(person_id))

    def _log(self, unit: Unit, type_: EventType, actor: Actor | None, **details: Detail) -> None:
        event = Event(
            type=type_,
            actor=actor.person_id if actor else None,
            organisation=actor.organisation_id if actor else None,
            details=details,
        )
        append(unit, event, self.clock())


def _session_key() -> str:
    return secrets.token_hex(32)
