/**
 * Keyed hashes for equality searches. Invariant: a mac is HMAC-SHA-256 of the value alone, under a key that no other
 * tenant, purpose or version has; so equal values have equal macs within these and unrelated ones beyond. Truncation keeps
 * the first bits (NIST SP 800-107, section 5.3.3).
 */
import { createHmac } from 'node:crypto';
import type * as z from 'zod/mini';
import { maxKmsCallsPerRequest } from '../../contract/crypto.ts';
import {
  macRequest,
  type macResponse,
  maxMacValueBytes,
  maxPurposesPerBatch,
} from '../../contract/mac.ts';
import { tooLarge, tooManyKmsCalls } from '../../contract/problem.ts';
import type { ItemError } from '../../contract/problem-body.ts';
import { forEachConcurrently } from '../aws/concurrency.ts';
import { validated } from '../http/validation.ts';
import { eachPlanned, isPlanned } from './batch.ts';
import { rewrapAfterUse } from './mac-key-rewrapping.ts';
import { liveVersions, type MacKeys, withMacKey } from './mac-keys.ts';

type MacRequest = z.output<typeof macRequest>;
type Macs = z.output<typeof macResponse>;

/** A mac to make, and those made so far. */
interface Planned extends MacRequest, Macs {}

const purposeConcurrency = 16;

/** @throws Problem 413; 409 too-many-purposes */
export async function mac(keys: MacKeys, request: MacRequest): Promise<Macs> {
  const planned = plan(request);
  await hashAll(keys, [planned]);
  return { macs: planned.macs };
}

/**
 * @param items not yet validated
 * @returns for each item its macs, or its error
 * @throws Problem 400 too-many-kms-calls, before any call; 409 too-many-purposes
 */
export async function macBatch(
  keys: MacKeys,
  items: readonly unknown[],
): Promise<(Macs | ItemError)[]> {
  const planned = eachPlanned(items, (item) => plan(validated(macRequest, item, 'item')));
  await hashAll(keys, planned.filter(isPlanned));
  return planned.map((one) => (isPlanned(one) ? { macs: one.macs } : one));
}

function plan(request: MacRequest): Planned {
  if (request.value.length > maxMacValueBytes) {
    throw tooLarge(
      `The value is larger than ${maxMacValueBytes} bytes. Take its SHA-256 for the value.`,
    );
  }
  return { ...request, macs: [] };
}

/** With one look at each purpose's row and one use of each of its keys, however many values there are. */
async function hashAll(keys: MacKeys, all: readonly Planned[]): Promise<void> {
  const purposes = Map.groupBy(all, ({ purpose }) => purpose);
  if (purposes.size > maxPurposesPerBatch) {
    const remedy = `Each purpose may need two: send batches of ${maxPurposesPerBatch} purposes at most.`;
    throw tooManyKmsCalls(maxKmsCallsPerRequest, remedy);
  }
  await forEachConcurrently([...purposes], purposeConcurrency, async ([purpose, planned]) => {
    for (const live of await liveVersions(keys, purpose)) {
      await withMacKey(keys, purpose, live, (key) => {
        for (const { value, bits, macs } of planned) {
          macs.push({ version: live.version, mac: hash(key, value, bits) });
        }
      });
    }
  });
  await rewrapAfterUse(keys, [...purposes.keys()]);
}

/** Bits of the last byte that are beyond the asked ones are 0. */
function hash(key: Uint8Array, value: Uint8Array, bits: number): string {
  const bytes = createHmac('sha256', key).update(value).digest();
  const kept = bytes.subarray(0, Math.ceil(bits / 8));
  const last = kept.length - 1;
  kept[last] = Number(kept[last]) & (0xff << (8 * kept.length - bits));
  return kept.toString('base64');
}
