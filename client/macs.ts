/** Keyed hashes to search by, made by the API: its keys never leave the service. */
import { toBase64 } from './base64.ts';
import { checkedBytes, decoded, notFromApi } from './bytes.ts';
import type { Requester } from './data-keys.ts';
import { itemProblem } from './http/answers.ts';
import type { CallOptions } from './http/call.ts';
import { inParts, type Settled } from './parts.ts';
import type { MacRequest, MacSource, VersionedMac } from './records/blind-index.ts';

export interface MacOptions extends CallOptions {
  /** how much of the hash to keep, 8-256; without it 256 */
  readonly bits?: number | undefined;
}

const maxValueBytes = 65_536;
/** Each may need two calls of KMS: docs/api.md, "Hashes to search by". */
const maxPurposes = 50;

export async function mac(
  { transport, tenantId }: Requester,
  purpose: string,
  value: Uint8Array,
  { bits, ...call }: MacOptions,
): Promise<readonly VersionedMac[]> {
  const body = bodyOf({ purpose, value, ...(bits !== undefined && { bits }) });
  return macsOf(await transport.json('mac', { ...call, tenantId, body }, { macs: 'array' }));
}

export function macBatch(
  requester: Requester,
  requests: Iterable<MacRequest>,
  { signal, ...call }: CallOptions,
): Promise<Settled<readonly VersionedMac[]>[]> {
  return inParts(
    {
      items: [...requests],
      maxItems: 1000,
      maxGroups: maxPurposes,
      groupOf: ({ purpose }) => purpose,
      sizeOf: ({ purpose, value }) => purpose.length + Math.ceil(value.length * 1.35) + 500,
      send: (part, stop) => send(requester, part, { ...call, signal: stop }),
    },
    signal,
  );
}

/** May be repeated. */
export async function setMacVersions(
  { transport, tenantId }: Requester,
  purpose: string,
  versions: readonly number[],
  call: CallOptions,
): Promise<void> {
  const body = { purpose, versions };
  await transport.json('setMacVersions', { ...call, tenantId, body }, { versions: 'array' });
}

/** How many purposes' keys one request has wrapped by the tenant's new key, and how many are left. */
export interface RewrappedMacKeys {
  readonly rewrapped: number;
  readonly left: number;
}

/** One request; repeat it until none is left. */
export const rewrapMacKeys = (
  { transport, tenantId }: Requester,
  call: CallOptions,
): Promise<RewrappedMacKeys> =>
  transport.json('rewrapMacKeys', { ...call, tenantId }, { rewrapped: 'number', left: 'number' });

/** For the blind indexes of records. */
export const macSource = (requester: Requester): MacSource => ({
  async macs(requests, call = {}) {
    const settled = await macBatch(requester, requests, call);
    return settled.map((one) => {
      if (one.status === 'rejected') throw one.reason;
      return one.value;
    });
  },
});

async function send(
  { transport, tenantId }: Requester,
  requests: readonly MacRequest[],
  call: CallOptions,
): Promise<readonly Settled<readonly VersionedMac[]>[]> {
  const body = { items: requests.map(bodyOf) };
  const shape = { items: 'array' } as const;
  const answer = await transport.answer('macBatch', { ...call, tenantId, body }, shape);
  const { items } = answer.body;
  if (items.length !== requests.length) throw notFromApi('has not a result for each item');
  return items.map((item): Settled<readonly VersionedMac[]> => {
    const { error } = Object(item);
    if (error === undefined) return { status: 'fulfilled', value: macsOf(item) };
    const reason = itemProblem(error, answer.requestId);
    if (reason === undefined) throw notFromApi('has no result');
    return { status: 'rejected', reason };
  });
}

const bodyOf = ({ purpose, value, bits }: MacRequest) => ({
  purpose,
  value: toBase64(checkedBytes(value, maxValueBytes)),
  bits,
});

function macsOf(answer: unknown): readonly VersionedMac[] {
  const { macs } = Object(answer);
  if (!Array.isArray(macs) || macs.length === 0) throw notFromApi('has no hash');
  return macs.map((one) => {
    const { version, mac: text } = Object(one);
    if (!Number.isSafeInteger(version)) throw notFromApi('has a hash without a version');
    return { version, mac: decoded(text) };
  });
}
