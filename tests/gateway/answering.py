"""Every answer that the service gives to programs, taken from a real server as it travels."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from google.protobuf.json_format import MessageToDict
from pydantic import BaseModel
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import UpdateWorkflowExecutionLifecycleStage
from temporalio.api.update.v1 import Input, Meta, Request, WaitPolicy
from temporalio.api.workflowservice.v1 import UpdateWorkflowExecutionRequest, UpdateWorkflowExecutionResponse
from temporalio.client import Client
from temporalio.common import RawValue

from gateway.client import CareGateway
from gateway.inspection import inspect
from gateway.searches import counted, searches
from tests.gateway.callers import OPERATOR, acknowledgement, an_open_request
from tests.gateway.marketplace import Marketplace
from tests.gateway.news import FAILED, news_of, paid
from tests.gateway.product_callers import (
    PERMANENT,
    a_product_off_sale,
    an_order,
    reactivation,
    until_recorded,
)
from workflows.names import care_request_id, product_deactivation_id, refund_recovery_id

Document = Any
"""A JSON document, read without any model of ours."""

COMPLETED = UpdateWorkflowExecutionLifecycleStage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED


@dataclass
class Answers:
    """What the service answers, by the name of its schema: each document as the server hands it out."""

    market: Marketplace
    given: dict[str, Document] = field(default_factory=dict)

    async def about_a_request(self) -> None:
        """A request that was opened, acknowledged, and acknowledged again, which is refused."""
        gateway, licence = self.market.gateway(), await self.market.licence()
        request_id = await an_open_request(gateway, self.market, licence)
        workflow_id = care_request_id(request_id)
        said = acknowledgement(licence.agent).model_dump(mode="json")
        again = acknowledgement(licence.agent).model_dump(mode="json")
        self.given["opened"] = await self._updated(workflow_id, "opened", {})
        self.given["command"] = await self._updated(workflow_id, "acknowledge", said)
        self.given["refusal"] = await self._updated(workflow_id, "acknowledge", again)
        for query in ("status", "deadlines", "journal"):
            self.given[query] = await self._told(workflow_id, query)
        await gateway.send(request_id, acknowledgement(licence.agent, command_id=said["command_id"]))
        self._say("logged_command", (await gateway.commands_of(request_id))[-1])

    async def about_a_product(self) -> None:
        """A product off for good, one of whose renewals could not be cancelled; and one back on sale."""
        products = self.market.products()
        product = await self.market.product(customers=2, bills=[["error"], ["ok"]])
        await products.deactivate(an_order(product, kind=PERMANENT))
        await until_recorded(products, product, "renewals_failed")
        for query, name in (
            ("status", "deactivation"),
            ("progress", "progress"),
            ("journal", "deactivation_journal"),
        ):
            self.given[name] = await self._told(product_deactivation_id(product.id), query)
        self._say("failed_renewal", (await products.failed_renewals(product.id))[0])
        back = await a_product_off_sale(products, self.market)
        self.given["deactivation_command"] = await self._updated(
            product_deactivation_id(back.id), "reactivate", reactivation(back.seller).model_dump(mode="json")
        )

    async def about_a_recovery(self) -> None:
        """A refund that has failed after its request had closed, and was paid by hand."""
        gateway = self.market.gateway()
        licence = await self.market.licence(pays=["succeeded_then_failed"])
        _, reference = await paid(gateway, self.market, licence)
        news = news_of(licence, FAILED, reference).model_copy(update={"occurred_at": datetime.now(UTC)})
        told = await gateway.hear_of_refund(news)
        assert told.recovery is not None
        workflow_id = refund_recovery_id(told.recovery.recovery_id)
        self.given["recovery"] = await self._told(workflow_id, "status")
        by_hand = {
            "command_id": f"paid-{licence.id}",
            "by": {"role": "operator", "id": "O1"},
            "reference": "wire-18",
        }
        self.given["recovery_command"] = await self._updated(workflow_id, "record_refund", by_hand)
        self.given["recovery_journal"] = await self._told(workflow_id, "journal")

    async def about_all(self) -> None:
        """What operators' programs read with `--json`."""
        gateway = self.market.gateway()
        await self._about_a_closure(gateway)
        licence = await self.market.licence()
        self._say("payment_switch", await gateway.stop_payments(licence.seller_id, OPERATOR))
        self._say("payments_change", await gateway.resume_payments(licence.seller_id, OPERATOR))
        self._say("finding", (await inspect(self._client))[0])
        wanted = searches(gateway.clock(), ZoneInfo("Europe/Paris"))
        self._say("search", (await counted(self._client, wanted, "http://127.0.0.1:8233"))[0])

    async def _about_a_closure(self, gateway: CareGateway) -> None:
        licence = await self.market.licence(closed=True)
        await an_open_request(gateway, self.market, licence)
        self._say("closure", (await gateway.list_closures(licence.seller_id))[0])
        ended = await gateway.end_closure(licence.closure_id, self.market.gateway().clock(), OPERATOR)
        self._say("closure_ending", ended)

    def _say(self, name: str, answer: BaseModel) -> None:
        self.given[name] = json.loads(answer.model_dump_json())

    async def _told(self, workflow_id: str, query: str) -> Document:
        """The payload of a query, whose text is JSON."""
        handle = self._client.get_workflow_handle(workflow_id)
        told: RawValue = await handle.query(query, result_type=RawValue)
        return json.loads(told.payload.data)

    async def _updated(self, workflow_id: str, name: str, message: Mapping[str, object]) -> Document:
        """The payload that an update answers with; or its failure, in the form of Temporal's HTTP API."""
        answer = await self._update(workflow_id, name, message)
        if answer.outcome.HasField("failure"):
            return MessageToDict(answer.outcome.failure)
        return json.loads(answer.outcome.success.payloads[0].data)

    async def _update(
        self, workflow_id: str, name: str, message: Mapping[str, object]
    ) -> UpdateWorkflowExecutionResponse:
        payloads = await self._client.data_converter.encode_wrapper([message])
        return await self._client.workflow_service.update_workflow_execution(
            UpdateWorkflowExecutionRequest(
                namespace=self._client.namespace,
                workflow_execution=WorkflowExecution(workflow_id=workflow_id),
                wait_policy=WaitPolicy(lifecycle_stage=COMPLETED),
                request=Request(meta=Meta(update_id=str(uuid4())), input=Input(name=name, args=payloads)),
            )
        )

    @property
    def _client(self) -> Client:
        return self.market.server.client
