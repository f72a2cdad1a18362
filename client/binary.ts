/** Bytes put together, numbers as bytes (big-endian), and bytes compared. */

export function concatenated(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let position = 0;
  for (const part of parts) {
    whole.set(part, position);
    position += part.length;
  }
  return whole;
}

export const uint16 = (value: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.of(value >> 8, value & 0xff);

export function uint32(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** With its length before it, of two bytes. */
export const withLength = (bytes: Uint8Array): Uint8Array[] => [uint16(bytes.length), bytes];

/** @returns undefined where the bytes are no UTF-8 */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** @returns whether they are equal, in a time that depends on their lengths only */
export function areEqual(one: Uint8Array, other: Uint8Array): boolean {
  let difference = one.length ^ other.length;
  for (let index = 0; index < one.length; index += 1) {
    difference |= (one[index] ?? 0) ^ (other[index] ?? 0);
  }
  return difference === 0;
}

/** Of ECMAScript 2024, which Node.js has since version 21. */
type CuttableBuffer = ArrayBuffer & { transfer?(bytes: number): ArrayBuffer };

/**
 * Gives memory back at once that nobody else has. The collector does not see how much there is behind a few small objects,
 * and lets it grow first. Where a buffer cannot be cut to nothing it is moved to an object that the collector takes soon.
 */
export function free({ buffer }: Uint8Array<ArrayBuffer>): void {
  const cuttable: CuttableBuffer = buffer;
  if (cuttable.transfer === undefined) structuredClone(buffer, { transfer: [buffer] });
  else cuttable.transfer(0);
}
