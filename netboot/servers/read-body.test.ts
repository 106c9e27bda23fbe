import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createApp, serveHttp } from './http.ts';
import { createBodyReader } from './read-body.ts';

const MiB = 1024 * 1024;

/** A server that answers each body's length, and says which machines' bodies are parsed. */
async function setUp(context: TestContext) {
  const read: string[] = [];
  const app = createApp(
    () => {},
    (routes) => {
      routes.post('/:id', ...createBodyReader()(80 * MiB), (asked, response) => {
        read.push(asked.params.id);
        response.json({ length: JSON.stringify(asked.body).length });
      });
    },
  );
  const server = await serveHttp(app, { address: '127.0.0.1', port: 0 });
  context.after(() => server.close());
  const begin = (id: string, bytes: number): ClientRequest => {
    const headers = { 'content-type': 'application/json', 'content-length': bytes };
    const asked = request({
      host: '127.0.0.1',
      port: server.port,
      path: `/${id}`,
      method: 'POST',
      headers,
      agent: false,
    });
    asked.on('error', () => {});
    asked.write('["');
    return asked;
  };
  const status = async (asked: ClientRequest): Promise<number | undefined> => {
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    answer.resume();
    return answer.statusCode;
  };
  const end = (asked: ClientRequest, bytes: number): void => void asked.end(`${'x'.repeat(bytes - 4)}"]`);
  return { begin, end, status, read };
}

test('large bodies wait for one another, small ones for nobody, and who gives up makes room', async (context) => {
  const { begin, end, status, read } = await setUp(context);
  const first = begin('first', 10 * MiB);
  const small = begin('small', 1000);
  end(small, 1000);
  assert.equal(await status(small), 200);
  const second = begin('second', 10 * MiB);
  end(second, 10 * MiB);
  const third = begin('third', 5 * MiB);
  end(third, 5 * MiB);
  const answers = Promise.all([status(second), status(third)]);
  // Its answer comes only when all three have been seen: the first is not at its end, the others wait.
  const again = begin('first', 10 * MiB);
  assert.equal(await status(again), 503);
  assert.deepEqual(read, ['small']);
  first.destroy();
  assert.deepEqual(await answers, [200, 200]);
  assert.deepEqual(read.toSorted(), ['second', 'small', 'third']);
});

test('a body that is larger than all that may be in memory is read when it is alone', async (context) => {
  const { begin, end, status } = await setUp(context);
  const large = begin('large', 40 * MiB);
  end(large, 40 * MiB);
  assert.equal(await status(large), 200);
});
