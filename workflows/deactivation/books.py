"""The pump of a deactivation: shows it to operators, and stores all that is new in the records."""

from temporalio import workflow

from activities.product_steps import ProductSteps
from business_care.deactivation.views import DeactivationRecord
from workflows.deactivation.life import DeactivationLife
from workflows.deactivation.showing import show
from workflows.options import surely
from workflows.pump import Pump


class DeactivationBooks(Pump):
    """Stores every step of one deactivation."""

    def __init__(self, life: DeactivationLife) -> None:
        super().__init__(life.journal)
        self._life = life

    async def store_news(self) -> int:
        """Show and store the deactivation as it stands, with all that is new."""
        view = self._life.view()
        show(view)
        info = workflow.info()
        news = self._life.journal.take_news()
        record = DeactivationRecord(
            workflow_id=info.workflow_id,
            run_id=info.run_id,
            state=self._life.state,
            view=view,
            events=news.events,
            notices=news.notices,
            applied=news.applied,
            rejections=news.rejections,
            rejections_dropped=news.rejections_dropped,
        )
        await surely(ProductSteps.store_deactivation, record, "store the step in the records")
        return news.mark
