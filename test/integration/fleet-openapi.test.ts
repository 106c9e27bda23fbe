// The description of the fleet's API, read by a validator of JSON schemas that is not ours: its schemas are sound, its references
// lead somewhere, and what the server answers fits them.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { answerRequest } from '../../fleet/api/answer-request.ts';
import { insertHost } from '../../fleet/enrolment/new-host.ts';
import { openTestFleet } from '../../fleet/testing/test-fleet.ts';
import { createLimitedLog } from '../../lib/limited-log.ts';
import { runCommand } from '../../lib/run-command.ts';

const directory = mkdtempSync(join(tmpdir(), 'gutinteg-openapi-'));
after(() => rmSync(directory, { recursive: true }));

const READER = `
import json, sys
from jsonschema import Draft202012Validator as Validator, RefResolver
document, answers = (json.load(open(name)) for name in sys.argv[1:])
assert document["openapi"] == "3.1.0"
def follow(value):
    while "$ref" in value:
        place = document
        for part in value["$ref"].removeprefix("#/").split("/"):
            place = place[part]
        value = place
    return value
schemas = 0
for path, methods in document["paths"].items():
    for method, operation in methods.items():
        assert method in ("get", "post"), method
        bodies = [operation["requestBody"]] if method == "post" else []
        for response in list(operation["responses"].values()) + bodies:
            Validator.check_schema(follow(response)["content"]["application/json"]["schema"])
            schemas += 1
        for parameter in operation.get("parameters", []):
            Validator.check_schema(parameter["schema"])
            schemas += 1
resolver = RefResolver.from_schema(document)
for path, status, value in answers:
    operation = next(iter(document["paths"][path].values()))
    schema = follow(operation["responses"][status])["content"]["application/json"]["schema"]
    Validator(schema, resolver=resolver).validate(value)
print(schemas, len(answers))
`;

test('OpenAPI: the schemas are sound, and answers fit them', async () => {
  await using cleanup = new AsyncDisposableStack();
  const { fleet, clock } = await openTestFleet(cleanup);
  const host = { id: 'a'.repeat(22), name: 'web1', site: '', publicKey: '', machineId: null, createdAt: clock.ms };
  await fleet.store.transaction((transaction) =>
    insertHost(transaction, { ...host, state: 'pending', reason: 'it has no token', origin: 'stranger' }),
  );
  const log = createLimitedLog(fleet.log);
  const get = (path: string) => {
    const identify = () => Promise.resolve({ name: 'local', role: 'admin' } as const);
    return answerRequest(fleet, { method: 'GET', path, contentType: '', body: Buffer.of(), identify }, log);
  };
  const asked = ['status', 'hosts?limit=5', 'host?host=web1', 'events', 'users', 'audit', 'verify-audit', 'classes'];
  const faulty = ['host?host=nobody', 'hosts?limit=many'];
  const answers: [path: string, status: string, value: unknown][] = [];
  for (const name of [...asked, ...faulty]) {
    const { status, value } = await get(`/fleet/api/v1/${name}`);
    answers.push([`/${name.split('?')[0]}`, String(status), value]);
  }
  assert.deepEqual(
    answers.map(([, status]) => status),
    [...asked.map(() => '200'), '404', '400'],
  );
  const files = [join(directory, 'document.json'), join(directory, 'answers.json')] as const;
  writeFileSync(files[0], JSON.stringify((await get('/fleet/openapi.json')).value));
  writeFileSync(files[1], JSON.stringify(answers));
  const { stdout } = await runCommand(['/usr/bin/python3', '-W', 'ignore', '-c', READER, ...files]);
  const [schemas = 0, read = 0] = stdout.trim().split(' ').map(Number);
  assert.ok(schemas > 300, `${schemas} schemas`);
  assert.equal(read, answers.length);
});
