<?php
// Opens a care request, acknowledges it and delivers a fix, with PHP's own curl extension.
//
//   php care.php REQUEST_ID LICENCE_ID SELLER_ID [OPENED_AT]
//
// OPENED_AT is an instant with its offset from UTC, by default now. Exit code 1: a rule said no.
//   CARE_HTTP_URL    where Temporal's HTTP API answers  (http://127.0.0.1:7243)
//   CARE_NAMESPACE   the Temporal namespace             (default)
//   CARE_API_KEY     sent as a bearer token, to a server that asks for one

declare(strict_types=1);

/** A rule said no: its code is for programs, its message for people. Trying again does not help. */
final class Refused extends Exception {
    public function __construct(public readonly string $rule, string $message) { parent::__construct($message); }
}

/** The request does not run: nobody opened it, or it has closed. */
final class NotRunning extends Exception {}

/** One care request, spoken to through Temporal's HTTP API. */
final class CareRequest
{
    private string $address;

    public function __construct(private string $id)
    {
        $server = getenv('CARE_HTTP_URL') ?: 'http://127.0.0.1:7243';
        $namespace = getenv('CARE_NAMESPACE') ?: 'default';
        $this->address = "$server/api/v1/namespaces/$namespace/workflows/" . rawurlencode("care-request-$id");
    }

    /** Starts it unless it runs or has run, and returns both deadlines. */
    public function open(string $licenceId, string $openedAt): array
    {
        try {
            $this->post('', [
                'workflowType' => ['name' => 'CareRequest'],
                'taskQueue' => ['name' => 'business-care'],
                'workflowIdConflictPolicy' => 'WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING',
                'workflowIdReusePolicy' => 'WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY',
                'input' => self::packed(
                    ['request_id' => $this->id, 'licence_id' => $licenceId, 'opened_at' => $openedAt]
                ),
            ]);
            return $this->update('opened', new stdClass());
        } catch (NotRunning) {
            $view = $this->query('status');  // it has closed: the view has its outcome, and its deadlines too
            return ['acknowledge_by' => $view['acknowledgement']['due'], 'resolve_by' => $view['resolution']['due']];
        }
    }

    /** Sends a message and waits for its answer; throws Refused where a rule says no. */
    public function update(string $name, array|stdClass $message): array
    {
        $given = $this->post("/update/$name", [
            'waitPolicy' => ['lifecycleStage' => 'UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED'],
            // A fresh id for each call. It is the command id inside the message that makes a repetition safe.
            'request' => [
                'meta' => ['updateId' => bin2hex(random_bytes(16))],
                'input' => ['args' => self::packed($message)],
            ],
        ]);
        if (isset($given['outcome']['failure'])) {
            $failure = $given['outcome']['failure'];
            throw new Refused($failure['applicationFailureInfo']['type'] ?? 'failed', $failure['message']);
        }
        return self::unpacked($given['outcome']['success']
            ?? throw new RuntimeException("$name was not answered in time; sending it again is safe"));
    }

    /** Hands a message over without waiting; what came of it stands in the journal. */
    public function signal(string $name, array $message): void
    {
        $this->post("/signal/$name", ['input' => self::packed($message)]);
    }

    /** Reads `status`, `deadlines` or `journal`. */
    public function query(string $name): array
    {
        return self::unpacked($this->post("/query/$name", new stdClass())['queryResult']);
    }

    private function post(string $path, array|stdClass $body): array
    {
        // The exact form of payloads: in the short one empty lists come back as null.
        $form = 'application/json+no-payload-shorthand';
        $headers = ["Content-Type: $form", "Accept: $form"];
        if (getenv('CARE_API_KEY')) {
            $headers[] = 'Authorization: Bearer ' . getenv('CARE_API_KEY');
        }
        $call = curl_init($this->address . $path);
        curl_setopt_array($call, [CURLOPT_RETURNTRANSFER => true, CURLOPT_TIMEOUT => 60, CURLOPT_HTTPHEADER => $headers]);
        curl_setopt($call, CURLOPT_POSTFIELDS, json_encode($body, JSON_THROW_ON_ERROR));
        $answer = curl_exec($call);
        $status = curl_getinfo($call, CURLINFO_RESPONSE_CODE);
        if ($status === 404 || $status === 409) {
            throw new NotRunning($answer);
        }
        if ($status !== 200) {
            throw new RuntimeException("HTTP $status " . ($answer ?: curl_error($call)));
        }
        return json_decode($answer, true, flags: JSON_THROW_ON_ERROR);
    }

    private static function packed(array|stdClass $message): array
    {
        $data = base64_encode(json_encode($message, JSON_THROW_ON_ERROR));
        return ['payloads' => [['metadata' => ['encoding' => base64_encode('json/plain')], 'data' => $data]]];
    }

    private static function unpacked(array $payloads): array
    {
        return json_decode(base64_decode($payloads['payloads'][0]['data']), true, flags: JSON_THROW_ON_ERROR);
    }
}

[, $requestId, $licenceId, $sellerId] = $argv;
$agent = ['role' => 'agent', 'id' => 'A1', 'seller_id' => $sellerId];
$request = new CareRequest($requestId);
try {
    $opened = $request->open($licenceId, $argv[4] ?? gmdate('Y-m-d\TH:i:s\Z'));
    echo "acknowledge before {$opened['acknowledge_by']}, resolve before {$opened['resolve_by']}\n";
    // Command ids are made of what is done, so that running this again changes nothing.
    $acknowledgement = ['command_id' => "acknowledge-$requestId", 'by' => $agent, 'message' => 'We are on it'];
    $answer = $request->update('acknowledge', $acknowledgement);
    echo "acknowledgement {$answer['acknowledgement']}\n";
    $request->signal('fix', ['command_id' => "fix-$requestId", 'by' => $agent, 'reference' => 'v2.4.1']);
    echo "now {$request->query('status')['state']}\n";
} catch (Refused $refused) {
    fwrite(STDERR, "$refused->rule: {$refused->getMessage()}\n");
    exit(1);
} catch (NotRunning | RuntimeException $failed) {
    fwrite(STDERR, $failed->getMessage() . "\n");
    exit(3);
}
