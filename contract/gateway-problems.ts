/**
 * What API Gateway answers by itself: it knows less than a function does of what is wrong. No function loads this file.
 */
import { notAllowed, remedyVariable } from './challenge.ts';
import { tokenUnchecked } from './issuer-faults.ts';
import {
  badRequest,
  internalError,
  notFound,
  Problem,
  throttled,
  tooLarge,
  unauthorized,
  unavailable,
  unsupportedMediaType,
} from './problem.ts';

export const gatewayProblems = {
  badRequest: () => badRequest('The request cannot be read.'),
  unauthorized,
  /** The authorizer says what the token lacks; the header is mapped where this answer is made. */
  accessDenied: () => new Problem('forbidden', `${notAllowed} ${remedyVariable}`),
  /** Not of a token: by a web ACL of an operator's, for one. */
  forbidden: () => new Problem('forbidden', 'The request is not allowed here.'),
  notFound,
  tooLarge: () =>
    tooLarge(
      'The request is larger than API Gateway (10 MB, of headers 10,240 bytes) or Lambda (6 MB as JSON) takes. Send batches in parts, large contexts in JSON, and encrypt more than 4 MiB under a data key of POST .../data-keys.',
    ),
  unsupportedMediaType: () => unsupportedMediaType('The API does not take this content type.'),
  throttled: () => throttled(1, 'There are too many requests at the moment; try again later.'),
  internalError,
  /**
   * Of an authorizer that gives no policy API Gateway passes nothing on (its words reach a gateway response by the
   * context of a policy alone), so that the fault is in the log, and here is what it may be.
   */
  authorizerFailed: () =>
    tokenUnchecked(
      'As a rule its issuer gives no keys: it cannot be reached, answers with nonsense, or names another issuer. Send the same request again later; the log of the authorizer names the fault.',
    ),
  unavailable,
  timeout: () => unavailable(1, 504),
} as const;
