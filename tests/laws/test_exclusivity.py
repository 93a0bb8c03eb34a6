"""Laws of clashing claims."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from dam.kernel.ids import LicenceId, OrganisationId
from dam.kernel.span import Span
from dam.rights.exclusivity import Claim, Space, clash
from dam.rights.terms import NumberSet

START = datetime(2026, 1, 1, tzinfo=UTC)
ranges = st.tuples(st.integers(0, 8), st.integers(1, 6)).map(lambda edge: (edge[0], edge[0] + edge[1]))
sets = st.lists(ranges, min_size=1, max_size=2).map(lambda found: NumberSet.of(*found))
claims = st.builds(
    Claim,
    space=st.sampled_from(Space),
    slot_owner=st.integers(1, 3).map(lambda number: OrganisationId(UUID(int=number))),
    licensee=st.none(),
    scope=ranges,
    media=sets,
    territory=sets,
    span=ranges.map(lambda edge: Span(START + timedelta(days=edge[0]), START + timedelta(days=edge[1]))),
    exclusive=st.booleans(),
    number=st.just("LIC-2026-000001"),
    licence_id=st.just(LicenceId(UUID(int=1))),
)


@given(claims, claims)
def test_clashing_is_mutual(one: Claim, other: Claim) -> None:
    assert clash(one, other) == clash(other, one)


@given(claims)
def test_no_claim_clashes_with_itself(one: Claim) -> None:
    assert not clash(one, one)


@given(claims, claims)
def test_two_plain_claims_never_clash(one: Claim, other: Claim) -> None:
    assert not clash(replace(one, exclusive=False), replace(other, exclusive=False))


@given(claims, claims)
def test_clashing_means_a_photograph_medium_place_and_day_in_common(one: Claim, other: Claim) -> None:
    shared = (
        set(range(*one.scope)) & set(range(*other.scope))
        and one.media.common(other.media)
        and one.territory.common(other.territory)
        and max(one.span.start, other.span.start) < min(one.span.end, other.span.end)
    )
    apart = one.space is not other.space or one.slot_owner == other.slot_owner
    assert clash(one, other) == bool(shared and not apart and (one.exclusive or other.exclusive))
