/** The schemas that have a name in the document, and what is said of their members. */
import { problemBody } from '../contract/problem-body.ts';
import { auditComponents } from './audit-components.ts';
import { certificateComponents } from './certificate-components.ts';
import type { Component } from './component.ts';
import { cryptoComponents } from './crypto-components.ts';
import { keyStoreComponents } from './key-store-components.ts';
import { macComponents } from './mac-components.ts';
import { problemMembers } from './problem-members.ts';
import { tenantComponents } from './tenant-components.ts';

export const components: Readonly<Record<string, Component>> = {
  ...tenantComponents,
  ...keyStoreComponents,
  ...certificateComponents,
  ...cryptoComponents,
  ...macComponents,
  ...auditComponents,
  Problem: {
    schema: problemBody,
    description: 'RFC 9457. It repeats nothing of the request.',
    members: problemMembers,
  },
};
