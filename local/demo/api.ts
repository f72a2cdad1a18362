/** The demo's two HTTP calls: to the token issuer and to the API. */
import type { LocalStack } from '../stack.ts';

export interface ApiAnswer {
  readonly status: number;
  readonly requestId: string | undefined;
  readonly json: Readonly<Record<string, unknown>>;
}

export async function tokenFor(
  stack: LocalStack,
  scope: string,
  tenantId?: string,
): Promise<string> {
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'demo', scope });
  if (tenantId !== undefined) form.set('tenant_id', tenantId);
  const response = await fetch(`${stack.issuer}/oauth2/token`, { method: 'POST', body: form });
  const { access_token: token } = (await response.json()) as { access_token: string };
  return token;
}

export async function callApi(
  stack: LocalStack,
  method: string,
  path: string,
  token: string,
  body?: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<ApiAnswer> {
  const response = await fetch(`${stack.api}${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return {
    status: response.status,
    requestId: response.headers.get('x-amzn-requestid') ?? undefined,
    json: (await response.json()) as ApiAnswer['json'],
  };
}
