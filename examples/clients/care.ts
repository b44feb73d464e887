// Opens a care request, acknowledges it and delivers a fix, with nothing but fetch.
//
//   node care.ts REQUEST_ID LICENCE_ID SELLER_ID [OPENED_AT]          Node 22.18 or later
//   npx tsx care.ts REQUEST_ID LICENCE_ID SELLER_ID [OPENED_AT]       Node 20
//
// OPENED_AT is an instant with its offset from UTC, by default now. Exit code 1: a rule said no.
//   CARE_HTTP_URL    where Temporal's HTTP API answers  (http://127.0.0.1:7243)
//   CARE_NAMESPACE   the Temporal namespace             (default)
//   CARE_API_KEY     sent as a bearer token, to a server that asks for one

import { Buffer } from "node:buffer";
import { randomUUID } from "node:crypto";
import process from "node:process";

type Actor = { role: "agent" | "customer" | "seller" | "operator" | "system"; id: string; seller_id?: string };
type Command = { command_id: string; by: Actor; occurred_at?: string; [field: string]: unknown };
type Payloads = { payloads: { metadata: { encoding: string }; data: string }[] };
type Failure = { message: string; applicationFailureInfo?: { type: string } };
type Updated = { outcome?: { success?: Payloads; failure?: Failure } };

// The parts that are used here; schemas/answers has all of them.
type Opened = { state: string; acknowledge_by: string | null; resolve_by: string | null };
type Answer = { state: string; acknowledgement: string; duplicate: boolean };
type View = { state: string; acknowledgement: { due: string | null }; resolution: { due: string | null } };

/** A rule said no: its code is for programs, its message for people. Trying again does not help. */
class Refused extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The request does not run: nobody opened it, or it has closed. */
class NotRunning extends Error {}

/** One care request, spoken to through Temporal's HTTP API. */
class CareRequest {
  private readonly id: string;
  private readonly address: string;

  constructor(id: string) {
    const server = process.env.CARE_HTTP_URL ?? "http://127.0.0.1:7243";
    const namespace = process.env.CARE_NAMESPACE ?? "default";
    this.id = id;
    this.address = `${server}/api/v1/namespaces/${namespace}/workflows/${encodeURIComponent(`care-request-${id}`)}`;
  }

  /** Starts it unless it runs or has run, and returns both deadlines. */
  async open(licenceId: string, openedAt: string): Promise<Opened> {
    try {
      await this.post("", {
        workflowType: { name: "CareRequest" },
        taskQueue: { name: "business-care" },
        workflowIdConflictPolicy: "WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING",
        workflowIdReusePolicy: "WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY",
        input: packed({ request_id: this.id, licence_id: licenceId, opened_at: openedAt }),
      });
      return await this.update<Opened>("opened", {});
    } catch (error) {
      if (!(error instanceof NotRunning)) throw error;
      const view = await this.query<View>("status"); // it has closed: its view tells the rest
      return { state: view.state, acknowledge_by: view.acknowledgement.due, resolve_by: view.resolution.due };
    }
  }

  /** Sends a message and waits for its answer; throws Refused where a rule says no. */
  async update<T>(name: string, message: Command | Record<string, never>): Promise<T> {
    const { outcome } = await this.post<Updated>(`/update/${name}`, {
      waitPolicy: { lifecycleStage: "UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED" },
      // A fresh id for each call. It is the command id inside the message that makes a repetition safe.
      request: { meta: { updateId: randomUUID() }, input: { args: packed(message) } },
    });
    const failure = outcome?.failure;
    if (failure) throw new Refused(failure.applicationFailureInfo?.type ?? "failed", failure.message);
    if (!outcome?.success) throw new Error(`${name} was not answered in time; sending it again is safe`);
    return unpacked<T>(outcome.success);
  }

  /** Hands a message over without waiting; what came of it stands in the journal. */
  async signal(name: string, message: Command): Promise<void> {
    await this.post(`/signal/${name}`, { input: packed(message) });
  }

  /** Reads `status`, `deadlines` or `journal`. */
  async query<T>(name: string): Promise<T> {
    const { queryResult } = await this.post<{ queryResult: Payloads }>(`/query/${name}`, {});
    return unpacked<T>(queryResult);
  }

  private async post<T>(path: string, body: object): Promise<T> {
    // The exact form of payloads: in the short one empty lists come back as null.
    const form = "application/json+no-payload-shorthand";
    const key = process.env.CARE_API_KEY;
    const answer = await fetch(this.address + path, {
      method: "POST",
      headers: { "Content-Type": form, Accept: form, ...(key ? { Authorization: `Bearer ${key}` } : {}) },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(60_000),
    });
    if (answer.status === 404 || answer.status === 409) throw new NotRunning(await answer.text());
    if (!answer.ok) throw new Error(`HTTP ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }
}

function packed(message: object): Payloads {
  const base64 = (text: string) => Buffer.from(text, "utf-8").toString("base64");
  return { payloads: [{ metadata: { encoding: base64("json/plain") }, data: base64(JSON.stringify(message)) }] };
}

function unpacked<T>(payloads: Payloads): T {
  return JSON.parse(Buffer.from(payloads.payloads[0].data, "base64").toString("utf-8")) as T;
}

async function main([requestId, licenceId, sellerId, openedAt]: string[]): Promise<void> {
  const by: Actor = { role: "agent", id: "A1", seller_id: sellerId };
  const request = new CareRequest(requestId);
  const opened = await request.open(licenceId, openedAt ?? new Date().toISOString());
  console.log(`acknowledge before ${opened.acknowledge_by}, resolve before ${opened.resolve_by}`);
  // Command ids are made of what is done, so that running this again changes nothing.
  const acknowledgement = { command_id: `acknowledge-${requestId}`, by, message: "We are on it" };
  const answer = await request.update<Answer>("acknowledge", acknowledgement);
  console.log(`acknowledgement ${answer.acknowledgement}`);
  await request.signal("fix", { command_id: `fix-${requestId}`, by, reference: "v2.4.1" });
  console.log(`now ${(await request.query<View>("status")).state}`);
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error instanceof Refused ? `${error.code}: ${error.message}` : error.message);
  process.exitCode = error instanceof Refused ? 1 : 3;
});
