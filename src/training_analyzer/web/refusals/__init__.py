"""What the web itself refuses, before or beside the services: the errors of HTTP.

They are no part of the tree in `errors`: no sync can meet them and no command
line shows them.
"""

from __future__ import annotations

from training_analyzer.web.refusals.access import (
    BadLink,
    CrossSite,
    InsecureTransport,
    InsufficientScope,
    LinkIsOver,
    MetricsRefused,
    StepUpRequired,
    Unauthenticated,
    UnknownHost,
)
from training_analyzer.web.refusals.requests import (
    BackfillTooLong,
    HalfCharacter,
    InvalidCursor,
    NamedTwice,
    NoObject,
    NotJson,
    RangeAhead,
    RangeGivenTwice,
    RangeNotSatisfiable,
    RangeTooLong,
    RangeWithoutBeginning,
    TooLarge,
    UnknownFields,
    UnknownTypes,
    WrongRange,
)
from training_analyzer.web.refusals.root import (
    NotFound,
    Refusal,
)
from training_analyzer.web.refusals.states import (
    BackfillMoved,
    Gone,
    IdempotencyInProgress,
    IdempotencyKeyReused,
    NothingFailed,
    NothingToDelete,
    NotRunning,
    SignInOver,
    StaleVersion,
    TooManyBackfills,
    TooManyKeys,
    TooManySignIns,
    TooManyStreams,
    TooManySyncs,
)

__all__ = [
    "BackfillMoved",
    "BackfillTooLong",
    "BadLink",
    "CrossSite",
    "Gone",
    "HalfCharacter",
    "IdempotencyInProgress",
    "IdempotencyKeyReused",
    "InsecureTransport",
    "InsufficientScope",
    "InvalidCursor",
    "LinkIsOver",
    "MetricsRefused",
    "NamedTwice",
    "NoObject",
    "NotFound",
    "NotJson",
    "NotRunning",
    "NothingFailed",
    "NothingToDelete",
    "RangeAhead",
    "RangeGivenTwice",
    "RangeNotSatisfiable",
    "RangeTooLong",
    "RangeWithoutBeginning",
    "Refusal",
    "SignInOver",
    "StaleVersion",
    "StepUpRequired",
    "TooLarge",
    "TooManyBackfills",
    "TooManyKeys",
    "TooManySignIns",
    "TooManyStreams",
    "TooManySyncs",
    "Unauthenticated",
    "UnknownFields",
    "UnknownHost",
    "UnknownTypes",
    "WrongRange",
]
