/** A caller of the data plane that keeps bytes as they are, in JSON or raw. */
import type { Answer } from './client.ts';
import type { TestStack } from './test-stack.ts';

type Context = Readonly<Record<string, string>>;

export interface ByteAnswer extends Answer {
  readonly bytes: Buffer;
}

interface Body {
  readonly json?: object;
  /** the rest goes with them, in headers */
  readonly bytes?: Uint8Array;
  readonly context?: Context | undefined;
  readonly newEncryptionContext?: Context | undefined;
  readonly mode?: string | undefined;
}

const octets = 'application/octet-stream';

export function byteClient(stack: TestStack) {
  return async (tenantId: string, path: string, body: Body): Promise<ByteAnswer> => {
    const response = await fetch(`${stack.api}${path}`, {
      method: 'POST',
      body: body.json === undefined ? new Uint8Array(body.bytes ?? []) : JSON.stringify(body.json),
      headers: {
        Authorization: `Bearer ${await stack.client.tenantToken(tenantId)}`,
        ...(body.json === undefined ? rawHeaders(body) : { 'Content-Type': 'application/json' }),
      },
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const text = bytes.toString('utf8');
    const headers = Object.fromEntries(response.headers);
    const json = headers['content-type']?.includes('json') ? JSON.parse(text) : undefined;
    return { status: response.status, headers, bytes, text, json };
  };
}

const rawHeaders = ({ context, newEncryptionContext, mode }: Body) => ({
  'Content-Type': octets,
  Accept: octets,
  ...(context !== undefined && { 'Encryption-Context': contextHeader(context) }),
  ...(newEncryptionContext !== undefined && {
    'New-Encryption-Context': contextHeader(newEncryptionContext),
  }),
  ...(mode !== undefined && { 'Encryption-Mode': mode }),
});

/** @returns a context as a header has it: JSON in ASCII */
export const contextHeader = (context: Context): string =>
  JSON.stringify(context).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
