/**
 * Who a caller is, by a request GetCallerIdentity that the caller signs and somebody else sends: STS then says whose credentials signed
 * it. Invariant: what is sent is made here but for the signature, and the receiver's name is signed along, so that a signature
 * proves nothing to anybody else. No permission is needed, and none can be denied (STS, GetCallerIdentity).
 */
import {
  GetCallerIdentityCommand,
  type GetCallerIdentityCommandInput,
  type GetCallerIdentityCommandOutput,
  type STSClient,
} from '@aws-sdk/client-sts';
import type { HttpRequest } from '@smithy/protocol-http';
import type { FinalizeRequestMiddleware } from '@smithy/types';
import { brokerHeader, type SignedHeaders } from '../../contract/function-token.ts';

type Headers = Readonly<Record<string, string>>;

/** A step of a command's way to STS: what it is before or after it is signed. */
type Step = FinalizeRequestMiddleware<
  GetCallerIdentityCommandInput,
  GetCallerIdentityCommandOutput
>;

/** @returns the step that has the request sent with these headers */
const withHeaders =
  (change: (headers: Headers) => Headers): Step =>
  (next) =>
  (args) => {
    const request = args.request as HttpRequest;
    return next({ ...args, request: Object.assign(request, { headers: change(request.headers) }) });
  };

const afterSigning = { relation: 'after', toMiddleware: 'httpSigningMiddleware' } as const;
const beforeSigning = { relation: 'before', toMiddleware: 'httpSigningMiddleware' } as const;

/** Those that the SDK writes for this request, which both sides write alike. */
const madeHere = ['host', 'content-type', 'content-length'] as const;

const ofRequest = (headers: Headers, names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, headers[name] ?? '']));

/**
 * @param sts with the credentials of who is to be known
 * @param receiver name of the broker's function
 */
export async function signCallerIdentity(sts: STSClient, receiver: string): Promise<SignedHeaders> {
  let signed: Headers = {};
  const keep: Step =
    () =>
    async ({ request }) => {
      signed = (request as HttpRequest).headers;
      return { response: {}, output: { $metadata: {} } };
    };
  const command = new GetCallerIdentityCommand({});
  command.middlewareStack.addRelativeTo(
    withHeaders((headers) => ({ ...ofRequest(headers, madeHere), [brokerHeader]: receiver })),
    { ...beforeSigning, name: 'signedForBroker' },
  );
  command.middlewareStack.addRelativeTo(keep, { ...afterSigning, name: 'notSent' });
  await sts.send(command);
  const {
    authorization = '',
    'x-amz-date': date = '',
    'x-amz-security-token': token = '',
  } = signed;
  return { authorization, 'x-amz-date': date, 'x-amz-security-token': token };
}

/**
 * @param sts whose endpoint the caller has too
 * @param receiver as above
 * @returns the ARN of the session that signed
 * @throws the SDK's errors, where STS refuses it too
 */
export async function callerIdentityOf(
  sts: STSClient,
  signed: SignedHeaders,
  receiver: string,
): Promise<string> {
  const command = new GetCallerIdentityCommand({});
  command.middlewareStack.addRelativeTo(
    withHeaders((headers) => ({
      ...ofRequest(headers, [...madeHere, 'x-amz-content-sha256']),
      [brokerHeader]: receiver,
      ...signed,
    })),
    { ...afterSigning, name: 'signedByCaller' },
  );
  const { Arn } = await sts.send(command);
  if (Arn === undefined) throw new Error('STS named nobody');
  return Arn;
}
