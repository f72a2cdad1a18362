/** What the document says of schemas and their members, beyond what their zod schemas say. */
import type * as z from 'zod/mini';
import type { Json } from './json.ts';

export interface Component {
  readonly schema: z.core.$ZodType;
  readonly description: string;
  readonly members?: Readonly<Record<string, Member>>;
  /** for what the zod schema leaves to code */
  readonly refine?: (schema: Json) => void;
}

export interface Member {
  readonly description: string;
  readonly format?: 'date-time' | 'uuid';
  readonly contentEncoding?: 'base64';
  readonly contentMediaType?: string;
  /** of a query parameter, as it is on the wire */
  readonly default?: string;
}

export const text = (description: string): Member => ({ description });

export const time = (description: string): Member => ({
  description: `${description} RFC 3339, UTC.`,
  format: 'date-time',
});

export const uuid = (description: string): Member => ({ description, format: 'uuid' });

/** Bytes in JSON. To validators `contentEncoding` is a remark; the API refuses another spelling. */
export const base64 = (description: string): Member => ({
  description: `${description} Base64 (RFC 4648 section 4, padded, strict).`,
  contentEncoding: 'base64',
});
