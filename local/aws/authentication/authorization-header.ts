/** The Authorization header of Signature Version 4, parsed. */
import { AwsError } from '../wire/aws-error.ts';

export interface Authorization {
  readonly accessKeyId: string;
  /** `YYYYMMDD` */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly terminator: string;
  /** in lower case, in the order of the alphabet */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const algorithm = 'AWS4-HMAC-SHA256';
const parts = ['Credential', 'SignedHeaders', 'Signature'] as const;

/** @throws AwsError IncompleteSignatureException, without the header's text */
export function parseAuthorization(header: string): Authorization {
  const [, scheme = '', rest = ''] = /^(\S+)(?:\s+(.*))?$/s.exec(header) ?? [];
  if (scheme !== algorithm) {
    throw incomplete(`Unsupported AWS 'algorithm': only ${algorithm} is supported.`);
  }
  const values = new Map<string, string>();
  for (const pair of rest.split(',')) {
    const [, name = '', value = ''] = /^\s*([A-Za-z]+)=(\S+)\s*$/.exec(pair) ?? [];
    if (!(parts as readonly string[]).includes(name) || values.has(name)) {
      throw incomplete(`Authorization header must have exactly ${parts.join(', ')}.`);
    }
    values.set(name, value);
  }
  const missing = parts.find((part) => !values.has(part));
  if (missing !== undefined) {
    throw incomplete(`Authorization header requires '${missing}' parameter.`);
  }
  return {
    ...parseCredential(values.get('Credential') as string),
    signedHeaders: parseSignedHeaders(values.get('SignedHeaders') as string),
    signature: values.get('Signature') as string,
  };
}

function parseCredential(credential: string) {
  const elements = credential.split('/');
  const [accessKeyId, date, region, service, terminator] = elements;
  if (elements.length !== 5 || elements.includes('')) {
    throw incomplete(
      'Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.',
    );
  }
  return { accessKeyId, date, region, service, terminator } as Omit<
    Authorization,
    'signedHeaders' | 'signature'
  >;
}

function parseSignedHeaders(list: string): readonly string[] {
  const names = list.split(';');
  // A second spelling of the list (case, order, repetition) would be a second form of one request.
  const canonical = [...new Set(names.map((name) => name.toLowerCase()))].sort();
  if (canonical.join(';') === list && !names.includes('')) return names;
  throw incomplete('SignedHeaders must be header names in lower case, sorted, each once.');
}

const incomplete = (message: string) => new AwsError('IncompleteSignatureException', message);
