"""The names that other programs and recorded histories depend on: task queue, ids, search attributes."""

from temporalio.common import SearchAttributeKey

TASK_QUEUE = "business-care"

CARE_REQUEST = "CareRequest"
PRODUCT_DEACTIVATION = "ProductDeactivation"
REFUND_RECOVERY = "RefundRecovery"
RECORDS_CHECK = "RecordsCheck"
OPERATOR_DIGEST = "OperatorDigest"


def care_request_id(request_id: str) -> str:
    """The workflow id of a care request."""
    return f"care-request-{request_id}"


def product_deactivation_id(product_id: str) -> str:
    """The workflow id of the deactivation of a product: one at a time (R50)."""
    return f"product-deactivation-{product_id}"


def refund_recovery_id(recovery_id: str) -> str:
    """The workflow id of the recovery of a refund that failed late: `<licence_id>-<n>` (R42)."""
    return f"refund-recovery-{recovery_id}"


CARE_STATE = SearchAttributeKey.for_keyword("CareState")
CARE_SELLER = SearchAttributeKey.for_keyword("CareSeller")
CARE_PRODUCT = SearchAttributeKey.for_keyword("CareProduct")
CARE_OUTCOME = SearchAttributeKey.for_keyword("CareOutcome")
CARE_GROUND = SearchAttributeKey.for_keyword("CareGround")
CARE_DUE_AT = SearchAttributeKey.for_datetime("CareDueAt")
CARE_BREACHED = SearchAttributeKey.for_bool("CareBreached")

SEARCH_ATTRIBUTES = (
    CARE_STATE,
    CARE_SELLER,
    CARE_PRODUCT,
    CARE_OUTCOME,
    CARE_GROUND,
    CARE_DUE_AT,
    CARE_BREACHED,
)
