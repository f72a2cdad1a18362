/** What the store keeps, in memory and in its file. Times are milliseconds since the epoch. */
import { z } from 'zod';

const time = z.number().int();
const keyId = z
  .string()
  .regex(/^(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/);
const aliasName = z.string().regex(/^alias\/[a-zA-Z0-9/_-]+$/);

const keyMaterial = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{64}$/),
  /** the AES-256 key or, of a signing key, the private number of P-256, the seed of ML-DSA or RSA's PKCS #8; base64 */
  bytes: z.string().regex(/^[A-Za-z0-9+/]{43}=$|^[A-Za-z0-9+/]{1500,1700}={0,2}$/),
  createdAt: time,
  origin: z.enum(['CREATION', 'AUTOMATIC', 'ON_DEMAND']),
});

const storedKey = z.strictObject({
  keyId,
  createdAt: time,
  /** absent for SYMMETRIC_DEFAULT */
  keySpec: z.enum(['ECC_NIST_P256', 'ML_DSA_65', 'RSA_2048']).optional(),
  description: z.string(),
  enabled: z.boolean(),
  /** the text as it was set, which GetKeyPolicy returns */
  policy: z.string(),
  tags: z.array(z.strictObject({ key: z.string(), value: z.string() })).readonly(),
  /** present while automatic rotation is on */
  rotation: z
    .strictObject({ periodInDays: z.number().int().positive(), nextRotationAt: time })
    .optional(),
  /** present while an on-demand rotation is at work: its material is current from `endsAt` on */
  onDemandRotation: z.strictObject({ startedAt: time, endsAt: time }).optional(),
  /** present while the key is pending deletion */
  deletion: z.strictObject({ at: time, windowInDays: z.number().int().positive() }).optional(),
  /** oldest first; the last one encrypts */
  materials: z.array(keyMaterial).min(1).readonly(),
});

const storedAlias = z.strictObject({
  name: aliasName,
  keyId,
  createdAt: time,
  updatedAt: time,
});

const keyUse = z.strictObject({ keyId, operation: z.string(), at: time, requestId: z.string() });

/** The file's content. */
export const storedState = z.strictObject({
  version: z.literal(1),
  keys: z.array(storedKey),
  aliases: z.array(storedAlias),
  uses: z.array(keyUse),
  /** of deleted keys: no id is used again */
  deletedIds: z.array(keyId).default([]),
});

export type StoredState = z.output<typeof storedState>;
export type KeyMaterial = Readonly<z.output<typeof keyMaterial>>;
export type StoredKey = Readonly<z.output<typeof storedKey>>;
export type StoredAlias = Readonly<z.output<typeof storedAlias>>;
export type KeyUse = Readonly<z.output<typeof keyUse>>;
export type Tag = StoredKey['tags'][number];
