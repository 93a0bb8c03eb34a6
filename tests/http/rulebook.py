"""Who may open which door, written out: the table a rights manager could check with a pencil.

Columns: **A**rchivist, rights **M**anager, **P**artner whose licence and request it is, **R**ival partner of another
organisation, people of the rights **H**older, a**U**ditor, a**D**ministrator.

| Sign | What the person gets |
|---|---|
| `+` | admitted: the answer may still be that a form is wrong or a thing is in another state |
| `-` | 403: their role may not |
| `0` | 404: it is there, but not theirs, and they do not learn that it is there |
| `x` | 403 with reasons: their role may, the rights do not |
| `open` | everybody, signed in or not |

Signed out, or with a dead token: 401 over the API, the sign-in page in the browser, wherever it does not say `open`.
A route that stands in no line, and a line that stands for no route, fail `test_role_matrix.py`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

COLUMNS = ("archivist", "manager", "partner", "rival", "holder", "auditor", "admin")

API = """
A M P R H U D  method  rule
open           GET    /api/docs
+ + - - - + -  GET    /api/v1/agreements
+ + - - - - -  POST   /api/v1/agreements
+ + - - - + -  GET    /api/v1/agreements/<uuid:agreement_id>
+ + - - - + -  GET    /api/v1/agreements/<uuid:agreement_id>/odrl
+ + - - - - -  POST   /api/v1/agreements/odrl
+ + - - - + -  GET    /api/v1/agreements/<uuid:agreement_id>/deeds
+ + - - - - -  POST   /api/v1/agreements/<uuid:agreement_id>/deeds
+ + - - - + -  GET    /api/v1/agreements/<uuid:agreement_id>/deeds/<uuid:deed_id>
+ + - - - - -  POST   /api/v1/agreements/<uuid:agreement_id>/end
+ + + + + + -  GET    /api/v1/assets
+ - - - - - -  POST   /api/v1/assets
+ + + + + + -  GET    /api/v1/assets/<uuid:asset_id>
+ - - - - - -  PATCH  /api/v1/assets/<uuid:asset_id>
+ + + + + + -  GET    /api/v1/assets/<uuid:asset_id>/availability
+ + + + + + -  GET    /api/v1/assets/<uuid:asset_id>/availability-calendar
+ + + + + + -  GET    /api/v1/assets/<uuid:asset_id>/renditions/<any(thumbnail, preview):kind>
+ + - - - + -  GET    /api/v1/assets/<uuid:asset_id>/restrictions
+ + - - - + -  GET    /api/v1/assets/<uuid:asset_id>/rights-proposals
+ + - - - + -  GET    /api/v1/assets/<uuid:asset_id>/rights-twins
+ - - - - - -  POST   /api/v1/assets/<uuid:asset_id>/withdrawal
+ + + + + + -  GET    /api/v1/collections
+ - - - - - -  POST   /api/v1/collections
- + + + - + -  GET    /api/v1/licences
- + + 0 - + -  GET    /api/v1/licences/<uuid:licence_id>
- - + 0 - - -  POST   /api/v1/licences/<uuid:licence_id>/acceptance
- - + x - - -  GET    /api/v1/licences/<uuid:licence_id>/assets/<uuid:asset_id>/copy
- + + 0 - + -  GET    /api/v1/licences/<uuid:licence_id>/certificate.pdf
- + + 0 - + -  GET    /api/v1/licences/<uuid:licence_id>/odrl
- - + 0 - - -  POST   /api/v1/licences/<uuid:licence_id>/renewal
- + + 0 - + -  GET    /api/v1/licences/<uuid:licence_id>/renewals
- + + 0 - + -  GET    /api/v1/licences/<uuid:licence_id>/reports
- - + 0 - - -  POST   /api/v1/licences/<uuid:licence_id>/reports
- + + 0 - + -  GET    /api/v1/licences/<uuid:licence_id>/reports/<uuid:report_id>
- + - - - - -  POST   /api/v1/licences/<uuid:licence_id>/revocation
- - - - - + -  GET    /api/v1/log/checkpoint
- - - - - + -  GET    /api/v1/log/consistency
- - - - - + -  GET    /api/v1/log/entries/<int:index>
- - - - - + -  GET    /api/v1/log/entries/<int:index>/proof
- - + + - - -  GET    /api/v1/lightbox
- - + + - - -  POST   /api/v1/lightbox
- - + + - - -  POST   /api/v1/lightbox/removals
- + + 0 - + -  GET    /api/v1/licences/<uuid:licence_id>/reservation
- + - - - - -  POST   /api/v1/licences/<uuid:licence_id>/signature
- + - - - - -  POST   /api/v1/licences/<uuid:licence_id>/release
- + - - - - -  POST   /api/v1/licences/<uuid:licence_id>/suspension
- + - - - - -  POST   /api/v1/licences/<uuid:licence_id>/reinstatement
- + - - + - -  GET    /api/v1/consents
- + - - + - -  GET    /api/v1/consents/<uuid:consent_id>
- + - - + - -  POST   /api/v1/consents/<uuid:consent_id>/consent
- + - - + - -  POST   /api/v1/consents/<uuid:consent_id>/refusal
- + - - + - -  POST   /api/v1/consents/<uuid:consent_id>/withdrawal
+ + + + + + +  GET    /api/v1/me
open           GET    /api/v1/openapi.json
+ + + + + + +  GET    /api/v1/organisations
- + + + - + -  GET    /api/v1/reports-due
- + + + - + -  GET    /api/v1/requests
- - + + - - -  POST   /api/v1/requests
- + + 0 - + -  GET    /api/v1/requests/<uuid:request_id>
- + - - - - -  POST   /api/v1/requests/<uuid:request_id>/counter-offers
- - + 0 - - -  POST   /api/v1/requests/<uuid:request_id>/counter-offers/<uuid:offer_id>/acceptance
- - + 0 - - -  POST   /api/v1/requests/<uuid:request_id>/counter-offers/<uuid:offer_id>/refusal
- + - - - - -  POST   /api/v1/requests/<uuid:request_id>/counter-offers/<uuid:offer_id>/withdrawal
- + - - - - -  POST   /api/v1/requests/<uuid:request_id>/decisions
- + + 0 - - -  POST   /api/v1/requests/<uuid:request_id>/messages
- - + 0 - - -  POST   /api/v1/requests/<uuid:request_id>/resubmission
- + - - - - -  POST   /api/v1/requests/<uuid:request_id>/return
- - + 0 - - -  POST   /api/v1/requests/<uuid:request_id>/withdrawal
+ + - - - - -  POST   /api/v1/restrictions
+ + - - - - -  POST   /api/v1/restrictions/<uuid:restriction_id>/lifting
+ + - - - + -  GET    /api/v1/rights-holders
+ + - - - - -  POST   /api/v1/rights-holders
+ + - - - - -  PUT    /api/v1/rights-holders/<uuid:holder_id>
+ + - - - - -  POST   /api/v1/rights-proposals/<uuid:proposal_id>/confirmation
+ + - - - - -  POST   /api/v1/rights-proposals/<uuid:proposal_id>/dismissal
+ + - - - - -  POST   /api/v1/rights-proposals/<uuid:proposal_id>/restriction
+ + - - - + -  GET    /api/v1/rights-twins
+ + - - - - -  POST   /api/v1/rights-twins/<uuid:twin_id>/ruling
+ + + + + + +  GET    /api/v1/tokens
+ + + + + + +  POST   /api/v1/tokens
0 0 0 0 0 0 0  POST   /api/v1/tokens/<uuid:token_id>/revocation
- - - - - + -  GET    /api/v1/usage-events
- - - - - + -  GET    /api/v1/usage-events.csv
+ + + 0 - + -  GET    /api/v1/usage-events/<uuid:event_id>/receipt
+ + + 0 - + -  POST   /api/v1/usage-events/<uuid:event_id>/what-if
+ + + + + + -  GET    /api/v1/vocabularies
"""

PAGES = """
A M P R H U D  method  rule
open           GET    /
open           GET    /.well-known/tdmrep.json
+ + + + + + -  GET    /assets/<uuid:asset_id>
+ - - - - - -  POST   /assets/<uuid:asset_id>
+ + + + + + -  GET    /assets/<uuid:asset_id>/calendar
+ + + + + + -  GET    /assets/<uuid:asset_id>/preview
+ + - - - - -  POST   /assets/<uuid:asset_id>/restrictions
+ - - - - - -  POST   /assets/<uuid:asset_id>/retry
+ + + + + + -  GET    /assets/<uuid:asset_id>/state
+ + + + + + -  GET    /assets/<uuid:asset_id>/thumbnail
+ - - - - - -  POST   /assets/<uuid:asset_id>/withdrawal
+ + + + + + -  GET    /catalogue
+ + + + + + +  GET    /change
+ + + + + + +  POST   /change
+ - - - - - -  POST   /collections
open           GET    /credentials
open           GET    /credentials/root.pem
open           GET    /healthz
open           POST   /language
- + + + - + -  GET    /licences
- + + 0 - + -  GET    /licences/<uuid:licence_id>
- + - - - - -  POST   /licences/<uuid:licence_id>/<any(suspension, reinstatement, revocation):step>
- - + 0 - - -  POST   /licences/<uuid:licence_id>/acceptance
- - + x - - -  GET    /licences/<uuid:licence_id>/assets/<uuid:asset_id>/copy
- + + 0 - + -  GET    /licences/<uuid:licence_id>/certificate.pdf
- + + 0 - + -  GET    /licences/<uuid:licence_id>/odrl
- - + 0 - - -  POST   /licences/<uuid:licence_id>/renewal
- + + 0 - + -  GET    /licences/<uuid:licence_id>/reports
- - + 0 - - -  POST   /licences/<uuid:licence_id>/reports
- - + + - - -  GET    /lightbox
- - + + - - -  POST   /lightbox/photographs
- - + + - - -  POST   /lightbox/removals
open           GET    /login
open           POST   /login
open           POST   /logout
open           GET    /metrics
+ + + + + + +  GET    /notices
+ + + + + + +  POST   /notices/letters
+ + + + + + +  POST   /notices/read
- - - - - - +  GET    /organisations
- - - - - - +  POST   /organisations
- - - - - - +  POST   /organisations/<uuid:organisation_id>/activation
- - - - - - +  POST   /organisations/<uuid:organisation_id>/deactivation
- - - - - - +  GET    /outbox
- - - - - - +  POST   /outbox/<uuid:letter_id>/retry
- - - - - - +  GET    /people
- - - - - - +  POST   /people
- - - - - - +  POST   /people/<uuid:person_id>/activation
- - - - - - +  POST   /people/<uuid:person_id>/deactivation
open           GET    /photographs/<number>
open           GET    /photographs/<number>/preview
+ + + + + + +  GET    /profile
+ + + + + + +  POST   /profile/tokens
0 0 0 0 0 0 0  POST   /profile/tokens/<uuid:token_id>/revocation
open           GET    /readyz
- + + + - + -  GET    /reports
- + + + - + -  GET    /requests
- - + + - - -  POST   /requests
- + + 0 - + -  GET    /requests/<uuid:request_id>
- + - - - - -  POST   /requests/<uuid:request_id>/counter-offers
- - + 0 - - -  POST   /requests/<uuid:request_id>/counter-offers/<uuid:offer_id>/<any(acceptance, refusal):answer>
- + - - - - -  POST   /requests/<uuid:request_id>/counter-offers/<uuid:offer_id>/withdrawal
- + - - + - -  GET    /consents
- + - - + - -  POST   /consents/<uuid:consent_id>/<any(consent, refusal, withdrawal):answer>
- + - - - - -  POST   /licences/<uuid:licence_id>/signature
- + - - - - -  POST   /licences/<uuid:licence_id>/release
- + - - - - -  POST   /requests/<uuid:request_id>/decisions
- + + 0 - - -  POST   /requests/<uuid:request_id>/messages
- - + 0 - - -  POST   /requests/<uuid:request_id>/resubmission
- + - - - - -  POST   /requests/<uuid:request_id>/return
- - + 0 - - -  POST   /requests/<uuid:request_id>/withdrawal
+ + - - - - -  POST   /restrictions/<uuid:restriction_id>/lifting
+ + - - - + -  GET    /rights
+ + - - - - -  POST   /rights/agreements
+ + - - - + -  GET    /rights/agreements/<uuid:agreement_id>
+ + - - - - -  POST   /rights/agreements/<uuid:agreement_id>/deeds
+ + - - - + -  GET    /rights/agreements/<uuid:agreement_id>/deeds/<uuid:deed_id>
+ + - - - - -  POST   /rights/agreements/<uuid:agreement_id>/end
+ + - - - + -  GET    /rights/agreements/<uuid:agreement_id>/odrl
+ + - - - - -  GET    /rights/agreements/new
+ + - - - + -  GET    /rights/holders
+ + - - - - -  POST   /rights/holders
+ + - - - - -  GET    /rights/holders/<uuid:holder_id>
+ + - - - - -  POST   /rights/holders/<uuid:holder_id>
+ + - - - - -  POST   /rights-proposals/<uuid:proposal_id>/confirmation
+ + - - - - -  POST   /rights-proposals/<uuid:proposal_id>/dismissal
+ + - - - - -  POST   /rights-proposals/<uuid:proposal_id>/restriction
+ + - - - + -  GET    /rights/twins
+ + - - - - -  POST   /rights/twins/<uuid:twin_id>/ruling
open           GET    /static/<path:filename>
+ - - - - - -  GET    /upload
+ - - - - - -  POST   /upload
open           GET    /tdm-policy
- - - - - + -  GET    /usage
- - - - - + -  GET    /usage.csv
+ + + 0 - + -  GET    /usage/<uuid:event_id>
open           GET    /verify/<number>
"""


PROMISED = """
archivist                                                       POST   /api/v1/assets
archivist manager partner rival holder auditor                  GET    /api/v1/assets/<uuid:asset_id>
archivist                                                       PATCH  /api/v1/assets/<uuid:asset_id>
archivist manager partner rival holder auditor                  GET    /api/v1/assets
archivist manager partner rival holder auditor                  GET    /api/v1/assets/<uuid:asset_id>/availability
archivist manager                                               POST   /api/v1/rights-holders
archivist manager                                               POST   /api/v1/agreements
archivist manager                                               POST   /api/v1/restrictions
archivist manager partner rival holder auditor admin            GET    /api/v1/organisations
archivist manager partner rival holder auditor admin            GET    /api/v1/me
partner rival                                                   POST   /api/v1/requests
partner manager auditor                                         GET    /api/v1/requests/<uuid:request_id>
manager                                                         POST   /api/v1/requests/<uuid:request_id>/decisions
manager                                                         POST   /api/v1/requests/<uuid:request_id>/return
partner manager auditor                                         GET    /api/v1/licences/<uuid:licence_id>
partner                                                         POST   /api/v1/licences/<uuid:licence_id>/acceptance
manager                                                         POST   /api/v1/licences/<uuid:licence_id>/revocation
partner                       GET    /api/v1/licences/<uuid:licence_id>/assets/<uuid:asset_id>/copy
auditor                                                         GET    /api/v1/usage-events
auditor                                                         GET    /api/v1/usage-events.csv
auditor                                                         GET    /api/v1/log/checkpoint
auditor                                                         GET    /api/v1/log/consistency
auditor                                                         GET    /api/v1/log/entries/<int:index>
auditor                                                         GET    /api/v1/log/entries/<int:index>/proof
"""
"""Who the published description of the API names for each route, in its own words; the book must not say otherwise.

The auditor reads requests too: what is audited begins with what was asked.
An administrator keeps people, and sees no photograph.
"""


@dataclass(frozen=True)
class Line:
    """One line of the book; `signs` is empty where the door is open to everybody."""

    method: str
    rule: str
    signs: Mapping[str, str]


def lines(table: str) -> Iterator[Line]:
    """Yield the lines of a table."""
    for row in table.strip().splitlines()[1:]:
        columns = 1 if row.startswith("open") else len(COLUMNS)
        *signs, method, rule = row.split(None, columns + 1)
        yield Line(method, rule, {} if columns == 1 else dict(zip(COLUMNS, signs, strict=True)))


def promises() -> Iterator[tuple[tuple[str, str], set[str]]]:
    """Yield (method, rule) and who is promised to get through."""
    for row in PROMISED.strip().splitlines():
        *people, method, rule = row.split()
        yield (method, rule), set(people)


BOOK = {(line.method, line.rule): line for table in (API, PAGES) for line in lines(table)}
