/** An operator's requests to the control plane of a test's stack, and what only time brings about. */
import { expect } from '@jest/globals';
import type { Answer } from './client.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

export type Control = ReturnType<typeof controlOf>;

/** @returns a stack whose functions remember nothing, so that a change counts for the next request */
export async function startControl(
  context: Readonly<Record<string, unknown>> = {},
  options: Parameters<typeof startTestStack>[1] = {},
) {
  const remembersNothing = { registryTtlSeconds: 0, dataKeyMaxAgeSeconds: 0 };
  const stack = await startTestStack({ ...remembersNothing, ...context }, options);
  return { stack, control: controlOf(stack) };
}

export function controlOf(stack: TestStack) {
  const { client } = stack;
  const send = async (method: string, path: string, body?: object): Promise<Answer> =>
    client.send(method, path, {
      token: await client.adminToken(),
      ...(body !== undefined && { body }),
    });
  const control = {
    send,
    get: (path: string) => send('GET', path),
    put: (tenantId: string, body: object = {}) => send('PUT', `/tenants/${tenantId}`, body),
    post: (tenantId: string, step: string) => send('POST', `/tenants/${tenantId}/${step}`),
    offboard: (tenantId: string, query = '?force=true') =>
      send('DELETE', `/tenants/${tenantId}${query}`),
    /** @returns the plaintext, or the code of the problem */
    async decrypt(tenantId: string, ciphertext: string): Promise<string> {
      const token = await client.tenantToken(tenantId);
      const body = { ciphertext };
      const answer = await client.send('POST', `/tenants/${tenantId}/decrypt`, { token, body });
      if (answer.status !== 200) return answer.json.code;
      return Buffer.from(answer.json.plaintext, 'base64').toString();
    },
    /** Puts the clock of KMS forward. */
    async advance(advanceDays: number): Promise<void> {
      const response = await fetch(`${stack.aws}/_local/clock`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ advanceDays }),
      });
      expect(response.status).toBe(200);
    },
  };
  return control;
}
