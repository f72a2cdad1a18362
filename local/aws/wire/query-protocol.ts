/** The AWS query protocol: a form in, XML out. */
import { AwsError } from './aws-error.ts';
import type { Protocol } from './protocol.ts';
import { element } from './xml.ts';

/** The errors whose code or status is another than in the JSON protocols, by their name there. */
const translations: Readonly<Record<string, readonly [code: string, status: number]>> = {
  AccessDeniedException: ['AccessDenied', 403],
  ExpiredTokenException: ['ExpiredToken', 403],
  IncompleteSignatureException: ['IncompleteSignature', 400],
  InternalFailure: ['InternalFailure', 500],
  InvalidSignatureException: ['SignatureDoesNotMatch', 403],
  MissingAuthenticationTokenException: ['MissingAuthenticationToken', 403],
  RequestEntityTooLargeException: ['RequestEntityTooLarge', 413],
  UnknownOperationException: ['InvalidAction', 400],
  UnrecognizedClientException: ['InvalidClientTokenId', 403],
};

/** @param namespace of the XML, such as `https://sts.amazonaws.com/doc/2011-06-15/` */
export function queryProtocol(namespace: string): Protocol {
  const contentType = 'text/xml';
  return {
    readInput: (body) => readInput(body.toString('utf8')),
    answer: (operation, output, requestId) => ({
      status: 200,
      contentType,
      body: element(
        `${operation}Response`,
        { [`${operation}Result`]: output, ResponseMetadata: { RequestId: requestId } },
        namespace,
      ),
    }),
    refuse: (error, requestId) => {
      const [code, status] = translations[error.name] ?? [error.name, error.status];
      const fault = status < 500 ? 'Sender' : 'Receiver';
      const content = { Type: fault, Code: code, Message: error.message };
      const body = element('ErrorResponse', { Error: content, RequestId: requestId }, namespace);
      return { status, contentType, body, code };
    },
  };
}

/** @returns the form's Action; nothing where there is none, or more than one */
export function actionOf(body: Buffer): string | undefined {
  const actions = new URLSearchParams(body.toString('utf8')).getAll('Action');
  return actions.length === 1 ? actions[0] : undefined;
}

interface Node {
  value?: string;
  readonly children: Map<string, Node>;
}

/** More than any parameter here has: `Tags.member.1.Key` has four. */
const maxParts = 8;

/** Makes `{Tags: [{Key, Value}]}` of `Tags.member.1.Key=...&Tags.member.1.Value=...`. */
function readInput(form: string): Readonly<Record<string, unknown>> {
  const root: Node = { children: new Map() };
  for (const [name, value] of new URLSearchParams(form)) {
    if (name === 'Action' || name === 'Version') continue;
    const parts = name.split('.');
    if (parts.length > maxParts || parts.includes('')) throw malformed(name);
    let node = root;
    for (const part of parts) node = childOf(node, part);
    // Given twice, or both as a value and as a structure: the caller may mean either.
    if (node.value !== undefined) throw malformed(name);
    node.value = value;
  }
  return Object.fromEntries([...root.children].map(([name, node]) => [name, inputOf(name, node)]));
}

function childOf(node: Node, name: string): Node {
  const child = node.children.get(name) ?? { children: new Map() };
  node.children.set(name, child);
  return child;
}

function inputOf(name: string, { value, children }: Node): unknown {
  if (children.size === 0) return value;
  if (value !== undefined) throw malformed(name);
  const list = children.get('member');
  if (list === undefined) {
    return Object.fromEntries([...children].map(([key, node]) => [key, inputOf(key, node)]));
  }
  const items = [...list.children];
  if (children.size > 1 || items.some(([index]) => !/^[1-9]\d{0,5}$/.test(index))) {
    throw malformed(name);
  }
  return items.sort(([a], [b]) => Number(a) - Number(b)).map(([key, node]) => inputOf(key, node));
}

const malformed = (name: string) =>
  new AwsError('MalformedInput', `The parameter ${name} is given twice or is not well formed.`);
