/** A client in a process of its own: keeps its connections, and as many requests under way as it has of them. */
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { KMS } from '@aws-sdk/client-kms';
import type { DataKeysJob, Job, RequestsJob, Result } from './caller.ts';

/** API Gateway refuses what comes too fast; then a client waits. */
const tooManyRequests = 429;
const pauseMs = 100;

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function sendRequests({ url, token, bodies, connections }: RequestsJob): Promise<Result> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const answers = new Array<string>(bodies.length);
  let refusals = 0;
  const send = async (at: number): Promise<void> => {
    const { status, text } = await post(agent, url, token, bodies[at] as string);
    if (status === tooManyRequests) {
      refusals += 1;
      await pause(pauseMs);
      return send(at);
    }
    if (status !== 200) throw new Error(`${url} answered ${status}: ${text.slice(0, 200)}`);
    answers[at] = text;
  };
  const seconds = await inParallel(connections, bodies.length, send);
  agent.destroy();
  return { seconds, refusals, answers };
}

function post(agent: Agent, url: string, token: string, body: string): Promise<Answer> {
  const headers = {
    Authorization: `Bearer ${token}`,
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent, method: 'POST', headers }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (part: string) => {
        text += part;
      });
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text }));
      incoming.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** The same by the AWS client, straight to KMS. */
async function generateDataKeys(job: DataKeysJob): Promise<Result> {
  const { endpoint, region, credentials, keyArn, encryptionContext, count, connections } = job;
  const kms = new KMS({
    endpoint,
    region,
    credentials,
    requestHandler: { httpAgent: new Agent({ keepAlive: true, maxSockets: connections }) },
  });
  const seconds = await inParallel(connections, count, () =>
    kms.generateDataKey({
      KeyId: keyArn,
      NumberOfBytes: 32,
      EncryptionContext: encryptionContext,
    }),
  );
  kms.destroy();
  return { seconds, refusals: 0, answers: [] };
}

/** @returns the seconds that all of it took */
async function inParallel(
  workers: number,
  count: number,
  work: (at: number) => Promise<unknown>,
): Promise<number> {
  const queue = Array.from({ length: count }, (_, at) => at).values();
  const start = performance.now();
  const worker = async () => {
    for (const at of queue) await work(at);
  };
  await Promise.all(Array.from({ length: Math.min(workers, count) }, worker));
  return (performance.now() - start) / 1000;
}

process.on('message', async (job: Job) => {
  const doing = job.kind === 'requests' ? sendRequests(job) : generateDataKeys(job);
  process.send?.(await doing.catch((error: Error) => ({ error: error.message })));
});
