/**
 * Sessions of a role, one for each tenant, each opened by the session broker. Invariant: a session is given out only
 * for a request whose own token opens that tenant's, checked here or by the broker; and its credentials carry the
 * tenant's id as their one tag, so that with them AWS itself refuses what is another tenant's. Nothing in this process
 * can open a session without a token. Of the plane for all tenants there is one session, without a tag.
 */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { KMSClient } from '@aws-sdk/client-kms';
import type { STSClient } from '@aws-sdk/client-sts';
import type { IdentityTokenStore } from '../../contract/identity-token.ts';
import type { IssuerSettings } from '../../contract/issuers.ts';
import { forbidden, unauthorized } from '../../contract/problem.ts';
import {
  type SessionPlane,
  sessionRequestOf,
  sessionScope,
} from '../../contract/session-broker.ts';
import { callBudget } from '../aws/call-budget.ts';
import { clientConfiguration } from '../aws/client-config.ts';
import {
  type CachedCredentials,
  type Credentials,
  cachedCredentials,
  retryWhenExpired,
} from '../aws/credentials.ts';
import { LruMap } from '../caching/lru-map.ts';
import { type AwsService, requestStats } from '../observability/request-stats.ts';
import { opensSession } from '../tokens/session-permission.ts';
import type { VerifiedToken } from '../tokens/verified-token.ts';
import { sessionBroker } from './session-broker-client.ts';
import { tokenCheck } from './token-check.ts';

/** Whose session a request wants, and with which right. */
export interface Bearer {
  readonly tenantId: string;
  /** as it came with the request; undefined where it came without */
  readonly token: string | undefined;
  /** who is asking, as the authorizer said */
  readonly principal: string;
  /** who signed the token, as the authorizer said; undefined where it said nothing */
  readonly issuer?: string | undefined;
}

/** The same, also for the session that is no tenant's. */
export type AnyBearer = Omit<Bearer, 'tenantId'> & { readonly tenantId: string | undefined };

/** What the clients of one session are made with. */
export interface SessionParts {
  readonly configuration: typeof clientConfiguration & {
    readonly credentials: () => Promise<Credentials>;
  };
  /** @returns the same client, with the plugins that every client of a session needs */
  readonly withPlugins: <C extends KMSClient | DynamoDBClient | STSClient>(
    client: C,
    service: AwsService,
  ) => C;
  /**
   * Asks the session broker each time, by the token of the request that was checked last.
   * @returns a token of the product's own issuer that names the session's tenant to the store; five minutes old it is worth nothing
   * @throws Problem 401 or 403 for a token that does not count any more, 503 where the broker cannot say; Error for a session
   *   that is no tenant's, and where the stack has no such issuer
   */
  readonly identityToken: (keyStore: IdentityTokenStore) => Promise<string>;
}

export interface TenantSessionsOptions {
  readonly plane: SessionPlane;
  /** of the session broker's function */
  readonly brokerName: string;
  /** whose tokens count */
  readonly issuers: readonly IssuerSettings[];
}

/** With tenant isolation mode there is one; without, those of the tenants that were served last. */
const maxSessions = 500;

interface Session<T> {
  readonly clients: T;
  readonly credentials: CachedCredentials;
  /** the last that was checked, for when the session must be renewed within a request */
  token: string | undefined;
}

/**
 * @param makeClients makes the clients of one session
 * @returns what `makeClients` makes, for the bearer's tenant; it throws Problem 401 for a token that does not count or
 * is not the principal's, 403 for one that opens no such session, 503 where the broker cannot say
 */
export function tenantSessions<T>(
  { plane, brokerName, issuers }: TenantSessionsOptions,
  makeClients: (parts: SessionParts, tenantId: string | undefined) => T,
): (bearer: AnyBearer) => Promise<T> {
  const broker = sessionBroker(brokerName);
  const { check, learn } = tokenCheck(issuers);
  const sessions = new LruMap<string | undefined, Session<T>>(maxSessions);

  async function ask(tenantId: string | undefined, token: string): Promise<Credentials> {
    const { credentials, issuer, jwks } = await broker.open(
      sessionRequestOf(plane, token, tenantId),
    );
    learn(issuer, jwks);
    return { ...credentials, expiration: new Date(credentials.expiration) };
  }

  function sessionOf(tenantId: string | undefined): Session<T> {
    const known = sessions.get(tenantId);
    if (known !== undefined) return known;
    const credentials = cachedCredentials((token) => ask(tenantId, token));
    const current = () => credentials.get(session.token ?? '');
    const identityToken = async (keyStore: IdentityTokenStore) => {
      if (tenantId === undefined) throw new Error("the session is no tenant's");
      const token = session.token ?? '';
      return broker.identityToken({ wants: 'identity-token', token, tenantId, keyStore });
    };
    const parts = {
      ...sessionParts(broker.requestHandler, credentials, current),
      identityToken,
    };
    const clients = makeClients(parts, tenantId);
    const session: Session<T> = { clients, credentials, token: undefined };
    sessions.set(tenantId, session);
    return session;
  }

  /** The first token of an environment, and one that is signed by a key that is new, the broker checks. */
  async function verified({ credentials }: Session<T>, token: string): Promise<VerifiedToken> {
    const known = await check(token);
    if (known !== undefined) return known;
    await credentials.renew(token);
    const learnt = await check(token);
    if (learnt === undefined) throw unauthorized();
    return learnt;
  }

  return async ({ tenantId, token, principal, issuer }) => {
    if (token === undefined) throw unauthorized();
    const session = sessionOf(tenantId);
    const bearer = await verified(session, token);
    // The log and the audit name the principal and the issuer of the event.
    if (bearer.principal !== principal) throw unauthorized();
    if (issuer !== undefined && bearer.issuer !== issuer) throw unauthorized();
    requestStats()?.confirmPrincipal();
    if (!opensSession(bearer.permissions, plane, tenantId)) throw forbidden(sessionScope(plane));
    session.token = token;
    return session.clients;
  };
}

function sessionParts(
  requestHandler: unknown,
  credentials: CachedCredentials,
  current: () => Promise<Credentials>,
): Omit<SessionParts, 'identityToken'> {
  return {
    configuration: {
      ...clientConfiguration,
      // All tenants share the connections: each request is signed with its own session.
      requestHandler: requestHandler as never,
      credentials: current,
    },
    withPlugins(client, service) {
      client.middlewareStack.use(callBudget(service));
      client.middlewareStack.use(retryWhenExpired(credentials, client.config.credentials));
      return client;
    },
  };
}
