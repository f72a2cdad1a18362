/** The members of a problem, and of the error of a batch's item. */
import { type Member, text, uuid } from './component.ts';

export const problemMembers: Readonly<Record<string, Member>> = {
  type: text(
    'A reference to the page that explains the code, on the same host: `/v1/problems#tenant-busy`.',
  ),
  title: text('The name of the status (RFC 9110).'),
  status: text('The status of the answer.'),
  detail: text('What is wrong, in a sentence. It may change; go by `code`.'),
  code: text('What is wrong, for programs. There may be more of them one day.'),
  requestId: uuid('Leads to the logs; the same as `x-amzn-RequestId`.'),
};
