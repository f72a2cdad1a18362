/**
 * What is tried in Azure, and what Azure must say. An attempt is a claim with a name; a set-up with a hole in it breaks at least one.
 * Refused is what Entra, a role assignment or a policy refuses: an answer of the services behind them is none.
 */
import type { Product } from './product.ts';

export type Service = 'vault' | 'resourceManager';
export type Request = readonly [service: Service, method: string, path: string, body?: object];
export type Requests = Readonly<Record<string, Request>>;

export interface Attempt {
  readonly by: string;
  /** what is tried, without the tenants' names */
  readonly name: string;
  readonly upon: 'a neighbour' | 'its own key' | 'Azure';
  /** absent: Azure must refuse it */
  readonly allowed?: true;
}

export interface Outcome {
  readonly status: number;
  /** Azure's own, without what differs each time */
  readonly words: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

export interface Tried extends Attempt {
  readonly answer: Outcome;
}

/** Of one identity: a token for each service. */
export type Tokens = Readonly<Record<Service, string>>;

/** @returns what is not as it must be */
export const broken = (all: readonly Tried[]): string[] =>
  all
    .filter(({ allowed, answer }) => (allowed ? answer.status >= 300 : !isRefusal(answer)))
    .map(
      ({ by, name, upon, answer }) => `${by}: ${name}, ${upon}: ${answer.status} ${answer.words}`,
    );

const byRights = ['ForbiddenByRbac', 'AuthorizationFailed', 'RequestDisallowedByPolicy'];

/** 401 of Entra with a code of its own; 403 of a role assignment that is not there, or of a policy. */
const isRefusal = ({ status, words }: Outcome): boolean =>
  (status === 401 && words.startsWith('AADSTS')) || (status === 403 && byRights.includes(words));

interface Answer {
  readonly error?:
    | string
    | { readonly code?: string; readonly innererror?: { readonly code: string } };
  readonly error_codes?: readonly number[];
  readonly access_token?: string;
}

export async function call(
  { azure }: Product,
  tokens: Tokens,
  [service, method, path, body]: Request,
): Promise<Outcome> {
  const url = new URL(path, azure[service].url);
  const version = { vault: '7.4', resourceManager: '2023-01-31' }[service];
  url.searchParams.set('api-version', version);
  const response = await fetch(url, {
    method,
    headers: { Authorization: `Bearer ${tokens[service]}`, 'Content-Type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return outcomeOf(response);
}

async function outcomeOf(response: Response): Promise<Outcome> {
  const answer = (await response.json().catch(() => ({}))) as Answer & Outcome['body'];
  const { error, error_codes: [code] = [] } = answer;
  const words =
    typeof error === 'object' ? (error.innererror?.code ?? error.code ?? '') : `AADSTS${code}`;
  return { status: response.status, words: error === undefined ? '' : words, body: answer };
}

/** By a token of an issuer that Entra is to trust for the identity. */
export async function signIn(
  { azure }: Product,
  clientId: string,
  assertion: string,
  service: Service = 'vault',
): Promise<Outcome> {
  const scope = {
    vault: 'https://vault.azure.net',
    resourceManager: 'https://management.azure.com',
  };
  const response = await fetch(`${azure.entra.url}/${azure.entraTenantId}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      scope: `${scope[service]}/.default`,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    }),
  });
  return outcomeOf(response);
}

/** @throws Error where Entra does not let it in */
export async function tokensOf(
  product: Product,
  clientId: string,
  assertion: () => Promise<string>,
): Promise<Tokens> {
  const tokens: Partial<Record<Service, string>> = {};
  for (const service of ['vault', 'resourceManager'] as const) {
    const { body, words } = await signIn(product, clientId, await assertion(), service);
    if (typeof body?.access_token !== 'string') throw new Error(words);
    tokens[service] = body.access_token;
  }
  return tokens as Tokens;
}

export async function tried(
  product: Product,
  tokens: Tokens,
  attempt: Omit<Attempt, 'name'>,
  requests: Requests,
  allowed: readonly string[] = [],
): Promise<Tried[]> {
  const all: Tried[] = [];
  for (const [name, request] of Object.entries(requests)) {
    const answer = await call(product, tokens, request);
    all.push({ ...attempt, name, answer, ...(allowed.includes(name) && { allowed: true }) });
  }
  return all;
}
