"""The policy on text and data mining as machines read it.

Source: TDM Reservation Protocol, W3C community report of 2024-05-10, section on expressing a policy: a profile of ODRL.
"""

from dam.catalogue.public_page import mining_policy_address
from dam.kernel.text import Bilingual

MINING_TYPES = ("application/ld+json", "application/json")


def mining_policy_json(institution: Bilingual, base_url: str, contact: str | None) -> dict[str, object]:
    """Return the policy: nothing of this site may be mined before its keeper consents."""
    keeper: dict[str, object] = {"uid": base_url, "vcard:fn": institution.pick("en"), "vcard:hasURL": base_url}
    if contact:
        keeper["vcard:hasEmail"] = f"mailto:{contact}"
    return {
        "@context": [
            "http://www.w3.org/ns/odrl.jsonld",
            {"tdm": "http://www.w3.org/ns/tdmrep#", "vcard": "http://www.w3.org/2006/vcard/ns#"},
        ],
        "@type": "Offer",
        "profile": "http://www.w3.org/ns/tdmrep",
        "uid": mining_policy_address(base_url),
        "assigner": keeper,
        "permission": [{"target": f"{base_url}/", "action": "tdm:mine", "duty": [{"action": "obtainConsent"}]}],
    }
