"""What the device knows of itself, by name and type, kept in the store."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from offline_core.wire import EntityProfile, Profile, User

from .errors import NotEnrolled
from .store import Store

T = TypeVar("T")


class _Setting(Generic[T]):
    """One stored value; reading gives the default until it was set."""

    def __init__(self, default: T):
        self.default = default
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Settings, owner: type) -> T:
        value: T = instance.store.setting(self.name, self.default)
        return value

    def __set__(self, instance: Settings, value: T) -> None:
        instance.store.put_setting(self.name, value)


class Settings:
    """Typed access to the stored settings. Several at once: inside one ``store.transaction()``."""

    server = _Setting[str | None](None)
    database = _Setting[str | None](None)
    #: {"code", "nonce", "key"} of an enrolment whose answer has not been stored yet.
    enrolment = _Setting[dict[str, Any] | None](None)
    #: The private key of the device, as JWK.
    key = _Setting[dict[str, Any] | None](None)
    device = _Setting[str | None](None)
    token = _Setting[str | None](None)
    #: When the token was given and until when it is good; it is rotated halfway.
    token_span = _Setting[list[str] | None](None)
    epoch = _Setting[str | None](None)
    user_data = _Setting[dict[str, Any] | None](None)
    profile_data = _Setting[dict[str, Any] | None](None)
    mode = _Setting[str | None](None)
    #: Whether the network of the moment is paid by its volume; whoever embeds the device says so.
    metered = _Setting[bool](False)
    #: Room for files that the server has: they can be fetched again.
    cache_bytes = _Setting[int](256 * 1024 * 1024)

    #: The cursor of the last applied cut; None: from nothing, or from what is held.
    cursor = _Setting[str | None](None)
    #: {"cursor", "from_null"} of the open cut: its last stored page, and whether it re-reads everything.
    cut = _Setting[dict[str, Any] | None](None)
    #: Shards to fetch again, as `verify` found them: {entity: [shard]}; None when there are none.
    repair = _Setting[dict[str, list[int]] | None](None)
    applied_seq = _Setting[int](0)
    next_seq = _Setting[int](1)
    #: Operations from this number on are sent again, also from the journal (the server went back in time).
    resend_from = _Setting[int | None](None)
    #: Where the scan for rotten rows goes on: [entity, id].
    scrubbed = _Setting[list[Any] | None](None)

    last_sync_at = _Setting[str | None](None)
    last_error = _Setting[dict[str, Any] | None](None)
    #: Wiped, and the server does not know yet.
    leaving = _Setting[bool](False)
    #: {"code", "wipe"} when the server no longer takes this device.
    locked_out = _Setting[dict[str, Any] | None](None)
    failures = _Setting[int](0)
    next_sync_at = _Setting[str | None](None)
    clock_offset_s = _Setting[int | None](None)
    heals = _Setting[int](0)

    def __init__(self, store: Store):
        self.store = store
        self._profile: tuple[dict[str, Any], Profile] | None = None

    @property
    def profile(self) -> Profile:
        """What this device may hold and do, or `NotEnrolled`."""
        data = self.profile_data
        if data is None:
            raise NotEnrolled("this device is not enrolled: use an enrolment code")
        if self._profile is None or self._profile[0] != data:
            self._profile = (data, Profile.model_validate(data))
        return self._profile[1]

    def put_profile(self, profile: Profile) -> None:
        """Keep a profile as received."""
        self.profile_data = profile.model_dump(mode="json", by_alias=True)

    @property
    def user(self) -> User:
        """The person that the device works as, or `NotEnrolled`."""
        if self.user_data is None:
            raise NotEnrolled("this device is not enrolled: use an enrolment code")
        return User.model_validate(self.user_data)

    def entity(self, name: str) -> EntityProfile | None:
        """The profile of an entity, or None when the device may not hold it."""
        return next((entity for entity in self.profile.entities if entity.name == name), None)
