"""A law of ODRL: whatever agreement is written out, reading it gives that agreement."""

from datetime import date, timedelta
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dam.rights.agreement import Scope
from dam.rights.odrl_reading import read_agreement
from dam.rights.territories import GROUPS, TERRITORIES
from dam.rights.vocabularies import MEDIA
from tests.unit.rights.signed import DAILY, FONDS, IRIS, draft, policy

ZONES = ["Asia/Shanghai", "UTC", "Europe/London", "America/Sao_Paulo", "Pacific/Apia", "Asia/Kathmandu"]
PLACES = [*TERRITORIES, *GROUPS]
text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)


def some(codes, least=1):
    """Return codes of the vocabulary in its order."""
    return st.sets(st.sampled_from(codes), min_size=least, max_size=5).map(lambda s: tuple(sorted(s, key=codes.index)))


@st.composite
def drafts(draw):
    first = draw(st.dates(date(1900, 1, 1), date(2200, 1, 1)))
    ids = tuple(sorted(draw(st.sets(st.integers(1, 2**64), max_size=4))))
    fonds = draw(st.sampled_from([None, FONDS])) if ids else FONDS
    return draft(
        scope=Scope(tuple(UUID(int=number) for number in ids), fonds),
        grantee=draw(st.sampled_from([None, DAILY])),
        media=draw(some(list(MEDIA))),
        territory=draw(some(PLACES)),
        territory_except=draw(some(PLACES, least=0)),
        starts_on=first,
        ends_on=first + timedelta(days=draw(st.integers(0, 4000))),
        exclusive=draw(st.booleans()),
        sublicensable=draw(st.booleans()),
        consent_required=draw(st.booleans()),
        credit_line=draw(st.none() | text),
        conditions=draw(st.dictionaries(text, json_values, max_size=3)),
        tz=draw(st.sampled_from(ZONES)),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drafts())
def test_reading_what_was_written_gives_the_same_agreement(said):
    assert read_agreement(policy(said), IRIS) == said
