/** AWS JSON 1.0 and 1.1: one POST, the operation in X-Amz-Target, bytes in base64, times in seconds. */
import { AwsError } from './aws-error.ts';
import type { Protocol } from './protocol.ts';

/** DynamoDB nests 32 levels of values, each of two levels of JSON; nothing here needs more. */
const maxDepth = 100;

export function jsonProtocol(version: '1.0' | '1.1'): Protocol {
  const contentType = `application/x-amz-json-${version}`;
  return {
    readInput,
    answer: (_operation, output) => ({ status: 200, contentType, body: JSON.stringify(output) }),
    refuse: (error) => ({
      status: error.status,
      contentType,
      // An error without a message has no member for one: KMS's InvalidCiphertextException, recorded on AWS.
      body: JSON.stringify({
        __type: error.name,
        ...error.members,
        ...(error.message === '' ? {} : { message: error.message }),
      }),
      // A type may carry its namespace: `com.amazonaws.dynamodb.v20120810#ResourceNotFoundException`.
      code: error.name.replace(/^.*#/s, ''),
    }),
  };
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function readInput(body: Buffer): Readonly<Record<string, unknown>> {
  let input: unknown;
  try {
    input = JSON.parse(utf8.decode(body));
  } catch {
    // The parser's own message would show a part of the body.
    throw serialization('The body is not JSON in UTF-8.');
  }
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw serialization('The body must be a JSON object.');
  }
  if (isTooDeep(input)) {
    throw serialization(`The body is nested more than ${maxDepth} levels deep.`);
  }
  return input as Readonly<Record<string, unknown>>;
}

/** Level by level, without recursion, so that no depth can exhaust the stack. */
function isTooDeep(root: object): boolean {
  let level: object[] = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth >= maxDepth) return true;
    level = level.flatMap((node) => Object.values(node).filter(isObject));
  }
  return false;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const serialization = (message: string) => new AwsError('SerializationException', message);
