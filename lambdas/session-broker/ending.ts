/** How a request to the session broker ended, with what its log line says besides. */
import type { ChallengeAnswer } from '../../contract/external-challenge.ts';
import type { FunctionTokenAnswer } from '../../contract/function-token.ts';
import type {
  IdentityTokenAnswer,
  SessionAnswer,
  SessionRefusal,
} from '../../contract/session-broker.ts';
import type { IssuedToken } from './identity-token.ts';

export type BrokerAnswer =
  | SessionAnswer
  | IdentityTokenAnswer
  | FunctionTokenAnswer
  | ChallengeAnswer;

export interface Ending<Answer = BrokerAnswer> extends Partial<IssuedToken['record']> {
  readonly answer: Answer;
  readonly principal?: string;
  readonly reason?: string;
  /** whose keys cannot be read, and why */
  readonly issuer?: string;
  readonly fault?: string;
  /** checks of a challenge that were not passed */
  readonly failed?: readonly string[];
}

export const unavailable = (reason: string): Ending<SessionRefusal> => ({
  answer: { outcome: 'unavailable' },
  reason,
});
