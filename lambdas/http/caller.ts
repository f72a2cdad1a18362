/**
 * Who may ask a plane, by what the authorizer says in the event. Invariant: a right over all tenants needs an
 * authorizer's answer that names no tenant. An event without an answer, or whose answer names a tenant with whatever
 * value, never reaches the control plane, even if API Gateway's policy would let it through.
 */
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { forbidden } from '../../contract/problem.ts';
import { isControlPlane, type Plane } from '../../contract/routes.ts';
import { requestStats } from '../observability/request-stats.ts';
import { claimsOf } from './claims.ts';

/**
 * The data plane compares the tenants itself: there the path, the authorizer and Lambda must name one.
 * @param event its header names in lower case
 * @throws Problem 403; on the control plane 400 for claims that are not as they must be
 */
export function requireCallerOf(plane: Plane, event: APIGatewayProxyEvent): void {
  if (plane === 'crypto') return;
  const authorizer: unknown = event.requestContext.authorizer;
  // API Gateway puts the principal into each answer of an authorizer.
  if (!isAnswer(authorizer)) throw forbidden();
  if (!isControlPlane(plane)) return;
  if (Object.hasOwn(authorizer, 'tenantId')) throw forbidden();
  // The other planes check the token, and then the claims, themselves.
  requestStats()?.confirmPrincipal();
  claimsOf(event);
}

const isAnswer = (authorizer: unknown): authorizer is { readonly principalId: string } => {
  if (typeof authorizer !== 'object' || authorizer === null) return false;
  const { principalId } = authorizer as Readonly<Record<string, unknown>>;
  return typeof principalId === 'string' && principalId !== '';
};
