/** The named schemas of key stores: which there are, the change of one, and a key in the tenant's own account. */
import { externalAccountSetup } from '../contract/external-account.ts';
import { keyStoreChange, keyStoreChangeRequest } from '../contract/key-store-change.ts';
import { configuredKeyStore, keyStoreList, keyStoreName } from '../contract/key-stores.ts';
import { type Component, text, time } from './component.ts';

export const keyStoreComponents: Readonly<Record<string, Component>> = {
  KeyStoreChangeRequest: {
    schema: keyStoreChangeRequest,
    description: 'Where the key of a tenant is to be.',
    members: {
      keyStore: text('One of those that GET /key-stores lists.'),
      keyArn: text(
        "With `aws-kms-external`, and with no other: ARN of the key, which is there already in the tenant's own account.",
      ),
    },
  },
  KeyStoreChange: {
    schema: keyStoreChange,
    description: 'How far a change of the key store is.',
    members: {
      from: text('The store of the key before.'),
      to: text('The store of the key after.'),
      stage: text(
        '`key-requested`: the new key is not there yet, and nothing else has changed. `both-readable`: both keys decrypt. `previous-ending`: the key before decrypts nothing any more, and will be deleted.',
      ),
      requestedAt: time('When the change was asked for; only until the new key is there.'),
      since: time('From when on the new key encrypts.'),
      previousKeyArn: text('ARN of the key before, where it is in KMS.'),
      previousKeyName: text(
        'Of a key before that is not in KMS, as its store and messages name it.',
      ),
      macKeysLeft: text(
        'For how many purposes the keys of macs were under the key before when they were last counted; absent until they are.',
      ),
      macKeysCountedAt: time('When that was.'),
      deletionDate: time('When the key before is destroyed.'),
    },
  },
  ExternalAccountSetup: {
    schema: externalAccountSetup,
    description:
      "What a tenant makes a key in its own account with, which this tenant's sessions alone can use.",
    members: {
      tenantId: text('Whose key it is to be.'),
      accountId: text("The tenant's account."),
      region: text('In which the key must be: that of the API.'),
      externalId: text('With which the role is assumed. It is no secret.'),
      roleArn: text('Of the role to make: its name and its path are given.'),
      keyPolicy: text("The key's policy."),
      trustPolicy: text("The role's trust policy."),
      rolePolicy: text('What the role may do; only with the query `keyArn`, whose key it names.'),
      template: text('For CloudFormation in that account and region: key and role at once.'),
    },
  },
  KeyStoreName: {
    schema: keyStoreName,
    description:
      '`aws-kms`: KMS of the account of the API. `aws-kms-external`: KMS in the account of the tenant. `azure-key-vault`: Azure Key Vault. `vault`: HashiCorp Vault or OpenBao.',
  },
  KeyStoreList: {
    schema: keyStoreList,
    description: 'Where a tenant may have its key.',
    members: { keyStores: text('The first is the default.') },
  },
  KeyStore: {
    schema: configuredKeyStore,
    description: 'A key store that the stack is configured with.',
    members: {
      keyStore: text('Its name.'),
      address: text('Its URL.'),
      namespace: text('Of Vault Enterprise or OpenBao.'),
      transitMount: text('Path of the transit secrets engine that has the keys.'),
      accounts: text('AWS accounts in which tenants may have their keys.'),
    },
  },
};
