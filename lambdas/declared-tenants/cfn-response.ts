/**
 * The response of a custom resource: a PUT to a presigned URL of S3 (CloudFormation, "Custom resource response
 * objects"). Invariant: the URL is in no error and in no log.
 */
import { request as plain } from 'node:http';
import { request as encrypted } from 'node:https';
import { pause } from '../aws/retry.ts';

export interface CustomResourceEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: unknown;
}

export interface CfnResult {
  readonly status: 'SUCCESS' | 'FAILED';
  readonly reason?: string;
  /** absent: the one from before, or the logical id */
  readonly physicalResourceId?: string;
}

/** A response has at most 4,096 bytes; JSON may write a character in six of them. */
const maxReasonLength = 500;
const maxAttempts = 3;
const timeoutMs = 4000;

/** @throws Error after three attempts, without the URL */
export async function sendCfnResponse(
  event: CustomResourceEvent,
  result: CfnResult,
): Promise<void> {
  const { status, reason = '', physicalResourceId } = result;
  const body = JSON.stringify({
    Status: status,
    Reason: reason.slice(0, maxReasonLength),
    // With another id than before CloudFormation would delete the resource that has the old one.
    PhysicalResourceId: physicalResourceId ?? event.PhysicalResourceId ?? event.LogicalResourceId,
    StackId: event.StackId,
    RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId,
  });
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await put(event.ResponseURL, body);
    } catch (error) {
      if (attempt === maxAttempts) throw error;
      await pause(attempt);
    }
  }
}

function put(url: string, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // The error of `new URL` would quote the URL.
    if (!URL.canParse(url)) throw new Error('the URL to answer to is none');
    const { protocol, hostname } = new URL(url);
    const isLocal = protocol === 'http:' && hostname === '127.0.0.1';
    if (protocol !== 'https:' && !isLocal) throw new Error('the URL to answer to is not https');
    // The URL is signed for an empty content type: S3 refuses any other.
    const headers = { 'content-type': '', 'content-length': Buffer.byteLength(body) };
    const options = { method: 'PUT', headers, timeout: timeoutMs };
    const sent = (isLocal ? plain : encrypted)(url, options, (response) => {
      response.resume();
      const { statusCode = 0 } = response;
      if (statusCode >= 200 && statusCode < 300) return resolve();
      reject(new Error(`CloudFormation's URL answered ${statusCode}`));
    });
    sent.on('timeout', () => sent.destroy(new Error("CloudFormation's URL did not answer")));
    // The error's message may name the host, and its `input` is the URL.
    sent.on('error', (error: NodeJS.ErrnoException) =>
      reject(new Error(`no connection to CloudFormation's URL: ${error.code ?? error.message}`)),
    );
    sent.end(body);
  });
}
