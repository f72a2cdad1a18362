/** The client of the API, which runs in a process of its own and takes one job after the other. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { BenchStack, BenchTenant, Credentials } from './stack.ts';

export interface RequestsJob {
  readonly kind: 'requests';
  readonly url: string;
  readonly token: string;
  /** one request for each */
  readonly bodies: readonly string[];
  readonly connections: number;
}

export interface DataKeysJob {
  readonly kind: 'dataKeys';
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
  readonly keyArn: string;
  readonly encryptionContext: Readonly<Record<string, string>>;
  readonly count: number;
  readonly connections: number;
}

export type Job = RequestsJob | DataKeysJob;

export interface Result {
  /** from the first request to the last answer */
  readonly seconds: number;
  /** by API Gateway's throttling, each of which was sent again */
  readonly refusals: number;
  /** in the order of the bodies */
  readonly answers: readonly string[];
}

export interface Caller {
  /** @throws Error where an answer is no 200 */
  post(
    tenant: BenchTenant,
    operation: string,
    bodies: readonly object[],
    connections: number,
  ): Promise<Result>;
  /** GenerateDataKey under the tenant's key, straight from the AWS client to KMS */
  generateDataKeys(tenant: BenchTenant, count: number, connections: number): Promise<Result>;
  close(): void;
}

export function openCaller({ local, sessionOf }: BenchStack): Caller {
  const child = fork(new URL('caller-process.ts', import.meta.url), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  return {
    post: ({ tenantId, token }, operation, bodies, connections) =>
      done(child, {
        kind: 'requests',
        url: `${local.api}/tenants/${tenantId}/${operation}`,
        token,
        bodies: bodies.map((body) => JSON.stringify(body)),
        connections,
      }),
    generateDataKeys: ({ tenantId, keyArn }, count, connections) =>
      done(child, {
        kind: 'dataKeys',
        endpoint: local.aws,
        region: local.region,
        credentials: sessionOf(tenantId),
        keyArn,
        encryptionContext: { TenantId: tenantId },
        count,
        connections,
      }),
    close() {
      child.disconnect();
    },
  };
}

async function done(child: ChildProcess, job: Job): Promise<Result> {
  const ended = new AbortController();
  const { signal } = ended;
  const failure = once(child, 'exit', { signal }).then(() => {
    throw new Error('the client process has ended');
  });
  child.send(job);
  const answer = once(child, 'message', { signal });
  try {
    const [result] = await Promise.race([answer, failure]);
    if ('error' in result) throw new Error(result.error);
    return result;
  } finally {
    ended.abort();
    await Promise.allSettled([answer, failure]);
  }
}
