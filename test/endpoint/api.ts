/**
 * The API without API Gateway: the bundled handlers in workers, each with its own role's session, called with the
 * events that API Gateway sends. The authorizer's answer is made up; the tenants' tokens are real, since the functions
 * and the session broker check them.
 */
import { randomUUID } from 'node:crypto';
import type { Authorized } from '../../local/api/authorizer.ts';
import { GatewayRefusal } from '../../local/api/gateway-response.ts';
import { integrate } from '../../local/api/integration.ts';
import { findRoute } from '../../local/api/router.ts';
import { openRuntime } from '../../local/lambda/runtime.ts';
import type { Blueprint } from './blueprint.ts';
import type { Destination, Keys } from './clients.ts';
import { principal, tokenOf } from './issuer.ts';
import { serveInvoke } from './session-broker.ts';

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: whatever came is compared with what must come
  readonly json: any;
  /** name of the error that a function logged last, where it failed */
  readonly failure: string | undefined;
}

export interface Call {
  /** of the token; absent for an administrator's token */
  readonly tenantId?: string;
  readonly body?: object;
}

export interface Api {
  /** @param path below the stage, with its query */
  call(method: string, path: string, call?: Call): Promise<Answer>;
  close(): Promise<void>;
}

export interface ApiOptions {
  readonly destination: Destination;
  /** URL of the issuer on this machine */
  readonly issuer: string;
  /** role ARN -> its session's */
  readonly keysOfRole: ReadonlyMap<string, Keys>;
}

export async function openApi(
  blueprint: Blueprint,
  { destination, issuer, keysOfRole }: ApiOptions,
): Promise<Api> {
  const { account, api, functions, sessionBroker } = blueprint;
  let failure: string | undefined;
  const invoke = await serveInvoke((event) => runtime.invoke(sessionBroker.arn, event));
  const runtime = openRuntime({
    functions,
    systemVariables: ({ name, roleArn }) => ({
      ...variables(destination, keysOfRole.get(roleArn)),
      AWS_ENDPOINT_URL_LAMBDA: invoke.url,
      AWS_LAMBDA_FUNCTION_NAME: name,
    }),
    onLog: (_, line) => {
      failure = failureIn(line) ?? failure;
    },
  });

  return {
    async close() {
      await runtime.close();
      await invoke.close();
    },
    async call(httpMethod, path, { tenantId, body } = {}) {
      const url = new URL(`/${api.stage}${path}`, 'http://endpoint.invalid');
      const route = findRoute(api, httpMethod, url.pathname);
      if (route === undefined) throw new Error(`the template has no ${httpMethod} ${path}`);
      failure = undefined;
      const token = tenantId === undefined ? 'none' : await tokenOf(issuer, tenantId);
      try {
        const answer = await integrate(account, api, runtime, {
          requestId: randomUUID(),
          httpMethod,
          path: url.pathname,
          query: url.searchParams,
          headers: new Map([
            ['content-type', ['application/json']],
            ['authorization', [`Bearer ${token}`]],
          ]),
          body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
          route,
          authorized: authorized(tenantId),
          sourceIp: '127.0.0.1',
        });
        return { status: answer.status, json: JSON.parse(String(answer.body)), failure };
      } catch (error) {
        if (!(error instanceof GatewayRefusal)) throw error;
        return { status: 502, json: { code: error.message }, failure };
      }
    },
  };
}

const authorized = (tenantId: string | undefined): Authorized => ({
  principalId: principal,
  context: tenantId === undefined ? {} : { tenantId },
  policy: { name: 'none', kind: 'identity', statements: [], source: {} },
});

const variables = ({ endpoint, region }: Destination, keys: Keys | undefined) => ({
  AWS_REGION: region,
  ...(endpoint !== undefined && { AWS_ENDPOINT_URL: endpoint }),
  AWS_ACCESS_KEY_ID: keys?.accessKeyId ?? '',
  AWS_SECRET_ACCESS_KEY: keys?.secretAccessKey ?? '',
  AWS_SESSION_TOKEN: keys?.sessionToken ?? '',
});

function failureIn(line: string): string | undefined {
  try {
    const { level, error } = JSON.parse(line);
    return level === 'ERROR' ? String(error) : undefined;
  } catch {
    // Not a log line of a function: a worker that could not start writes plain text.
    return line;
  }
}
