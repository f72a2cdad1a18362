/**
 * Requests of the administration to Azure. Invariant: that something is not there is believed only where the service that has it
 * says so, by its own code: `KeyNotFound` of the vault, `ResourceNotFound` or the like of Azure Resource Manager. A group or a
 * subscription that is gone is a 404 of another code, and a role that is missing a 403: neither shows that a key is deleted.
 */
import * as z from 'zod/mini';
import { keyStoreUnavailable } from '../../../contract/problem.ts';
import type { AzureAnswer } from './azure-client.ts';
import type { SessionRequest } from './entra-session.ts';

/**
 * @throws Problem 503 key-store-unavailable where there was no answer, or none of Azure's own; NoAnswer instead where it may
 *   have been done once
 */
export type AzureSend = (request: SessionRequest) => Promise<AzureAnswer>;

const isDone = ({ status }: AzureAnswer): boolean => status >= 200 && status < 300;

const absences = ['KeyNotFound', 'ResourceNotFound', 'NotFound', 'RoleAssignmentNotFound'];

export const isNothing = ({ status, code = '' }: AzureAnswer): boolean =>
  status === 404 && absences.includes(code);

/** @returns undefined where there is no such thing */
export async function ask(
  send: AzureSend,
  request: SessionRequest,
): Promise<AzureAnswer | undefined> {
  const answer = await send(request);
  if (isNothing(answer)) return undefined;
  return done(answer);
}

/** @returns the answer's body */
export async function change(send: AzureSend, request: SessionRequest): Promise<unknown> {
  return done(await send(request)).body;
}

/** Azure says 204, or 404, where there was nothing. */
export async function remove(
  send: AzureSend,
  request: Omit<SessionRequest, 'method'>,
): Promise<void> {
  await ask(send, { ...request, method: 'DELETE' });
}

/** A refusal is no caller's fault: Azure is not set up as it was, and its words are for nobody outside. */
export function done(answer: AzureAnswer): AzureAnswer {
  if (!isDone(answer)) throw keyStoreUnavailable('azure-key-vault');
  return answer;
}

/** @throws Problem 503 key-store-unavailable where it is none that Azure gives: what it says counts for nothing then */
export function shapeOf<T extends z.ZodMiniType>(schema: T, body: unknown): z.output<T> {
  const parsed = z.safeParse(schema, body);
  if (!parsed.success) throw keyStoreUnavailable('azure-key-vault');
  return parsed.data;
}
