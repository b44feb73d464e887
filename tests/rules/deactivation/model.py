"""The rules of a deactivation a second time, written from the contract and not from the code.

Plain words and whole seconds; nothing of `business_care` is used. What the contract says about a command
stands in one method named after it; the methods at the end are what the world does to a product.
"""

from copy import deepcopy
from dataclasses import dataclass, field

from tests.rules.model_record import Message, Refused, blank, refuse_if

DAY = 86_400
SELLERS = {"agent", "seller"}
WHO_MAY = {
    "deactivate": SELLERS | {"operator"},
    "reactivate": SELLERS | {"operator"},
    "make_permanent": SELLERS | {"operator"},
    "revoke": SELLERS | {"operator"},
    "impose": {"operator"},
    "retry_failed": {"operator"},
    "payments_resumed": {"system"},
}
ONLY_WHILE = {
    "reactivate": {"offline"},
    "make_permanent": {"planned", "offline"},
    "revoke": {"planned"},
    "impose": {"planned", "offline"},
    "retry_failed": {"renewals_failed"},
    "payments_resumed": {"planned", "offline", "reactivating", "retiring", "renewals_failed"},
}


@dataclass
class Market:
    """What is known of the product when the order comes."""

    exists: bool = True
    state: str = "on_sale"
    occupied: bool = False
    """Another deactivation of it stands."""
    backdating: int = DAY


@dataclass
class Model:
    """The deactivation of product P1 of seller S1."""

    market: Market
    now: int = 0
    phase: str = "ordered"
    kind: str = ""
    imposed: bool = False
    ordered: int = 0
    starts: int = 0
    ends: int | None = None
    off_since: int | None = None
    permanent_since: int | None = None
    product: str | None = None
    bundles: str | None = None
    outcome: str | None = None
    news: bool = True
    """The seller has not heard yet how and why the product is off."""
    told: list[str] = field(default_factory=list)
    seen: dict[str, Message] = field(default_factory=dict)
    refusal: tuple[Message, str] | None = None

    # --- the judgement ------------------------------------------------------------------------------------

    def takes_order(self, said: Message, now: int) -> str:
        """`accepted`, or the code of the first rule that the order breaks (R50, R60)."""
        self.now = now
        try:
            self._demand_role(said)
            refuse_if(not self.market.exists, "unknown_product")
            self._demand_seller(said)
            at = self._instant(said)
            refuse_if(self.market.occupied or self.market.state == "retired", "already_deactivated")
            starts = max(at, _seconds(said["starts"]) or at)
            ends = _seconds(said["ends"])
            refuse_if(
                ends is not None and (said["kind"] == "permanent" or ends <= starts), "until_out_of_range"
            )
        except Refused as refused:
            self.phase, self.outcome = "ended", "refused"
            self.kind, self.imposed = str(said["kind"]), said["role"] == "operator"
            self.ends = _seconds(said["ends"])
            self.refusal = said, str(refused.args[0])
            return self.refusal[1]
        self.phase, self.kind, self.imposed = "planned", str(said["kind"]), said["role"] == "operator"
        self.ordered, self.starts, self.ends = at, starts, ends
        self.seen[str(said["id"])] = said
        if starts <= max(at, now):
            self._takes_effect()
        return "accepted"

    def hears(self, said: Message, now: int) -> str:
        """`accepted`, `duplicate`, or the code of the first rule that the message breaks (R60)."""
        tried = deepcopy(self)
        tried.now = now
        try:
            if tried._judge(said):
                return "duplicate"
        except Refused as refused:
            return str(refused.args[0])
        self.__dict__ = tried.__dict__
        self.seen[str(said["id"])] = said
        return "accepted"

    def _judge(self, said: Message) -> bool:
        name = str(said["name"])
        refuse_if(name == "deactivate" and said["product"] != "P1", "invalid_message")
        self._demand_role(said)
        if self.refusal is not None:
            refuse_if(said == self.refusal[0], self.refusal[1])
        else:
            self._demand_seller(said)
        if said["id"] in self.seen:
            refuse_if(self.seen[str(said["id"])] != said, "command_id_reused")
            return True
        at = self._instant(said)
        self.pass_time(min(at, self.now))
        refuse_if(self.outcome is not None, "deactivation_ended")
        refuse_if(name == "deactivate", "already_deactivated")
        if self.phase not in ONLY_WHILE[name]:
            raise Refused("nothing_to_revoke" if name == "revoke" else "wrong_state")
        getattr(self, name)(said, at)
        return False

    def _demand_role(self, said: Message) -> None:
        refuse_if(said["role"] not in WHO_MAY[str(said["name"])], "role_not_allowed")

    def _demand_seller(self, said: Message) -> None:
        wrong = said["role"] == "agent" and said["seller"] != "S1"
        refuse_if(wrong or (said["role"] == "seller" and said["actor"] != "S1"), "not_your_product")

    def _instant(self, said: Message) -> int:
        at = _seconds(said["at"])
        if at is None:
            return self.now
        # Of an order that was refused nothing is kept, not even the marketplace's own number.
        longest_ago = self.market.backdating if self.refusal is None else DAY
        too_old = said["role"] in SELLERS and at < self.now - longest_ago
        before_the_order = said["name"] != "deactivate" and at < self.ordered
        refuse_if(too_old or before_the_order or at > self.now + 120, "occurred_at_out_of_range")
        return at

    def _demand_not_the_operators(self, said: Message) -> None:
        refuse_if(self.imposed and said["role"] in SELLERS, "imposed_by_operator")

    # --- what people do -----------------------------------------------------------------------------------

    def reactivate(self, said: Message, _at: int) -> None:
        """R53."""
        self._demand_not_the_operators(said)
        self.phase, self.ends = "reactivating", None

    def make_permanent(self, said: Message, at: int) -> None:
        """R54."""
        refuse_if(self.kind == "permanent", "wrong_state")
        self._demand_not_the_operators(said)
        refuse_if(self.ends is not None and at >= self.ends, "wrong_state")
        self._for_good(at)

    def revoke(self, said: Message, at: int) -> None:
        """R54."""
        refuse_if(at >= self.starts, "nothing_to_revoke")
        self._demand_not_the_operators(said)
        self.phase, self.outcome = "ended", "revoked"

    def impose(self, said: Message, at: int) -> None:
        """R53."""
        refuse_if(self.imposed, "wrong_state")
        for_good = self.phase == "planned" and self.kind == "permanent"
        comes_first = self.starts if for_good else self.ends
        refuse_if(comes_first is not None and at >= comes_first, "wrong_state")
        refuse_if(blank(said["reason"]), "reason_required")
        self.imposed, self.ends, self.news = True, None, True
        if self.phase == "planned":
            self.kind, self.starts = str(said["kind"]), at
            self._takes_effect()
        elif said["kind"] == "permanent":
            self._for_good(at)
        else:
            self._tell()

    def retry_failed(self, _said: Message, _at: int) -> None:
        """R55."""
        self.phase = "retiring"

    def payments_resumed(self, _said: Message, _at: int) -> None:
        """R44."""

    def _for_good(self, at: int) -> None:
        self.kind, self.ends = "permanent", None
        if self.off_since is not None:
            self.phase, self.news = "retiring", True
            self.permanent_since = max(at, self.off_since)

    # --- what happens by itself ---------------------------------------------------------------------------

    def pass_time(self, until: int) -> None:
        """What is planned takes effect, and what has an end ends, at the very instant (R53)."""
        if self.phase == "planned" and self.starts <= until:
            self._takes_effect()
        if self.phase == "offline" and self.ends is not None and self.ends <= until:
            self.phase, self.ends = "reactivating", None

    def _takes_effect(self) -> None:
        self.off_since = self.starts
        self.phase = "offline"
        if self.kind == "permanent":
            self.phase, self.permanent_since = "retiring", self.starts

    # --- what the world does ------------------------------------------------------------------------------

    @property
    def wanted(self) -> str | None:
        """Where product and bundles have to be brought; None while nothing may be touched."""
        by_phase = {"offline": "offline", "reactivating": "on_sale"}
        by_phase |= {"retiring": "retired", "renewals_failed": "retired"}
        return by_phase.get(self.phase)

    def product_is(self, state: str) -> None:
        """The product was brought there."""
        if state == "on_sale" and self.product == "offline":
            self.told.append("reactivated")
        self.product = state
        self._tell()

    def bundles_are(self, state: str) -> None:
        """The bundles were brought there (R52, R53)."""
        self.bundles = state
        if self.phase == "reactivating" and self.product == self.bundles == "on_sale":
            self.phase, self.outcome = "ended", "reactivated"

    def renewals_are_done(self, failed: int) -> None:
        """Every renewal was looked at, and nothing new was found (R51, R55)."""
        if failed:
            self.phase = "renewals_failed"
        else:
            self.phase, self.outcome = "ended", "retired"

    def _tell(self) -> None:
        if self.news and self.product in {"offline", "retired"}:
            self.told.append(f"deactivated {self.kind}")
            self.news = False


def _seconds(given: object) -> int | None:
    return given if isinstance(given, int) else None
