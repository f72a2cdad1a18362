/**
 * A second implementation of docs/record-format.md, written from that page with node:crypto alone and without the client's
 * code, to show that the page is enough.
 */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';

export interface Binding {
  readonly tenantId: string;
  readonly type: string;
  readonly id: string;
  readonly version?: number;
}

/** A field is its path and its plaintext, the byte of its kind before it. */
export type Fields = readonly (readonly [path: string, plaintext: Buffer])[];

export interface Sealing {
  readonly dataKey: Buffer;
  readonly wrappedDataKey: Buffer;
  readonly salt: Buffer;
  readonly scope: number;
}

const u16 = (value: number) => Buffer.from([value >> 8, value & 255]);

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function derive(
  sealing: Omit<Sealing, 'wrappedDataKey'>,
  binding: Binding,
  paths: readonly string[],
) {
  const { tenantId, type, id, version } = binding;
  const texts = ['tenant-keys/record/v1', tenantId, type, id, `${version ?? ''}`, ...paths];
  const info: Uint8Array[] = [Buffer.from([sealing.scope])];
  for (const text of texts) info.push(u32(Buffer.byteLength(text)), Buffer.from(text));
  const okm = Buffer.from(
    hkdfSync('sha512', sealing.dataKey, sealing.salt, Buffer.concat(info), 64),
  );
  return { key: okm.subarray(0, 32), commitment: okm.subarray(32) };
}

const nonce = (index: number) => Buffer.concat([Buffer.alloc(8), u32(index)]);

/** @param fields in the order of their paths */
export function seal(sealing: Sealing, binding: Binding, fields: Fields) {
  const paths = fields.map(([path]) => path);
  const { key, commitment } = derive(sealing, binding, paths);
  const { scope, salt, wrappedDataKey } = sealing;
  const header: Uint8Array[] = [Buffer.from([1, 1, scope]), salt, commitment];
  header.push(u16(wrappedDataKey.length), wrappedDataKey, u16(paths.length));
  for (const path of paths) header.push(u16(Buffer.byteLength(path)), Buffer.from(path));
  const ciphertexts = fields.map(([, plaintext], index) => {
    const cipher = createCipheriv('aes-256-gcm', key, nonce(index));
    return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  });
  return { header: Buffer.concat(header), ciphertexts };
}

/** @param ciphertexts by path */
export function open(
  dataKey: Buffer,
  binding: Binding,
  header: Buffer,
  ciphertexts: ReadonlyMap<string, Buffer>,
): Fields {
  let position = 67;
  const take = (length: number) => {
    position += length;
    return header.subarray(position - length, position);
  };
  take(take(2).readUInt16BE());
  const paths = Array.from({ length: take(2).readUInt16BE() }, () =>
    take(take(2).readUInt16BE()).toString(),
  );
  const [scope = 0, salt] = [header[2], header.subarray(3, 35)];
  const { key, commitment } = derive({ dataKey, salt, scope }, binding, paths);
  if (!commitment.equals(header.subarray(35, 67))) throw new Error('commitment');
  return paths.map((path, index) => {
    const ciphertext = ciphertexts.get(path) ?? Buffer.alloc(16);
    const decipher = createDecipheriv('aes-256-gcm', key, nonce(index));
    decipher.setAuthTag(ciphertext.subarray(-16));
    const plaintext = [decipher.update(ciphertext.subarray(0, -16)), decipher.final()];
    return [path, Buffer.concat(plaintext)] as const;
  });
}
