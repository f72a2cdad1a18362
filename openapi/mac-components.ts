/** The named schemas of keyed hashes. */
import * as mac from '../contract/mac.ts';
import { base64, type Component, text } from './component.ts';
import { itemsAre, results } from './crypto-components.ts';

const purpose = text(
  'What the hash is for, such as `user/email`; 1-256 letters, digits and `.`, `_`, `-`, `/`, `$`. Not secret: AWS CloudTrail logs it in the clear. What would be longer is named by its SHA-256 in hexadecimal digits.',
);
const versions = text(
  'One, or two in a row while the key is being changed, such as `[1]`, `[1, 2]` and then `[2]`.',
);

export const macComponents: Readonly<Record<string, Component>> = {
  MacRequest: {
    schema: mac.macRequest,
    description: 'What to hash.',
    members: {
      purpose,
      value: base64('At most 65,536 bytes. What shall be found as equal must be the same bytes.'),
      bits: text(
        'How much of the hash to keep: its first bits, and 0 for what is left of the last byte. Fewer tell less to who sees the hashes, and find more that is not meant.',
      ),
    },
  },
  Macs: {
    schema: mac.macResponse,
    description: 'The hashes of a value.',
    members: {
      macs: text('By each live version of the key, the oldest first: one, or two.'),
    },
  },
  MacBatchRequest: {
    schema: mac.macBatchRequest,
    description: 'Values to hash.',
    members: { items: text('Each is checked by itself, and has an error of its own.') },
    refine: itemsAre('MacRequest'),
  },
  MacBatchResponse: {
    schema: mac.macBatchResponse,
    description: 'The results of a batch.',
    members: { items: results },
  },
  MacVersionsRequest: {
    schema: mac.macVersionsRequest,
    description: 'Which versions of a key are to be live.',
    members: { purpose, versions },
  },
  MacVersions: {
    schema: mac.macVersions,
    description: 'Which versions of a key are live.',
    members: { purpose, versions },
  },
  RewrappedMacKeys: {
    schema: mac.rewrappedMacKeys,
    description: "How far the keys of macs are wrapped by the tenant's new key, by purposes.",
    members: {
      rewrapped: { description: 'Whose keys this request has wrapped anew.' },
      left: { description: 'Whose keys are still under the key before.' },
    },
  },
};
