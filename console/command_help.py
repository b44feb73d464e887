"""What the help says about each command of a request or a product: its options, and an example."""

OPTIONS: dict[str, str] = {
    "automated": "The text was sent by a program, not by a person.",
    "kind": "Which kind it is.",
    "message": "What the customer is told.",
    "reference": "Of what was delivered, offered or paid: a version, a patch, a payment.",
    "notes": "What was changed.",
    "resolves": "The update contains the correction that is owed.",
    "ground": "Which of the six grounds allows to refuse.",
    "explanation": "Why, in words for the customer.",
    "evidence": "A reference to what proves it; may be repeated.",
    "reason": "Why.",
    "question": "What the customer is asked.",
    "decision": "What the operator decides.",
    "amount": "What was paid, in minor units (cents); the whole price when left out.",
    "currency": "Of the amount: an ISO 4217 code, such as EUR.",
    "paid_at": "When it was paid; the instant of the act when left out.",
    "clock": "Which deadline.",
    "due": "The new deadline: the first instant that is too late.",
    "closure_id": "The id of the closure.",
    "notified_at": "When customers were told of the reopening.",
    "status": "How it stands.",
    "takes_effect_at": "The planned instant; at once if left out.",
    "until": "The planned end of a temporary deactivation.",
}

_SELLER = "--by seller:S1"
_AGENT = "--by agent:A1@S1"
_CUSTOMER = "--by customer:C1"
_OPERATOR = "--by operator:O1"
_SYSTEM = "--by system:billing"

EXAMPLES: dict[str, str] = {
    "acknowledge": f'R1 {_AGENT} --message "We are on it"',
    "fix": f"R1 {_AGENT} --reference v2.4.1",
    "offer_update": f"R1 {_AGENT} --kind free --resolves --reference v3.0",
    "refuse": f'R1 {_AGENT} --ground modified_source --explanation "menu.php was changed" --evidence diff-17',
    "withdraw_refusal": f'R1 {_AGENT} --reason "We looked again"',
    "ask_customer": f'R1 {_AGENT} --question "Which theme do you use?"',
    "confirm_fix": f"R1 {_CUSTOMER}",
    "reject_fix": f'R1 {_CUSTOMER} --reason "Still empty on mobile"',
    "accept_update": f"R1 {_CUSTOMER} --reference v3.0",
    "withdraw": f'R1 {_CUSTOMER} --reason "Found it myself"',
    "dispute_refusal": f'R1 {_CUSTOMER} --reason "Nothing was changed"',
    "customer_replied": f"R1 {_CUSTOMER}",
    "decide_dispute": f'R1 {_OPERATOR} --decision overturn --reason "The files are unchanged"',
    "reclassify": f'R1 {_OPERATOR} --kind question --reason "It asks how to configure"',
    "hold": f'R1 {_OPERATOR} --reason "Fraud check"',
    "release": f'R1 {_OPERATOR} --reason "Checked"',
    "order_refund": f'R1 {_OPERATOR} --reason "Agreed with the seller"',
    "record_refund": f"R1 {_OPERATOR} --reference transfer-88",
    "correct_deadline": f"R1 {_OPERATOR} --clock resolution --due 2031-05-02T00:00:00+02:00 --reason Outage",
    "close": f'R1 {_OPERATOR} --reason "Answered by phone"',
    "closure_ended": "R1 --by seller:S1 --closure-id K1 --notified-at 2031-03-10T09:00:00+01:00",
    "refund_settled": f"R1 {_SYSTEM} --status succeeded",
    "chargeback": f"R1 {_SYSTEM} --status opened",
    "payments_resumed": f"R1 {_SYSTEM}",
    "deactivate": f'P1 --temporary --until 2031-04-01T00:00:00+02:00 {_SELLER} --reason "Rework"',
    "reactivate": f"P1 {_SELLER}",
    "make_permanent": f"P1 {_SELLER} --follow",
    "revoke": f"P1 {_SELLER}",
    "impose": f'P1 {_OPERATOR} --kind temporary --reason "Reported as unsafe"',
    "retry_failed": f"P1 {_OPERATOR} --follow",
}
