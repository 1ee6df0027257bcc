"""The shapes of the wire, declared once: what the server reads and writes, what devices send and expect.

Requests forbid unknown members (the server refuses them by name); answers ignore them (an older device meets a
newer server). ``openapi.json`` is generated from these models. Times are RFC 3339 in UTC, versions and sums 16
hex digits, field values in the canonical form of `offline_core.fields`.
"""

from __future__ import annotations

from .access import (
    DeviceDescription,
    DeviceProof,
    EnrolAnswer,
    EnrolRequest,
    PublicKey,
    TokenAnswer,
    TokenRequest,
    WipeAnswer,
    WipeRequest,
)
from .ask import TARGETS_LIMIT, AskAnswer, AskRequest
from .basics import (
    BODY_BYTES,
    PAGE_LIMIT,
    PROTOCOL_VERSION,
    PUSH_LIMIT,
    Answer,
    BlobHash,
    Count,
    Day,
    EntityName,
    FieldName,
    Instant,
    RecordId,
    Request,
    Seq,
    Signature,
    Status,
    Storable,
    Uid,
    Values,
    Version,
)
from .escrow import EscrowAnswer, EscrowContent, EscrowEnvelope, EscrowFile, EscrowRequest
from .problem import ProblemDocument
from .profile import (
    EntityProfile,
    EscrowKey,
    FieldProfile,
    Limits,
    OperationProfile,
    Profile,
    QuestionProfile,
    Schedule,
    User,
    Window,
)
from .pull import (
    DeviceState,
    Digest,
    EntityChanges,
    FindAnswer,
    FindRequest,
    Found,
    PullAnswer,
    PullRequest,
    Remove,
    Upsert,
    VerifyAnswer,
    VerifyRequest,
)
from .push import (
    AmendArgs,
    ById,
    ByUid,
    Delivery,
    DiscardArgs,
    JournalRequest,
    Operation,
    OperationHead,
    PushAnswer,
    PushRequest,
    ResolveArgs,
    Unit,
)
from .receipt import ConflictField, ConflictView, Receipt, Target
