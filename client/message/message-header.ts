/**
 * The header of a message of the AWS Encryption SDK: the AWS Encryption SDK Specification, "Message Header", version 2.
 * Invariant: a header is read in one way only: a suite with key commitment, one wrapped data key, frames, names of the
 * context in order and each once. Nothing is trusted here; the header's tag and the commitment are checked afterwards.
 */
import { concatenated, textOf, uint16, uint32, withLength } from '../binary.ts';
import type { EncryptionContext } from '../data-key-source.ts';
import { MessageError } from '../errors.ts';

/** AES-256-GCM, HKDF-SHA-512, key commitment; the second one is signed (ECDSA, P-384) as well. */
export const suites = { unsigned: 0x0478, signed: 0x0578 } as const;
export const messageIdBytes = 32;
export const commitmentBytes = 32;
/** The public key of a signed message, which the SDK adds to the context that was given. */
export const publicKeyName = 'aws-crypto-public-key';

export interface MessageHeader {
  readonly suite: number;
  readonly messageId: Uint8Array<ArrayBuffer>;
  readonly context: EncryptionContext;
  readonly keyProviderId: string;
  readonly keyName: string;
  readonly wrappedDataKey: Uint8Array<ArrayBuffer>;
  readonly frameBytes: number;
  readonly commitment: Uint8Array<ArrayBuffer>;
}

const version = 2;
const framed = 2;
/** Whose wrapped data keys the API unwraps. */
const providerIds = ['aws-kms', 'hashicorp-vault', 'azure-key-vault'];
/** of a reader that gives up; the specification's own is some 130 kB of context and any number of data keys */
const maxHeaderBytes = 256 * 1024;

/** Gives bytes of a message one after the other. */
export interface ByteReader {
  /** @throws MessageError where fewer are left */
  exactly(bytes: number): Promise<Uint8Array<ArrayBuffer>>;
}

export function serializeHeader(header: MessageHeader): Uint8Array<ArrayBuffer> {
  return concatenated([
    Uint8Array.of(version),
    uint16(header.suite),
    header.messageId,
    ...serializedContext(header.context),
    uint16(1),
    ...[utf8(header.keyProviderId), utf8(header.keyName), header.wrappedDataKey].flatMap(
      withLength,
    ),
    Uint8Array.of(framed),
    uint32(header.frameBytes),
    header.commitment,
  ]);
}

/** Sorted by the bytes of the names, which is what the data key's wrapping and all SDKs go by. */
function serializedContext(context: EncryptionContext): Uint8Array[] {
  const pairs = Object.entries(context).map(([name, value]) => [utf8(name), utf8(value)] as const);
  if (pairs.length === 0) return [uint16(0)];
  const sorted = pairs.sort(([one], [other]) => compareBytes(one, other));
  const content = concatenated([uint16(sorted.length), ...sorted.flat().flatMap(withLength)]);
  return [uint16(content.length), content];
}

/** @returns the header, and its bytes, which its tag is of */
export async function readHeader(
  source: ByteReader,
): Promise<{ readonly header: MessageHeader; readonly bytes: Uint8Array<ArrayBuffer> }> {
  const reader = new HeaderReader(source);
  if ((await reader.uint(1)) !== version) throw notAMessage();
  const suite = await reader.uint(2);
  if (suite !== suites.unsigned && suite !== suites.signed) {
    throw new MessageError(
      'The message is of an algorithm suite without key commitment, or of none that is known. Only ' +
        '0x0478 and, signed, 0x0578 are opened.',
    );
  }
  const messageId = await reader.take(messageIdBytes);
  const context = parseContext(await reader.take(await reader.uint(2)));
  if ((await reader.uint(2)) !== 1) {
    throw new MessageError(
      'The message has more than one wrapped data key, or none. One that another key opens as well is not opened here.',
    );
  }
  const keyProviderId = text(await reader.take(await reader.uint(2)));
  const keyName = text(await reader.take(await reader.uint(2)));
  const wrappedDataKey = await reader.take(await reader.uint(2));
  if (!providerIds.includes(keyProviderId)) {
    throw new MessageError(
      "The message's data key is wrapped by none of the key stores that there are.",
    );
  }
  if ((await reader.uint(1)) !== framed) {
    throw new MessageError(
      'The message is not in frames, so nothing of it could be given out before all of it.',
    );
  }
  const frameBytes = await reader.uint(4);
  const commitment = await reader.take(commitmentBytes);
  const header = {
    suite,
    messageId,
    context,
    keyProviderId,
    keyName,
    wrappedDataKey,
    frameBytes,
    commitment,
  };
  return { header, bytes: reader.bytes };
}

/** @throws MessageError for names that are not in order, or come twice */
function parseContext(bytes: Uint8Array): EncryptionContext {
  const reader = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pairs: [string, string][] = [];
  let position = 0;
  const take = (length: number): Uint8Array => {
    if (position + length > bytes.length) throw malformed();
    position += length;
    return bytes.subarray(position - length, position);
  };
  const length = (): number => {
    take(2);
    return reader.getUint16(position - 2);
  };
  const count = bytes.length === 0 ? 0 : length();
  let previous: Uint8Array | undefined;
  for (let index = 0; index < count; index += 1) {
    const name = take(length());
    if (previous !== undefined && compareBytes(previous, name) >= 0) throw malformed();
    previous = name;
    pairs.push([text(name), text(take(length()))]);
  }
  if (position !== bytes.length || (bytes.length > 0 && count === 0)) throw malformed();
  return Object.fromEntries(pairs);
}

/** Keeps what it has read, since the header's tag is of these bytes. */
class HeaderReader {
  readonly #source: ByteReader;
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  constructor(source: ByteReader) {
    this.#source = source;
  }

  async take(length: number): Promise<Uint8Array<ArrayBuffer>> {
    this.#length += length;
    if (this.#length > maxHeaderBytes) throw malformed();
    const bytes = await this.#source.exactly(length);
    this.#parts.push(bytes);
    return bytes;
  }

  async uint(length: 1 | 2 | 4): Promise<number> {
    return (await this.take(length)).reduce((value, byte) => value * 256 + byte, 0);
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return concatenated(this.#parts);
  }
}

const notAMessage = (): MessageError =>
  new MessageError(
    'That is no message of the AWS Encryption SDK (version 2). What `direct` mode gives is decrypted by `decrypt`.',
  );

const malformed = (): MessageError => new MessageError('The header of the message is malformed.');

const utf8 = (value: string): Uint8Array => new TextEncoder().encode(value);

function text(bytes: Uint8Array): string {
  const decoded = textOf(bytes);
  if (decoded === undefined) throw malformed();
  return decoded;
}

function compareBytes(one: Uint8Array, other: Uint8Array): number {
  const shared = Math.min(one.length, other.length);
  for (let index = 0; index < shared; index += 1) {
    const difference = (one[index] ?? 0) - (other[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}
