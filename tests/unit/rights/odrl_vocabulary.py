"""The terms of ODRL 2.2 with their classes, and what a graph must be like to be ODRL.

Source: W3C, ODRL Vocabulary & Expression 2.2, the core vocabulary and the common vocabulary.
"""

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import RDF

ODRL = "http://www.w3.org/ns/odrl/2/"

TERMS = {
    "Class": "Policy Agreement Assertion Offer Privacy Request Set Ticket Rule Permission Prohibition Duty Asset "
    "AssetCollection Party PartyCollection Action Constraint LogicalConstraint LeftOperand Operator RightOperand "
    "ConflictTerm UndefinedTerm",
    "Property": "uid profile inheritFrom conflict permission prohibition obligation duty consequence failure remedy "
    "relation target output function assigner assignee attributedParty attributingParty informedParty informingParty "
    "consentingParty consentedParty compensatedParty compensatingParty contractedParty contractingParty trackedParty "
    "trackingParty action includedIn implies constraint refinement leftOperand operator rightOperand "
    "rightOperandReference dataType unit status and or xone andSequence partOf hasPolicy source scope operand "
    "undefined",
    "Action": "use transfer acceptTracking aggregate annotate anonymize archive attribute compensate concurrentUse "
    "delete derive digitize display distribute ensureExclusivity execute extract give grantUse include index inform "
    "install modify move nextPolicy obtainConsent play present print read reproduce reviewPolicy sell stream "
    "synchronize textToSpeech transform translate uninstall watermark",
    "LeftOperand": "absolutePosition absoluteSize absoluteSpatialPosition absoluteTemporalPosition count dateTime "
    "delayPeriod deliveryChannel elapsedTime event fileFormat industry language media meteredTime payAmount percentage "
    "product purpose recipient relativePosition relativeSize relativeSpatialPosition relativeTemporalPosition "
    "resolution spatial spatialCoordinates systemDevice timeInterval timedCount unitOfCount version virtualLocation",
    "Operator": "eq gt gteq hasPart isA isAllOf isAnyOf isNoneOf isPartOf lt lteq neq",
    "ConflictTerm": "perm prohibit invalid",
}
CLASS_OF = {f"{ODRL}{name}": kind for kind, names in TERMS.items() for name in names.split()}
OBJECTS = {"action": "Action", "leftOperand": "LeftOperand", "operator": "Operator", "conflict": "ConflictTerm"}
"""What stands behind a property, if it is a term of ODRL."""
ALWAYS_ODRL = {"operator", "conflict"}

RULES = ("Permission", "Prohibition", "Duty")
EXACTLY_ONE = {
    **dict.fromkeys(RULES, ("action", "assigner", "assignee", "target")),
    "Constraint": ("leftOperand", "operator"),
}
ONLY_ON = {"duty": "Permission", "remedy": "Prohibition", "consequence": "Duty"}

SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix odrl: <http://www.w3.org/ns/odrl/2/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix : <urn:shapes:> .

:Policy a sh:NodeShape ; sh:targetClass odrl:Agreement, odrl:Offer ; sh:nodeKind sh:IRI ;
  sh:or ( [ sh:path odrl:permission ; sh:minCount 1 ] [ sh:path odrl:prohibition ; sh:minCount 1 ]
          [ sh:path odrl:obligation ; sh:minCount 1 ] ) ;
  sh:property [ sh:path odrl:permission ; sh:class odrl:Permission ] ,
              [ sh:path odrl:prohibition ; sh:class odrl:Prohibition ] ,
              [ sh:path odrl:obligation ; sh:class odrl:Duty ] ,
              [ sh:path odrl:profile ; sh:nodeKind sh:IRI ] ,
              [ sh:path odrl:conflict ; sh:maxCount 1 ; sh:in ( odrl:perm odrl:prohibit odrl:invalid ) ] .

:Rule a sh:NodeShape ; sh:targetClass odrl:Permission, odrl:Prohibition, odrl:Duty ;
  sh:property [ sh:path odrl:action ; sh:minCount 1 ; sh:nodeKind sh:BlankNodeOrIRI ] ,
              [ sh:path odrl:assigner ; sh:minCount 1 ; sh:class odrl:Party ] ,
              [ sh:path odrl:assignee ; sh:minCount 1 ; sh:class odrl:Party ] ,
              [ sh:path odrl:target ; sh:or ( [ sh:class odrl:Asset ] [ sh:class odrl:AssetCollection ] ) ] ,
              [ sh:path odrl:constraint ; sh:class odrl:Constraint ] ,
              [ sh:path odrl:duty ; sh:class odrl:Duty ] .

:Constraint a sh:NodeShape ; sh:targetClass odrl:Constraint ;
  sh:property [ sh:path odrl:leftOperand ; sh:minCount 1 ; sh:nodeKind sh:IRI ] ,
              [ sh:path odrl:operator ; sh:minCount 1 ; sh:nodeKind sh:IRI ] ,
              [ sh:path odrl:rightOperand ; sh:minCount 1 ] ;
  sh:or ( [ sh:not [ sh:path odrl:leftOperand ; sh:hasValue odrl:dateTime ] ]
          [ sh:path odrl:rightOperand ;
            sh:or ( [ sh:datatype xsd:dateTime ] [ sh:datatype xsd:date ] ) ] ) .
"""


def term_faults(graph: Graph) -> set[str]:
    """Return every word of ODRL that does not exist, stands where its class may not, or is said too rarely or often."""
    found = set()
    for subject, predicate, value in graph:
        name = str(predicate).removeprefix(ODRL)
        if name != str(predicate) and CLASS_OF.get(str(predicate)) != "Property":
            found.add(f"{predicate} is no property")
        if predicate == RDF.type and str(value).startswith(ODRL) and CLASS_OF.get(str(value)) != "Class":
            found.add(f"{value} is no class")
        if name in ONLY_ON and (subject, RDF.type, URIRef(ODRL + ONLY_ON[name])) not in graph:
            found.add(f"{name} on another class")
        if name in OBJECTS and not isinstance(value, BNode):
            found |= _object_faults(name, value)
    return found | set(_action_faults(graph)) | set(_count_faults(graph))


def _object_faults(name: str, value: URIRef | Literal) -> set[str]:
    ours = not str(value).startswith(ODRL) and name not in ALWAYS_ODRL
    return set() if ours or CLASS_OF.get(str(value)) == OBJECTS[name] else {f"{value} is no {OBJECTS[name]}"}


def _action_faults(graph: Graph):
    for _, value in graph.subject_objects(RDF.value):
        if str(value).startswith(ODRL) and CLASS_OF.get(str(value)) != "Action":
            yield f"{value} is no Action"


def _count_faults(graph: Graph):
    for kind, names in EXACTLY_ONE.items():
        for subject in graph.subjects(RDF.type, URIRef(ODRL + kind)):
            for name in names:
                if len(list(graph.objects(subject, URIRef(ODRL + name)))) != 1:
                    yield f"{kind} without exactly one {name}"
