"""The pump of a recovery: shows it to operators, and stores all that is new in the records."""

from temporalio import workflow

from activities.recovery_steps import RecoverySteps
from business_care.day_words import minute
from business_care.recovery.views import RecoveryRecord, RecoveryView, view
from business_care.views import CareStateName
from workflows import names
from workflows.options import surely
from workflows.pump import Pump
from workflows.recovery.life import RecoveryLife
from workflows.showing import changed


class RecoveryBooks(Pump):
    """Stores every step of one recovery."""

    def __init__(self, life: RecoveryLife) -> None:
        super().__init__(life.journal)
        self._life = life

    async def store_news(self) -> int:
        """Show and store the recovery as it stands, with all that is new."""
        show(view(self._life.state))
        info = workflow.info()
        news = self._life.journal.take_news()
        record = RecoveryRecord(
            workflow_id=info.workflow_id,
            run_id=info.run_id,
            state=self._life.state,
            events=news.events,
            notices=news.notices,
            applied=news.applied,
            rejections=news.rejections,
            rejections_dropped=news.rejections_dropped,
        )
        await surely(RecoverySteps.store_recovery, record, "store the step in the records")
        return news.mark


def show(recovery: RecoveryView) -> None:
    """Bring search attributes and details up to date; attributes that hold already cost nothing."""
    state = CareStateName.REFUND_MANUAL if recovery.ended_at is None else CareStateName.CLOSED
    updates = [
        *changed(names.CARE_SELLER, recovery.seller_id),
        *changed(names.CARE_PRODUCT, recovery.product_id),
        *changed(names.CARE_STATE, str(state)),
    ]
    if updates:
        workflow.upsert_search_attributes(updates)
    workflow.set_current_details(details(recovery))


def details(recovery: RecoveryView) -> str:
    """A short list in Markdown (tables render badly there)."""
    lines = [
        f"- **state**: {recovery.state}",
        f"- **what failed**: the refund of licence {recovery.licence_id} for {recovery.request_id}, "
        f"after it had been paid ({recovery.reason})",
    ]
    if recovery.ended_at is None:
        lines.append("- **what now**: an operator pays by hand, then sends record_refund")
    if recovery.next_reminder_at is not None:
        lines.append(f"- **next reminder**: {minute(recovery.next_reminder_at)}")
    return "\n".join(lines)
