/** The parameters of requests, as they are on the wire. */
import * as z from 'zod/mini';
import { claim, type claimHeaders } from '../contract/claim-headers.ts';
import { rawHeaders } from '../contract/raw-headers.ts';
import type { Operation } from '../contract/routes.ts';
import { type Member, text } from './component.ts';

const cursor = text('The `nextCursor` of an earlier answer.');

const exactly = (of: string) => text(`Events with exactly this ${of} alone.`);

const ofAudit = {
  from: text('The first moment of the range, RFC 3339. A `+` of a time zone is `%2B` in a query.'),
  to: text('The first moment after the range, RFC 3339.'),
  order: { description: 'Which events come first.', default: 'oldest' },
  kind: text('Events of this kind alone.'),
  outcome: text('Events that ended so alone.'),
  operation: exactly('operation'),
  principal: exactly('principal'),
  actor: exactly('actor, which the caller of a request has named'),
  routine: {
    description: "`true`: with the product's own routine reads, which are left out otherwise.",
    default: 'false',
  },
  format: text(
    '`ocsf`: lines of OCSF events, with `Accept: application/x-ndjson` or one that allows it.',
  ),
  limit: { description: 'How many at most, 1-1,000.', default: '100' },
  cursor: text(
    'The `nextCursor` of an earlier answer to the same query; only `limit` may be another.',
  ),
} satisfies Readonly<Record<string, Member>>;

const keyEnd = {
  windowInDays: text(
    "How long the key is kept before it is destroyed, 7-30 days, and no shorter than the stack's configuration has it (also the default).",
  ),
  force: {
    description: '`true`: although somebody used the key within the last hour.',
    default: 'false',
  },
};

/** What is said of each parameter of a query. */
export const queryTexts: Readonly<Partial<Record<Operation, Readonly<Record<string, Member>>>>> = {
  list: {
    limit: { description: 'How many at most, 1-100.', default: '50' },
    cursor,
    status: text('Tenants of this status alone.'),
  },
  externalAccount: {
    accountId: text(
      'The AWS account in which the key is to be; may be left out where `GET /key-stores` lists one.',
    ),
    keyArn: text('ARN of the key, once it is made: for `rolePolicy`.'),
  },
  offboard: keyEnd,
  endPreviousKey: keyEnd,
  listRotations: {
    limit: { description: 'How many at most, 1-100.', default: '50' },
    cursor,
  },
  listEvents: ofAudit,
  listAllEvents: ofAudit,
};

export const tenantIdParameter = {
  name: 'tenantId',
  in: 'path',
  required: true,
  description: 'The tenant.',
  schema: { $ref: '#/components/schemas/TenantId' },
  example: 'acme',
} as const;

const ascii =
  'An object in strict JSON, ASCII (other characters as `\\u` escapes), 8,192 bytes at most.';

const contextHeader = (description: string, example: object) => ({
  description: `Beside raw bytes alone. ${description} ${ascii}`,
  content: {
    'application/json': { schema: { $ref: '#/components/schemas/EncryptionContext' }, example },
  },
});

const rawHeaderParameters: Readonly<Record<keyof typeof rawHeaders, object>> = {
  'Encryption-Context': contextHeader('The encryption context.', { document: '7' }),
  'New-Encryption-Context': contextHeader('Takes the place of the old one.', { document: '8' }),
  'Encryption-Mode': {
    description: 'Beside raw bytes alone. `envelope` is the default.',
    schema: { type: 'string', enum: ['envelope', 'direct'] },
    example: 'direct',
  },
};

/** @param schema of what goes with raw bytes */
export function rawHeadersFor(schema: z.core.$ZodType): object[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' });
  return Object.entries(rawHeaders)
    .filter(([, member]) => member in properties)
    .map(([name]) => ({
      name,
      in: 'header',
      required: false,
      ...rawHeaderParameters[name as keyof typeof rawHeaders],
    }));
}

const claimTexts: Readonly<Record<keyof typeof claimHeaders, object>> = {
  'Tenant-Keys-Actor': {
    description:
      'On whose behalf the request is. The audit keeps it as a claim that nobody checked.',
    example: 'jane@example.com',
  },
  'Tenant-Keys-Label': {
    description: 'What the request is for: a claim, which the audit keeps unchecked.',
    example: 'ticket 4711',
  },
};

/** Of every operation. */
export const claimParameters: readonly object[] = Object.entries(claimTexts).map(([name, said]) => {
  const { $schema, ...schema } = z.toJSONSchema(claim);
  return { name, in: 'header', required: false, ...said, schema };
});
