"""The connection to a Temporal server: the same profile files and `TEMPORAL_*` variables as its own tool."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client, Interceptor
from temporalio.converter import DataConverter
from temporalio.envconfig import ClientConfigProfile
from temporalio.runtime import Runtime
from temporalio.service import RPCError, RPCStatusCode

from adapters.encryption.converter import DATA_CONVERTER
from business_care.errors import StepFailed, TemporarilyUnavailable

DEFAULT_ADDRESS: Final = "localhost:7233"
DEFAULT_NAMESPACE: Final = "default"
CONNECT_TIMEOUT: Final = timedelta(seconds=10)


class ConnectionSettingsRefused(StepFailed):
    """The profile or the `TEMPORAL_*` variables can't be used, or the server does not accept them."""


class ServerUnreachable(TemporarilyUnavailable):
    """No Temporal server answers there."""


async def connect(
    environment: Mapping[str, str],
    *,
    data_converter: DataConverter = DATA_CONVERTER,
    interceptors: Sequence[Interceptor] = (),
    runtime: Runtime | None = None,
) -> Client:
    """A client of the server that the environment names, once it has answered for its namespace.

    `environment` comes from `settings.temporal_environment`: TEMPORAL_PROFILE and TEMPORAL_CONFIG_FILE choose
    the profile; TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY and TEMPORAL_TLS_* go before it.
    Raises `ServerUnreachable` and `ConnectionSettingsRefused`.
    """
    try:
        profile = ClientConfigProfile.load(override_env_vars=environment)
        config = profile.to_client_connect_config()
    except (RuntimeError, ValueError, TypeError, OSError) as error:
        # The further lines would show a part of the file, which may hold a key.
        why = str(error).partition("\n")[0]
        raise ConnectionSettingsRefused(f"the Temporal profile can't be used: {why}") from error
    # The defaults of Temporal's own tool, where the profile says nothing.
    address = config.setdefault("target_host", DEFAULT_ADDRESS)
    namespace = config.setdefault("namespace", DEFAULT_NAMESPACE)
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT.total_seconds()):
            client = await Client.connect(
                **config, data_converter=data_converter, interceptors=interceptors, runtime=runtime
            )
            await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=namespace))
    except (RuntimeError, TimeoutError) as error:
        raise _unreachable(address) from error
    except ValueError as error:
        raise ConnectionSettingsRefused(f"the Temporal address {address} can't be used: {error}") from error
    except RPCError as error:
        raise _refused(error, address, namespace) from error
    return client


def _unreachable(address: str) -> ServerUnreachable:
    return ServerUnreachable(
        f"no Temporal server answers at {address}; start one (`business-care dev` does), "
        "or say where it is with TEMPORAL_ADDRESS"
    )


def _refused(error: RPCError, address: str, namespace: str) -> StepFailed:
    match error.status:
        case RPCStatusCode.NOT_FOUND:
            return ConnectionSettingsRefused(
                f"the Temporal server at {address} has no namespace {namespace}; "
                "create it, or choose another with TEMPORAL_NAMESPACE"
            )
        case RPCStatusCode.UNAUTHENTICATED | RPCStatusCode.PERMISSION_DENIED:
            return ConnectionSettingsRefused(
                f"the Temporal server at {address} does not let us into the namespace {namespace}; "
                "look at TEMPORAL_API_KEY and TEMPORAL_TLS_*"
            )
        case _:
            return _unreachable(address)
